import type { Geometry, MultiPolygon, Polygon } from 'geojson';
import { ask } from './request';
import type { Answer, Finding, LonLat, Place, PlaceKind, PlaceList } from './types';

/** Drawing, as the server hears it: one reshape over all the places of one parent that a gesture touched. */
export interface Reshape {
  places: { id: number; version: number; geometry: Polygon | MultiPolygon; properties?: Record<string, unknown> }[];
  create: {
    id: string;
    kind: PlaceKind;
    geometry: Polygon | MultiPolygon;
    properties: { name: string; code?: string };
  }[];
  retire: { id: number; version: number }[];
  cause: string | null;
}

export interface ShapeFinding extends Finding {
  /** The spot to look at; a check tells it under both names. */
  at?: LonLat | null;
  point?: LonLat | null;
  /** The ground that overlaps, is left over or reaches outside. */
  geometry?: Geometry | null;
  places?: (number | string)[];
  mend?: string | null;
}

export interface Mend {
  finding: number;
  label_code: string;
  reshape: Reshape;
}

/** What a place would hold, and the Scheme's range for it. */
export interface ShapeSum {
  id: number | string;
  area_m2?: number;
  perimeter_m?: number;
  buildings?: number;
  households?: number | null;
  shops?: number | null;
  people?: number | null;
  over_60?: number | null;
  range?: { least: number; most: number; of: string } | null;
}

export interface ShapeCheck {
  findings: ShapeFinding[];
  mends?: Mend[];
  places?: ShapeSum[];
}

export interface ShapeSaved {
  seq: number;
  change_id?: number | string;
  places: Place[];
  retired?: number[];
  /** The lasting numbers of what was made, and what whoever drew called it. */
  created?: { id: number; as: number | string }[];
}

/** Sent twice under one key it is carried out once, also when the first answer was lost on the way. */
export const reshape = (body: Reshape, key: string) =>
  ask<ShapeSaved>('/api/v1/places/reshape', { method: 'POST', body, headers: { 'Idempotency-Key': key } });

/** Takes a saved drawing back, as a Change of its own. */
export const takeBack = (seq: number, key: string) =>
  ask<{ seq: number }>(`/api/v1/changes/${seq}/undo`, { method: 'POST', headers: { 'Idempotency-Key': key } });

/** A place as it stood right after a Change. */
export const placeAfter = (id: number, seq: number, signal: AbortSignal) =>
  ask<Place>(`/api/v1/places/${id}`, { query: { known: seq }, signal });

/** What it held then. */
export const figuresAfter = (id: number, seq: number, signal: AbortSignal) =>
  ask<Answer>(`/api/v1/places/${id}/figures`, { query: { known: seq }, signal });

export const checkReshape = (body: Reshape, signal: AbortSignal) =>
  ask<ShapeCheck>('/api/v1/places/reshape/check', { method: 'POST', body, signal });

/** So many features come in one answer. */
const PAGE = 500;

/** Exact outlines, page after page, up to `most` of them. */
export async function exactOutlines(
  query: { kind: PlaceKind; parent?: number; bbox?: string },
  most: number,
  signal: AbortSignal,
): Promise<Place[]> {
  const found: Place[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask<PlaceList>('/api/v1/places', {
      query: { ...query, geometry: 'full', limit: PAGE, cursor },
      signal,
    });
    found.push(...page.features);
    cursor = page.next ?? undefined;
  } while (cursor && found.length < most);
  return found;
}
