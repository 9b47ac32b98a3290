import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { ask } from './request';
import type { Reshape, ShapeFinding } from './reshape';
import type { PlaceKind } from './types';

/** Drafts 草案: drawn by one, looked at by another, in force from a day on. */

export const DRAFT_STATES = ['submitted', 'accepted', 'in_force', 'returned', 'withdrawn'] as const;
export type DraftState = (typeof DRAFT_STATES)[number];

export interface Person {
  name: string;
  /** The reader themselves. */
  mine?: boolean;
}

export interface DraftSummary {
  id: number;
  version: number;
  state: DraftState;
  name: string;
  note?: string | null;
  by: Person;
  at: string;
  changed_at?: string | null;
  parent: { id: number; name: string } | null;
  kinds?: PlaceKind[];
  places?: number;
  effective_on?: string | null;
  change?: number | null;
}

export interface DraftTotals {
  buildings?: number | null;
  households?: number | null;
  shops?: number | null;
  people?: number | null;
  over_60?: number | null;
  area_m2?: number | null;
}

export interface DrawnProperties {
  name?: string | null;
  households?: number | null;
  shops?: number | null;
}

export type DraftAct = 'accept' | 'return' | 'withdraw' | 'amend' | 'comment';

export interface Draft extends DraftSummary {
  comments: { by: Person; at: string; text: string; state?: DraftState | null }[];
  reshape: Reshape;
  before: FeatureCollection<Polygon | MultiPolygon, DrawnProperties>;
  after: FeatureCollection<Polygon | MultiPolygon, DrawnProperties>;
  totals: { before: DraftTotals; after: DraftTotals };
  findings: ShapeFinding[];
  may: DraftAct[];
}

const DOOR = '/api/v1/drafts';
const meant = (epoch: number, version: number) => ({ 'If-Match': `"${epoch}.${version}"` });

export interface DraftBody {
  name: string;
  note?: string;
  reshape: Reshape;
}

export const submit = (body: DraftBody, key: string) =>
  ask<Draft>(DOOR, { method: 'POST', body, headers: { 'Idempotency-Key': key } });

export const amend = (id: number, epoch: number, version: number, body: DraftBody) =>
  ask<Draft>(`${DOOR}/${id}`, { method: 'PUT', body, headers: meant(epoch, version) });

export const list = (
  query: { state?: DraftState; mine?: 'true'; limit: number; cursor?: string },
  signal?: AbortSignal,
) => ask<{ drafts: DraftSummary[]; next?: string | null }>(DOOR, { query, signal });

export const read = (id: number, signal: AbortSignal) => ask<Draft>(`${DOOR}/${id}`, { signal });

/** What somebody decides or says about a draft; answers the draft as it is then. */
export const act = (
  { id, version }: DraftSummary,
  epoch: number,
  what: 'accept' | 'return' | 'withdraw' | 'comments',
  body: { comment?: string; effective_on?: string; text?: string },
) => ask<Draft>(`${DOOR}/${id}/${what}`, { method: 'POST', body, headers: meant(epoch, version) });

/** Whoever draws says so from time to time, and hears who else does. */
export const present = (parent: number) =>
  ask<{ here: { name: string; since: string }[] }>('/api/v1/presence', { method: 'POST', body: { parent } });
