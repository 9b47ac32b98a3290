import type { Draft, LonLat, Me, PlaceKind, Problem } from '../api';
import { below, kindsOf } from './may';

/** Bytes the server takes of a file of boundaries: two hundred of them with room to spare. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Formats that hold areas, as a file's name ends. */
export const FILE_ENDINGS = '.zip,.kml,.kmz,.geojson,.json,.geojsonl,.gpkg,.fgb';
/** A Shapefile is several files, and one of them alone says nothing. */
const SHAPEFILE_PART = /\.(shp|shx|dbf|prj|cpg)$/i;

/** The coordinate systems that boundaries come in; empty: as the file says. */
export const SYSTEMS = ['', 'wgs84', 'gcj02', 'bd09', 'epsg'] as const;
export type System = (typeof SYSTEMS)[number];

/** All levels that lie below a place of this kind and that the reader may draw, the nearest first. */
export function levelsUnder(me: Me, kind: PlaceKind): PlaceKind[] {
  const levels = me.scheme.levels?.map((level) => level.kind) ?? null;
  const found = new Set<PlaceKind>();
  // A set hands out what is added while it is walked through.
  for (const next of below(kind, levels)) found.add(next);
  for (const level of found) for (const next of below(level, levels)) found.add(next);
  const draws = kindsOf(me, 'place_draw');
  return [...found].filter((level) => level !== 'building' && (draws?.includes(level) ?? true));
}

export type WrongFile = 'many' | 'parts' | 'large' | 'empty';

/** What is wrong with the chosen files before any of them is sent; null when it is one that may be tried. */
export function wrongWith(files: readonly { name: string; size: number }[]): WrongFile | null {
  const [file] = files;
  if (!file) return 'empty';
  if (files.some(({ name }) => SHAPEFILE_PART.test(name))) return 'parts';
  if (files.length > 1) return 'many';
  if (file.size > FILE_BYTES_MAX) return 'large';
  return file.size === 0 ? 'empty' : null;
}

/** A number of the EPSG list as people write it: 4490, EPSG:4490, epsg 4490; null where it is none. */
export function epsgOf(text: string): string | null {
  const [, number] = /^\s*(?:epsg)?[\s:：]*(\d{4,6})\s*$/i.exec(text) ?? [];
  return number ? `EPSG:${number}` : null;
}

/** One reason why no draft was made of the file. */
export interface Complaint {
  code: string;
  /** The server's own sentence. */
  sentence: string;
  /** Which boundary of the file, counted from one; null for the whole file. */
  nth: number | null;
  at: LonLat | null;
  mend: string | undefined;
}

/** The server counts the boundaries of a file from zero, as programs do. */
const NTH = /^feature (\d+): (.*)$/s;
/** A crossing or a spike is told with where it lies. */
const AT = / at (-?\d+\.\d+),(-?\d+\.\d+)/;

/** Everything that stands against the file, in the order of the server. */
export function complaints(problem: Problem): Complaint[] {
  return problem.findings.map((finding) => {
    const told = finding as typeof finding & { at?: LonLat | null; mend?: string };
    const [, nth, rest] = NTH.exec(told.message) ?? [];
    const [, lon, lat] = AT.exec(told.message) ?? [];
    return {
      code: told.code,
      sentence: rest ?? told.message,
      nth: nth === undefined ? null : Number(nth) + 1,
      at: told.at ?? (lon && lat ? [Number(lon), Number(lat)] : null),
      mend: told.mend,
    };
  });
}

/** How many boundaries of the file had no name: the server calls each by its kind and number until somebody names it. */
export const nameless = (draft: Draft): number =>
  draft.reshape.create.filter(({ id, kind, properties }) => `${kind} ${id.replace(/^file-/, '')}` === properties.name)
    .length;
