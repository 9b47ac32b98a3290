import { doubled, edgesOf, holds, insideOf, ringsOf, type Area, type Ring } from './area';
import { spotAt, xOf, yOf, type Spot } from './spot';

/**
 * Overlay on the integer grid: edges are cut where they meet, the faces between them are found, and any question of
 * together, apart, cut out is a choice among faces. What two areas share comes out as the same corners in both.
 */

export type Edge = readonly [Spot, Spot];

/** A corner this near to an edge lies on it: crossings are rounded to the grid, at most 0.71 units away. */
export const NEAR = 1;
/** Rounding may make new crossings beside the old; they die out after a round or two. */
const ROUNDS_MAX = 8;
/** Cells of the index, in units: 2¹² are about 40 m. */
const CELL = 4096;

const cellsAcross = (low: number, high: number) => [Math.floor(low / CELL), Math.floor(high / CELL)] as const;

/** Twice the signed ground of a triangle. */
export const turn = (a: Spot, b: Spot, c: Spot): number =>
  (xOf(b) - xOf(a)) * (yOf(c) - yOf(a)) - (yOf(b) - yOf(a)) * (xOf(c) - xOf(a));

/** How far along an edge the spot's foot lies (0 to 1), and how far off it is. */
export function footOn(a: Spot, b: Spot, spot: Spot): { along: number; off: number } {
  const dx = xOf(b) - xOf(a);
  const dy = yOf(b) - yOf(a);
  const length2 = dx * dx + dy * dy;
  if (length2 === 0) return { along: 0, off: Infinity };
  const along = ((xOf(spot) - xOf(a)) * dx + (yOf(spot) - yOf(a)) * dy) / length2;
  return { along, off: Math.abs(turn(a, b, spot)) / Math.sqrt(length2) };
}

export function liesOn(a: Spot, b: Spot, spot: Spot): boolean {
  if (spot === a || spot === b) return false;
  const { along, off } = footOn(a, b, spot);
  return off <= NEAR && along > 0 && along < 1;
}

/** Do two edges cross, each within the other? */
export function cross(a: Spot, b: Spot, c: Spot, d: Spot): boolean {
  const c1 = turn(a, b, c);
  const d1 = turn(a, b, d);
  if (c1 === 0 || d1 === 0 || c1 > 0 === d1 > 0) return false;
  const a1 = turn(c, d, a);
  const b1 = turn(c, d, b);
  return a1 !== 0 && b1 !== 0 && a1 > 0 !== b1 > 0;
}

function crossing(a: Spot, b: Spot, c: Spot, d: Spot): Spot {
  const a1 = turn(c, d, a);
  const b1 = turn(c, d, b);
  const along = a1 / (a1 - b1);
  return spotAt(xOf(a) + along * (xOf(b) - xOf(a)), yOf(a) + along * (yOf(b) - yOf(a)));
}

function distinct(edges: Iterable<Edge>): Edge[] {
  const seen = new Map<Spot, Set<Spot>>();
  const kept: Edge[] = [];
  for (const [a, b] of edges) {
    if (a === b) continue;
    const [low, high] = a < b ? [a, b] : [b, a];
    const others = seen.get(low);
    if (others?.has(high)) continue;
    if (others) others.add(high);
    else seen.set(low, new Set([high]));
    kept.push([low, high]);
  }
  return kept;
}

/** The edges cut wherever they cross, touch or lie on one another; null if that does not come to an end. */
export function noded(edges: Iterable<Edge>): Edge[] | null {
  let now = distinct(edges);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const cuts = cutsOf(now);
    if (cuts.size === 0) return now;
    now = distinct(
      now.flatMap((edge, at): Edge[] => {
        const spots = cuts.get(at);
        if (!spots) return [edge];
        const [a, b] = edge;
        const line = [...spots].sort((p, q) => footOn(a, b, p).along - footOn(a, b, q).along);
        return [a, ...line].map((from, n): Edge => [from, line[n] ?? b]);
      }),
    );
  }
  return null;
}

