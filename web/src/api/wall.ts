import { answerTo, ask } from './request';
import type { Bbox, LonLat, People, PlaceKind, PlaceList } from './types';

/** What the wall of a place shows: counts and posts, never a person's name. */
export interface WallAnswer {
  place: { id: number; kind: PlaceKind; name: string; bbox: Bbox };
  as_of: { epoch: number; seq: number; at?: string };
  build?: string;
  /** The day as the place's own zone counts it. */
  today?: string;
  /** Null: not this reader's to see. */
  people: People | null;
  buildings: number;
  compounds: number;
  resource_sites: number;
  alerts: {
    active: number;
    unacknowledged: number;
    by_level: Partial<Record<string, number>>;
    /** The worst and newest first; at most fifty. */
    items: WallAlert[];
  };
  issues: {
    open: number;
    by_rung: Partial<Record<string, number>>;
    by_age: Partial<Record<string, number>>;
    by_category: Partial<Record<string, number>>;
    oldest_reported_at: string | null;
    items: { id: number; point: LonLat; category: string; title: string; rung: string | null; reported_at: string }[];
  };
  hazards: {
    standing: number;
    by_category: Partial<Record<string, number>>;
    items: { id: number; point: LonLat; category: string; title: string; found_at: string | null }[];
  };
  /** Eight days, the oldest first; the last is today so far. */
  days: ({ date: string } & Partial<Record<DayFigure, number>>)[];
  /** The mean of the seven days before, each up to the same time of day. */
  week_mean_by_now: Partial<Record<DayFigure, number>>;
  freshness: { fresh: number; due: number; overdue: number; unknown: number };
}

export const DAY_FIGURES = [
  'issues_reported',
  'issues_closed',
  'alerts_raised',
  'hazards_found',
  'hazards_removed',
] as const;
export type DayFigure = (typeof DAY_FIGURES)[number];

export interface WallAlert {
  id: number;
  version: number;
  level: number;
  category: string;
  title: string;
  onset: string;
  expires: string | null;
  acknowledged_at: string | null;
  point: LonLat;
  place: { id: number; kind: PlaceKind; name: string } | null;
  /** Null: not this reader's to see, or no ground known. */
  people_affected: { households?: number; residents?: number; over_60?: number } | null;
  responsible: { post_id: number; title: string; place_name: string }[];
  nearest: { id: number; name: string; category: string; distance_m: number }[];
}

/** The answer, and what the server's clock said: the clock of a screen that runs for weeks cannot be trusted. */
export const wall = (place: number, signal: AbortSignal) =>
  answerTo('/api/v1/wall', { query: { place }, signal }, async (response) => ({
    answer: (await response.json()) as WallAnswer,
    serverTime: Date.parse(response.headers.get('Date') ?? ''),
  }));

/** The places of a level inside another, as points for their names. */
export const namesWithin = (parent: number, kind: PlaceKind, limit: number, signal: AbortSignal) =>
  ask<PlaceList>('/api/v1/places', { query: { kind, parent, limit, geometry: 'point' }, signal });

/** The places of a level, for a screen that has to be told which one it shows. */
export const namesOf = (kind: PlaceKind, limit: number) =>
  ask<PlaceList>('/api/v1/places', { query: { kind, limit, geometry: 'none' } });
