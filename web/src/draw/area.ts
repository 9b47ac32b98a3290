import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { Frame, Spot } from './spot';
import { xOf, yOf } from './spot';

/** A ring of corners; it closes itself, and no corner follows itself. */
export type Ring = readonly Spot[];
/** Parts, each an outer ring (counter-clockwise) and its holes (clockwise). */
export type Area = readonly (readonly Ring[])[];

/** Twice the signed ground of a ring in square units: exact, positive counter-clockwise. */
export function doubled(ring: Ring): number {
  const first = ring[0];
  if (first === undefined) return 0;
  // Relative to the first corner, lest the products outgrow a double.
  const x0 = xOf(first);
  const y0 = yOf(first);
  let sum = 0;
  let px = 0;
  let py = 0;
  for (let at = 1; at <= ring.length; at++) {
    const spot = ring[at % ring.length] ?? first;
    const x = xOf(spot) - x0;
    const y = yOf(spot) - y0;
    sum += px * y - x * py;
    px = x;
    py = y;
  }
  return sum;
}

export const doubledArea = (area: Area): number =>
  area.reduce((sum, rings) => sum + rings.reduce((inner, ring) => inner + doubled(ring), 0), 0);

export function* ringsOf(area: Area): Generator<Ring> {
  for (const rings of area) yield* rings;
}

export function* edgesOf(area: Area): Generator<[Spot, Spot]> {
  for (const ring of ringsOf(area)) {
    for (let at = 0; at < ring.length; at++) yield [ring[at] ?? 0, ring[(at + 1) % ring.length] ?? 0];
  }
}

export const cornersOf = (area: Area): Set<Spot> => new Set([...ringsOf(area)].flat());

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export function boxOf(spots: Iterable<Spot>): Box {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const spot of spots) {
    const x = xOf(spot);
    const y = yOf(spot);
    if (x < box.x0) box.x0 = x;
    if (x > box.x1) box.x1 = x;
    if (y < box.y0) box.y0 = y;
    if (y > box.y1) box.y1 = y;
  }
  return box;
}

/** Even-odd over all rings. */
export function holds(area: Area, x: number, y: number): boolean {
  let inside = false;
  for (const [a, b] of edgesOf(area)) {
    const ay = yOf(a);
    const by = yOf(b);
    if (ay > y === by > y) continue;
    const ax = xOf(a);
    if (x < ax + ((y - ay) / (by - ay)) * (xOf(b) - ax)) inside = !inside;
  }
  return inside;
}

/** A point well inside: the middle of the widest stretch between the two levels of corners that lie farthest apart. */
export function insideOf(area: Area): [number, number] | null {
  const levels = [...new Set([...ringsOf(area)].flat().map(yOf))].sort((a, b) => a - b);
  let best: [number, number] | null = null;
  let width = 0;
  // The widest bands first; a few are enough to find one that is not a sliver.
  const bands = levels
    .slice(1)
    .map((top, at) => [levels[at] ?? 0, top] as const)
    .sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
    .slice(0, 6);
  for (const [low, high] of bands) {
    const y = (low + high) / 2;
    const crossings: number[] = [];
    for (const [a, b] of edgesOf(area)) {
      const ay = yOf(a);
      const by = yOf(b);
      if (ay > y !== by > y) crossings.push(xOf(a) + ((y - ay) / (by - ay)) * (xOf(b) - xOf(a)));
    }
    crossings.sort((a, b) => a - b);
    for (let at = 1; at < crossings.length; at += 2) {
      const from = crossings[at - 1] ?? 0;
      const to = crossings[at] ?? 0;
      if (to - from <= width) continue;
      width = to - from;
      best = [(from + to) / 2, y];
    }
  }
  return best;
}

/** Without corners that repeat, and without spikes that go out and come back the same way. */
export function tidied(ring: Ring): Ring {
  let spots = [...ring];
  for (;;) {
    const before = spots.length;
    spots = spots.filter((spot, at) => spot !== spots[(at + 1) % spots.length]);
    const spike = spots.findIndex(
      (_, at) => spots.length > 2 && spots[(at + spots.length - 1) % spots.length] === spots[(at + 1) % spots.length],
    );
    if (spike >= 0) spots.splice(spike, 1);
    if (spots.length === before || spots.length < 3) return spots;
  }
}

const turned = (ring: Ring): Ring => {
  const at = ring.indexOf(Math.min(...ring));
  return [...ring.slice(at), ...ring.slice(0, at)];
};
const byFirst = (a: Ring | undefined, b: Ring | undefined): number => (a?.[0] ?? 0) - (b?.[0] ?? 0);

const ordered = new WeakMap<Area, string>();

/** The same for the same ground with the same corners, wherever its rings begin and whichever part comes first. */
function signature(area: Area): string {
  let known = ordered.get(area);
  if (known === undefined) {
    known = JSON.stringify(
      area
        .map(([outer = [], ...holes]) => [turned(outer), ...holes.map(turned).sort(byFirst)])
        .sort((a, b) => byFirst(a[0], b[0])),
    );
    ordered.set(area, known);
  }
  return known;
}

export const sameArea = (a: Area | null | undefined, b: Area | null | undefined): boolean =>
  a === b || (!!a && !!b && signature(a) === signature(b));

/** From the exact outline as the server keeps it. */
export function areaFrom(geometry: Polygon | MultiPolygon, frame: Frame): Area {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flatMap((polygon) => {
    const rings = polygon.flatMap((positions, at) => {
      const ring = tidied(positions.map(([lon = 0, lat = 0]) => frame.at([lon, lat])));
      if (ring.length < 3) return [];
      return [doubled(ring) > 0 === (at === 0) ? ring : [...ring].reverse()];
    });
    return rings.length ? [rings] : [];
  });
}

export function geometryOf(area: Area, frame: Frame): Polygon | MultiPolygon {
  const closed = (ring: Ring): Position[] => [...ring, ring[0] ?? 0].map((spot) => frame.lonLat(spot));
  const polygons = area.map((rings) => rings.map(closed));
  const [only] = polygons;
  return polygons.length === 1 && only
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates: polygons };
}