function cutsOf(edges: readonly Edge[]): Map<number, Set<Spot>> {
  const cells = new Map<number, number[]>();
  edges.forEach(([a, b], at) => {
    const [x0, x1] = cellsAcross(Math.min(xOf(a), xOf(b)) - NEAR, Math.max(xOf(a), xOf(b)) + NEAR);
    const [y0, y1] = cellsAcross(Math.min(yOf(a), yOf(b)) - NEAR, Math.max(yOf(a), yOf(b)) + NEAR);
    for (let x = x0; x <= x1; x++) {
      for (let y = y0; y <= y1; y++) {
        const key = x * CELL * 8 + y;
        const cell = cells.get(key);
        if (cell) cell.push(at);
        else cells.set(key, [at]);
      }
    }
  });
  const cuts = new Map<number, Set<Spot>>();
  const cut = (at: number, spot: Spot) => {
    const [a, b] = edges[at] ?? [0, 0];
    if (spot === a || spot === b) return;
    const spots = cuts.get(at);
    if (spots) spots.add(spot);
    else cuts.set(at, new Set([spot]));
  };
  for (const cell of cells.values()) {
    for (let i = 0; i < cell.length; i++) {
      for (let j = i + 1; j < cell.length; j++) {
        const one = cell[i] ?? 0;
        const two = cell[j] ?? 0;
        const [a, b] = edges[one] ?? [0, 0];
        const [c, d] = edges[two] ?? [0, 0];
        let touched = false;
        const touch = (at: number, from: Spot, to: Spot, spot: Spot) => {
          if (!liesOn(from, to, spot)) return;
          cut(at, spot);
          touched = true;
        };
        for (const spot of [c, d]) touch(one, a, b, spot);
        for (const spot of [a, b]) touch(two, c, d, spot);
        if (!touched && cross(a, b, c, d)) {
          const spot = crossing(a, b, c, d);
          cut(one, spot);
          cut(two, spot);
        }
      }
    }
  }
  return cuts;
}

/** Walks along directed edges, always turning as far left as it can: the smallest rings that have them on their left. */
export function traced(edges: readonly Edge[]): Ring[] {
  const from = new Map<Spot, { to: Spot; angle: number }[]>();
  for (const [a, b] of edges) {
    const out = { to: b, angle: Math.atan2(yOf(b) - yOf(a), xOf(b) - xOf(a)) };
    const list = from.get(a);
    if (list) list.push(out);
    else from.set(a, [out]);
  }
  const walked = new Map<Spot, Set<Spot>>();
  const isWalked = (a: Spot, b: Spot) => walked.get(a)?.has(b) ?? false;
  const walk = (a: Spot, b: Spot) => {
    const set = walked.get(a);
    if (set) set.add(b);
    else walked.set(a, new Set([b]));
  };
  const rings: Ring[] = [];
  for (const [start, next] of edges) {
    if (isWalked(start, next)) continue;
    const ring: Spot[] = [];
    let [a, b] = [start, next];
    for (;;) {
      walk(a, b);
      ring.push(a);
      const back = Math.atan2(yOf(a) - yOf(b), xOf(a) - xOf(b));
      // The first way out clockwise from where we came.
      let best: { to: Spot; turn: number } | null = null;
      for (const { to, angle } of from.get(b) ?? []) {
        let clockwise = back - angle;
        if (clockwise <= 1e-13) clockwise += 2 * Math.PI;
        if (!best || clockwise < best.turn) best = { to, turn: clockwise };
      }
      if (!best || isWalked(b, best.to)) break;
      [a, b] = [b, best.to];
    }
    rings.push(...simple(ring));
  }
  return rings;
}

/** A walk that comes twice through the same corner is taken apart into rings that do not. */
function simple(walk: readonly Spot[]): Ring[] {
  const rings: Ring[] = [];
  const path: Spot[] = [];
  const at = new Map<Spot, number>();
  for (const spot of walk) {
    const before = at.get(spot);
    if (before !== undefined) {
      const loop = path.splice(before);
      for (const left of loop) at.delete(left);
      if (loop.length > 2) rings.push(loop);
    }
    at.set(spot, path.length);
    path.push(spot);
  }
  if (path.length > 2) rings.push(path);
  return rings;
}

