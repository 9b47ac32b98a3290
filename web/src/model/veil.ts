import type { Feature, Geometry, Polygon, Position } from 'geojson';
import { server, type Bbox, type PlaceKind } from '../api';
import { session } from './session.svelte';

/** The whole sheet, as far as Web Mercator reaches. */
const SHEET: Position[] = [
  [-180, -85],
  [180, -85],
  [180, 85],
  [-180, 85],
  [-180, -85],
];

/** What lies outside all outlines: the sheet with a hole for each. Null where there is no outline, so nothing is veiled. */
export function veil(outlines: readonly (Geometry | null)[]): Feature<Polygon> | null {
  const holes: Position[][] = [];
  for (const outline of outlines) {
    const polygons =
      outline?.type === 'Polygon' ? [outline.coordinates] : outline?.type === 'MultiPolygon' ? outline.coordinates : [];
    // Only outer rings: an enclave that belongs to somebody else is still in the middle of our ground.
    for (const [ring] of polygons) if (ring) holes.push(ring);
  }
  if (holes.length === 0) return null;
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [SHEET, ...holes] } };
}

/** Between these distances, as shares of the longer side of our ground, the map fades into plain paper. */
const FADE_FROM = 0.05;
const FADE_TO = 0.16;
/** Few, for each is drawn over the whole screen; with the quiet colours beyond our ground nobody sees where one begins. */
const FADE_STEPS = 6;
const CORNER_POINTS = 8;

/** A box with round corners, some distance around another. */
function around([west, south, east, north]: Bbox, dx: number, dy: number): Position[] {
  const corners: [number, number, number][] = [
    [east, north, 0],
    [west, north, 1],
    [west, south, 2],
    [east, south, 3],
  ];
  const ring = corners.flatMap(([lon, lat, quarter]) =>
    Array.from({ length: CORNER_POINTS + 1 }, (_, step): Position => {
      const angle = (quarter + step / CORNER_POINTS) * (Math.PI / 2);
      return [lon + dx * Math.cos(angle), lat + dy * Math.sin(angle)];
    }),
  );
  return [...ring, ...ring.slice(0, 1)];
}

/**
 * Where a base map ends, its roads would end at a straight edge. Sheets of paper laid on each other, each with a larger hole,
 * let it fade away before: together they grow evenly from nothing to covering.
 */
export function fading(outlines: readonly (Geometry | null)[]): Feature<Polygon>[] {
  const ring = veil(outlines)?.geometry.coordinates.slice(1).flat() ?? [];
  if (ring.length === 0) return [];
  const lons = ring.map(([lon = 0]) => lon);
  const lats = ring.map(([, lat = 0]) => lat);
  const box: Bbox = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  // A degree of longitude is shorter than one of latitude, so that the fade is as wide on all sides.
  const shrink = Math.cos(((box[1] + box[3]) / 2) * (Math.PI / 180));
  const side = Math.max((box[2] - box[0]) * shrink, box[3] - box[1]);
  return Array.from({ length: FADE_STEPS }, (_, step) => {
    const away = side * (FADE_FROM + ((FADE_TO - FADE_FROM) * step) / (FADE_STEPS - 1));
    return {
      type: 'Feature',
      properties: { fade: 1 / (FADE_STEPS - step) },
      geometry: { type: 'Polygon', coordinates: [SHEET, around(box, away / shrink, away)] },
    };
  });
}

/** What bounds the map: the highest level there is. */
const OUTERMOST: readonly PlaceKind[] = ['district', 'street', 'community'];
/** A city has a few dozen districts; with more outlines than this nothing is veiled. */
const OUTLINES_MAX = 100;

/** What lies beyond our ground, now or on a day gone by; nothing where no level bounds it. */
export async function outside(day?: string): Promise<Feature[]> {
  for (const kind of OUTERMOST) {
    const { features, next } = await server.outlines(kind, OUTLINES_MAX, day);
    if (features.length === 0) continue;
    const outlines = next ? [] : features.map(({ geometry }) => geometry);
    const cover = veil(outlines);
    if (!cover) return [];
    // An external base map goes on beyond ours: nothing ends there that would have to fade.
    return session.me?.base ? [cover] : [cover, ...fading(outlines)];
  }
  return [];
}
