import type { Feature, Geometry, Polygon, Position } from 'geojson';
import { server, type PlaceKind } from '../api';

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

/** What bounds the map: the highest level there is. */
const OUTERMOST: readonly PlaceKind[] = ['district', 'street', 'community'];
/** A city has a few dozen districts; with more outlines than this nothing is veiled. */
const OUTLINES_MAX = 100;

/** What lies beyond our ground, now or on a day gone by; nothing where no level bounds it. */
export async function outside(day?: string): Promise<Feature[]> {
  for (const kind of OUTERMOST) {
    const { features, next } = await server.outlines(kind, OUTLINES_MAX, day);
    if (features.length === 0) continue;
    const cover = next ? null : veil(features.map(({ geometry }) => geometry));
    return cover ? [cover] : [];
  }
  return [];
}
