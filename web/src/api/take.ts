import { answerTo } from './request';
import type { PlaceKind } from './types';

/** Formats in the order people ask for them. */
export const FORMATS = ['xlsx', 'csv', 'gpkg', 'shp', 'geojson', 'fgb', 'kml', 'pmtiles'] as const;
export type Format = (typeof FORMATS)[number];

export interface Wish {
  format: Format;
  /** Layers joined by commas. */
  kind: string;
  /** Any ground, as a question about an area names it. */
  within: unknown;
  encoding?: 'gbk';
}

export interface Taken {
  file: Blob;
  name: string;
  rows: number;
  left: { code: string; count: number }[];
}

export const LAYERS: readonly PlaceKind[] = [
  'building',
  'compound',
  'micro_grid',
  'grid',
  'community',
  'street',
  'district',
  'resource_site',
];

/** A city's buildings take a minute to be written. */
const TIMEOUT_MS = 600_000;

interface Told {
  rows?: Record<string, number>;
  left_out?: { code: string; count: number }[];
}

/** Fetches an export; giving the signal up ends the server's work too. */
export const take = (wish: Wish, signal: AbortSignal): Promise<Taken> =>
  answerTo('/api/v1/export', { method: 'POST', body: wish, signal, timeoutMs: TIMEOUT_MS }, async (response) => {
    const told = JSON.parse(response.headers.get('Geju-Export') ?? '{}') as Told;
    const named = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '');
    return {
      file: await response.blob(),
      name: named?.[1] ?? 'geju',
      rows: Object.values(told.rows ?? {}).reduce((sum, n) => sum + n, 0),
      left: told.left_out ?? [],
    };
  });
