import type { Feature, Geometry, Polygon, Position } from 'geojson';

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