/** Outer rings with the holes that lie in them. */
export function assembled(rings: readonly Ring[]): Area {
  const outers = rings
    .filter((ring) => doubled(ring) > 0)
    .sort((a, b) => doubled(a) - doubled(b))
    .map((ring) => [ring]);
  for (const hole of rings) {
    if (doubled(hole) >= 0) continue;
    const inside = insideOf([[hole]]);
    // Larger than the hole: what stands within the hole is its island, not its home.
    const home =
      inside && outers.find(([outer = []]) => doubled(outer) > -doubled(hole) && holds([[outer]], ...inside));
    if (home) home.push(hole);
  }
  return outers;
}

/** A face between edges, and which of the areas it lies in. */
export interface Cell {
  area: Area;
  inside: readonly boolean[];
}

/** The faces that areas and lines cut one another into; null where the edges cannot be cut cleanly. */
export function overlay(areas: readonly Area[], lines: readonly Edge[] = []): Cell[] | null {
  const edges = noded([...areas.flatMap((area) => [...edgesOf(area)] as Edge[]), ...lines]);
  if (!edges) return null;
  const kept = withoutEnds(edges);
  const rings = traced(
    kept.flatMap(([a, b]): Edge[] => [
      [a, b],
      [b, a],
    ]),
  );
  return assembledFaces(rings).flatMap((area): Cell[] => {
    const inside = insideOf(area);
    if (!inside) return [];
    return [{ area, inside: areas.map((one) => holds(one, inside[0], inside[1])) }];
  });
}

/** Lines that end in the open part nothing from nothing. */
function withoutEnds(edges: readonly Edge[]): Edge[] {
  let kept = [...edges];
  for (;;) {
    const degree = new Map<Spot, number>();
    for (const spot of kept.flat()) degree.set(spot, (degree.get(spot) ?? 0) + 1);
    const next = kept.filter(([a, b]) => (degree.get(a) ?? 0) > 1 && (degree.get(b) ?? 0) > 1);
    if (next.length === kept.length) return kept;
    kept = next;
  }
}

/** As `assembled`, but every outer ring is a face of its own: what encloses an island is told apart from the island. */
function assembledFaces(rings: readonly Ring[]): Area[] {
  return assembled(rings).map((part) => [part]);
}

/** The chosen faces as one area: what two of them share falls away. */
export function joined(areas: Iterable<Area>): Area {
  const edges = new Map<Spot, Set<Spot>>();
  for (const area of areas) {
    for (const [a, b] of edgesOf(area)) {
      if (edges.get(b)?.delete(a)) continue;
      const out = edges.get(a);
      if (out) out.add(b);
      else edges.set(a, new Set([b]));
    }
  }
  return assembled(traced([...edges].flatMap(([a, out]) => [...out].map((b): Edge => [a, b]))));
}

export const chosen = (cells: readonly Cell[], wanted: (inside: readonly boolean[]) => boolean): Area =>
  joined(cells.filter(({ inside }) => wanted(inside)).map(({ area }) => area));

/** Every corner of one on the border of the other, and the other way round: corners may be more, ground is not. */
export function sameBorder(one: Area, other: Area): boolean {
  const on = (spot: Spot, edges: readonly Edge[]) => edges.some(([a, b]) => spot === a || liesOn(a, b, spot));
  const [own, theirs] = [[...edgesOf(one)], [...edgesOf(other)]];
  return own.every(([spot]) => on(spot, theirs)) && theirs.every(([spot]) => on(spot, own));
}

/** In how many pieces an area lies. */
export const pieces = (area: Area): Area[] => area.map((part) => [part]);

export const isEmpty = (area: Area): boolean => [...ringsOf(area)].length === 0;
