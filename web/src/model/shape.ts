import type { Geometry, Position } from 'geojson';
import type { Bbox, LonLat } from '../api';

function* positions(geometry: Geometry): Generator<Position> {
  switch (geometry.type) {
    case 'Point':
      yield geometry.coordinates;
      break;
    case 'MultiPoint':
    case 'LineString':
      yield* geometry.coordinates;
      break;
    case 'Polygon':
    case 'MultiLineString':
      for (const line of geometry.coordinates) yield* line;
      break;
    case 'MultiPolygon':
      for (const polygon of geometry.coordinates) for (const ring of polygon) yield* ring;
      break;
    case 'GeometryCollection':
      for (const part of geometry.geometries) yield* positions(part);
  }
}

export function envelopeOf(geometry: Geometry): Bbox | null {
  let box: Bbox | null = null;
  for (const [lon, lat] of positions(geometry)) {
    if (lon === undefined || lat === undefined) continue;
    box = box
      ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
      : [lon, lat, lon, lat];
  }
  return box;
}

/** Longest stretch of the horizontal line at `lat` that lies inside the rings (holes count as outside). */
function widestStretch(rings: Position[][], lat: number): { from: number; to: number } | null {
  const crossings: number[] = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [x0 = 0, y0 = 0] = ring[i - 1] ?? [];
      const [x1 = 0, y1 = 0] = ring[i] ?? [];
      if (y0 > lat !== y1 > lat) crossings.push(x0 + ((lat - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  crossings.sort((a, b) => a - b);
  let best: { from: number; to: number } | null = null;
  for (let i = 1; i < crossings.length; i += 2) {
    const from = crossings[i - 1] ?? 0;
    const to = crossings[i] ?? 0;
    if (!best || to - from > best.to - best.from) best = { from, to };
  }
  return best;
}

/** A point certainly inside, to ask "who is responsible here": the middle of an L-shaped yard's box may be next door. */
export function innerPoint(geometry: Geometry): LonLat | null {
  if (geometry.type === 'Point') {
    const [lon, lat] = geometry.coordinates;
    return lon === undefined || lat === undefined ? null : [lon, lat];
  }
  const polygons =
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
  let best: { point: LonLat; width: number } | null = null;
  for (const rings of polygons) {
    const box = envelopeOf({ type: 'Polygon', coordinates: rings });
    if (!box) continue;
    // Slightly off the middle, so that a ring built on round numbers is not cut exactly through its corners.
    for (const share of [0.501, 0.377, 0.623, 0.251, 0.749]) {
      const lat = box[1] + (box[3] - box[1]) * share;
      const stretch = widestStretch(rings, lat);
      if (stretch && (!best || stretch.to - stretch.from > best.width)) {
        best = { point: [(stretch.from + stretch.to) / 2, lat], width: stretch.to - stretch.from };
      }
    }
  }
  return best?.point ?? null;
}
