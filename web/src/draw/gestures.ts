import { cornersOf, doubled, edgesOf, holds, insideOf, ringsOf, sameArea, tidied, type Area, type Ring } from './area';
import type { FaceId, Ground, Patch } from './ground';
import {
  chosen,
  cross,
  footOn,
  isEmpty,
  joined,
  liesOn,
  NEAR,
  overlay,
  pieces,
  turn,
  type Cell,
  type Edge,
} from './planar';
import { spotAt, xOf, yOf, type Spot } from './spot';

/** Why a gesture is not carried out; nothing has changed then. */
export type Reason =
  | 'crossing'
  | 'flat'
  | 'held'
  | 'junction'
  | 'too_few'
  | 'outside'
  | 'taken'
  | 'not_across'
  | 'twice'
  | 'apart'
  | 'swallowed'
  | 'same'
  | 'nothing_here'
  | 'tangled';

export class Refused extends Error {
  constructor(
    readonly reason: Reason,
    /** Where on the map. */
    readonly at: Spot | null = null,
  ) {
    super(reason);
  }
}

/** Less ground than this is nobody's intention: about a square metre, in square units. */
const LEAST_DOUBLED = 16_000;

const mapRings = (area: Area, change: (ring: Ring) => Ring): Area => area.map((rings) => rings.map(change));

/** Corners go elsewhere, in the outlines of all who share them. */
export function moved(ground: Ground, to: ReadonlyMap<Spot, Spot>): Patch {
  const ids = new Set([...to.keys()].flatMap((spot) => [...ground.sharers(spot)]));
  const patch = new Map<FaceId, Area | null>();
  for (const id of ids) {
    const area = ground.faces.get(id) ?? [];
    patch.set(
      id,
      mapRings(area, (ring) => ring.map((spot) => to.get(spot) ?? spot)),
    );
  }
  return patch;
}

/** A new corner on an edge, in the outlines of all who share it. */
export function inserted(ground: Ground, [a, b]: Edge, at: Spot): Patch {
  const patch = new Map<FaceId, Area | null>();
  for (const id of ground.border(a, b)?.faces ?? []) {
    patch.set(id, withCorners(ground.faces.get(id) ?? [], a, b, [at]));
  }
  return patch;
}

function withCorners(area: Area, a: Spot, b: Spot, between: readonly Spot[]): Area {
  return mapRings(area, (ring) =>
    ring.flatMap((spot, at) => {
      const next = ring[(at + 1) % ring.length];
      if (spot === a && next === b) return [spot, ...between];
      if (spot === b && next === a) return [spot, ...[...between].reverse()];
      return [spot];
    }),
  );
}

/** A corner taken out of all outlines that have it. Where three meet, none can spare it. */
export function removed(ground: Ground, spot: Spot): Patch {
  if (ground.neighbours(spot).length > 2) throw new Refused('junction', spot);
  const patch = new Map<FaceId, Area | null>();
  for (const id of ground.sharers(spot)) {
    patch.set(
      id,
      mapRings(ground.faces.get(id) ?? [], (ring) => {
        const left = ring.filter((one) => one !== spot);
        if (left.length < 3) throw new Refused('too_few', spot);
        return left;
      }),
    );
  }
  return patch;
}

const needed = (cells: Cell[] | null): Cell[] => {
  if (!cells) throw new Refused('tangled');
  return cells;
};

export const worth = (area: Area): Area =>
  area.filter((rings) => rings.reduce((sum, ring) => sum + doubled(ring), 0) >= LEAST_DOUBLED);

export const meet = (ground: Ground, area: Area, except: ReadonlySet<FaceId> = new Set()): FaceId[] => {
  const ids = new Set<FaceId>();
  for (const edge of edgesOf(area)) {
    for (const border of ground.along(edge, NEAR)) for (const id of border.faces) if (!except.has(id)) ids.add(id);
  }
  const inside = insideOf(area);
  for (const [id, face] of ground.faces) {
    if (ids.has(id) || except.has(id)) continue;
    const within = insideOf(face);
    if (within && holds(area, ...within)) ids.add(id);
    else if (inside && holds(face, ...inside)) ids.add(id);
  }
  return [...ids];
};

/** A drawn ring becomes a new face: as much of it as lies in the parent and belongs to nobody yet. */
export function drawn(ground: Ground, parent: Area, ring: Ring, id: FaceId): Patch {
  const area = ringArea(ring);
  const others = meet(ground, area).map((one) => ground.faces.get(one) ?? []);
  const cells = needed(overlay([area, parent, ...others]));
  const inParent = cells.some(({ inside: [own, within] }) => own && within);
  const left = worth(chosen(cells, ([own, within, ...taken]) => !!own && !!within && !taken.some(Boolean)));
  if (isEmpty(left)) throw new Refused(inParent ? 'taken' : 'outside', ring[0] ?? null);
  return new Map([[id, left]]);
}

function ringArea(ring: Ring): Area {
  const clean = tidied(ring);
  if (clean.length < 3) throw new Refused('too_few', ring[0] ?? null);
  const size = doubled(clean);
  if (Math.abs(size) < LEAST_DOUBLED) throw new Refused('flat', clean[0] ?? null);
  return [[size > 0 ? clean : [...clean].reverse()]];
}

/** Ground of the parent that belongs to nobody. */
export function gaps(ground: Ground, parent: Area): Area[] {
  const areas = [...ground.faces.values()];
  const cells = overlay([parent, ...areas]) ?? [];
  return cells
    .filter(({ inside: [own, ...taken] }) => own && !taken.some(Boolean))
    .map(({ area }) => area)
    .filter((area) => !isEmpty(worth(area)));
}

/** A gap becomes a face of its own, or goes to one that is there. */
export function filled(ground: Ground, gap: Area, id: FaceId): Patch {
  const own = ground.faces.get(id);
  if (!own) return new Map([[id, gap]]);
  const cells = needed(overlay([own, gap]));
  return new Map([[id, chosen(cells, (inside) => inside.some(Boolean))]]);
}

/** A ring cut out of a face. */
export function holed(ground: Ground, id: FaceId, ring: Ring): Patch {
  const own = ground.faces.get(id);
  if (!own) throw new Refused('nothing_here');
  const cells = needed(overlay([own, ringArea(ring)]));
  if (!cells.some(({ inside: [one, two] }) => one && two)) throw new Refused('outside', ring[0] ?? null);
  const left = worth(chosen(cells, ([one, two]) => !!one && !two));
  if (isEmpty(left)) throw new Refused('flat', ring[0] ?? null);
  return new Map([[id, left]]);
}

/** A line cuts a face in two: the larger part keeps its name, the smaller becomes `other`. */
export function split(ground: Ground, id: FaceId, line: readonly Spot[], other: FaceId): Patch {
  const own = ground.faces.get(id);
  if (!own) throw new Refused('nothing_here');
  const lines = line.slice(1).map((spot, at): Edge => [line[at] ?? spot, spot]);
  const cells = needed(overlay([own], lines)).filter(({ inside: [one] }) => one);
  const sum = cells.length - own.length;
  if (sum < 1) throw new Refused('not_across', line[0] ?? null);
  if (sum > 1) throw new Refused('twice', line[0] ?? null);
  // A part of several that the line does not cross stays with the larger piece.
  const cut = cells.filter(({ area }) => !own.some((part) => sameGround([part], area)));
  const [large, small] = [...cut].sort((a, b) => ground2(b.area) - ground2(a.area));
  if (!large || !small) throw new Refused('not_across', line[0] ?? null);
  if (isEmpty(worth(small.area))) throw new Refused('flat', line[0] ?? null);
  const whole = own.filter((part) => cells.some(({ area }) => sameGround([part], area)));
  return new Map([
    [id, [...large.area, ...whole]],
    [other, small.area],
  ]);
}

const ground2 = (area: Area) => [...ringsOf(area)].reduce((sum, ring) => sum + doubled(ring), 0);
const sameGround = (a: Area, b: Area) => {
  const one = cornersOf(a);
  const two = cornersOf(b);
  return one.size === two.size && [...one].every((spot) => two.has(spot));
};

/** Two neighbours become one, under the first one's name. */
export function merged(ground: Ground, into: FaceId, other: FaceId): Patch {
  if (into === other) throw new Refused('same');
  const one = ground.faces.get(into);
  const two = ground.faces.get(other);
  if (!one || !two) throw new Refused('nothing_here');
  const touching = [...edgesOf(two)].some(([a, b]) => ground.border(a, b)?.faces.has(into));
  if (!touching) throw new Refused('apart', two[0]?.[0]?.[0] ?? null);
  return new Map<FaceId, Area | null>([
    [into, joined([one, two])],
    [other, null],
  ]);
}

/**
 * A block, a building with the ground around it, goes over to a neighbour: what of it lies in other faces is theirs no more.
 * It must reach the new owner's ground, for nobody looks after two pieces.
 */
export function transferred(ground: Ground, block: Area, to: FaceId): Patch {
  const own = ground.faces.get(to);
  if (!own) throw new Refused('nothing_here');
  const givers = meet(ground, block, new Set([to]));
  const cells = needed(overlay([block, own, ...givers.map((id) => ground.faces.get(id) ?? [])]));
  const spot = block[0]?.[0]?.[0] ?? null;
  const over = cells
    .filter(({ inside: [taken, , ...theirs] }) => taken && theirs.some(Boolean))
    .map(({ area }) => area);
  if (over.length === 0) throw new Refused('nothing_here', spot);
  const patch = new Map<FaceId, Area | null>();
  givers.forEach((id, at) => {
    const left = pieces(chosen(cells, (inside) => !!inside[at + 2] && !inside[0]));
    // A splinter that hangs on nothing goes along.
    over.push(...left.filter((piece) => isEmpty(worth(piece))));
    const kept = left.filter((piece) => !isEmpty(worth(piece)));
    if (kept.length === 0) throw new Refused('swallowed', spot);
    if (kept.length > (ground.faces.get(id)?.length ?? 0)) throw new Refused('apart', spot);
    patch.set(id, kept.flat());
  });
  const mine = joined([...cells.filter(({ inside }) => inside[1]).map(({ area }) => area), ...over]);
  if (mine.length > own.length) throw new Refused('apart', spot);
  return patch.set(to, mine);
}

/** The block that a building is carried over in: its walls, and the ground between them and the nearest border of the taker. */
export function blockFor(ground: Ground, walls: Area, to: FaceId): Area {
  const corners = [...cornersOf(walls)];
  const first = corners[0];
  if (first === undefined) throw new Refused('nothing_here');
  let best: { edge: Edge; off: number } | null = null;
  for (const edge of edgesOf(ground.faces.get(to) ?? [])) {
    const off = Math.min(...corners.map((spot) => offTo(edge, spot)));
    if (!best || off < best.off) best = { edge, off };
  }
  if (!best) throw new Refused('nothing_here', first);
  const { edge } = best;
  const feet = corners.map((spot) => nearestOn(edge, spot));
  return [[hull([...corners, ...feet])]];
}

function nearestOn([a, b]: Edge, spot: Spot): Spot {
  const along = Math.min(1, Math.max(0, footOn(a, b, spot).along));
  return spotAt(xOf(a) + along * (xOf(b) - xOf(a)), yOf(a) + along * (yOf(b) - yOf(a)));
}

function offTo(edge: Edge, spot: Spot): number {
  const foot = nearestOn(edge, spot);
  return Math.hypot(xOf(foot) - xOf(spot), yOf(foot) - yOf(spot));
}

/** The tightest ring without a dent around the spots, counter-clockwise. */
export function hull(spots: readonly Spot[]): Ring {
  const sorted = [...new Set(spots)].sort((a, b) => a - b);
  const half = (list: readonly Spot[]): Spot[] => {
    const chain: Spot[] = [];
    for (const spot of list) {
      for (;;) {
        const [a, b] = chain.slice(-2);
        if (a === undefined || b === undefined || turn(a, b, spot) > 0) break;
        chain.pop();
      }
      chain.push(spot);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

/**
 * What a gesture comes to on the shared map: corners that lie on a neighbour's edge become corners of the neighbour too, and
 * a gesture that would make edges cross or turn ground inside out is refused. Everything that changes is in the patch.
 */
export function settled(ground: Ground, patch: Patch): Patch {
  const after = new Map<FaceId, Area | null>();
  for (const [id, area] of patch) after.set(id, area && tidyArea(area, ground.faces.get(id)));
  share(ground, after);
  judge(ground, after);
  for (const [id, area] of after) if (sameArea(area, ground.faces.get(id) ?? null)) after.delete(id);
  return after;
}

function tidyArea(area: Area, before: Area | undefined): Area {
  return area.map((rings, part) =>
    rings.map((ring, at) => {
      const clean = tidied(ring);
      const was = before?.[part]?.[at];
      const size = doubled(clean);
      const outer = at === 0;
      if (clean.length < 3 || Math.abs(size) < 1) throw new Refused('flat', ring[0] ?? null);
      if (size > 0 !== outer) throw new Refused(was ? 'crossing' : 'flat', ring[0] ?? null);
      return clean;
    }),
  );
}

const key = (a: Spot, b: Spot): string => (a < b ? `${a}/${b}` : `${b}/${a}`);

/** Edges that the patch brings and that were nowhere before. */
function newEdges(ground: Ground, after: ReadonlyMap<FaceId, Area | null>): Edge[] {
  const seen = new Set<string>();
  const found: Edge[] = [];
  for (const area of after.values()) {
    for (const [a, b] of edgesOf(area ?? [])) {
      if (ground.border(a, b) || seen.has(key(a, b))) continue;
      seen.add(key(a, b));
      found.push([a, b]);
    }
  }
  return found;
}

/** Corners on edges, both ways: new corners on edges that are there, and corners that are there on new edges. */
function share(ground: Ground, after: Map<FaceId, Area | null>): void {
  const fresh = newEdges(ground, after);
  const spots = new Set(fresh.flat());
  const between = new Map<string, { edge: Edge; spots: Set<Spot> }>();
  const put = (a: Spot, b: Spot, spot: Spot) => {
    const known = between.get(key(a, b));
    if (known) known.spots.add(spot);
    else between.set(key(a, b), { edge: [a, b], spots: new Set([spot]) });
  };
  for (const spot of spots) {
    for (const { a, b } of ground.along([spot, spot], NEAR + 1)) if (liesOn(a, b, spot)) put(a, b, spot);
  }
  const stays = (id: FaceId) => !after.has(id);
  for (const [a, b] of fresh) {
    for (const border of ground.along([a, b], NEAR + 1)) {
      for (const spot of [border.a, border.b]) {
        if (liesOn(a, b, spot) && [...ground.sharers(spot)].some(stays)) put(a, b, spot);
      }
    }
    for (const spot of spots) if (liesOn(a, b, spot)) put(a, b, spot);
  }
  for (const { edge, spots: onEdge } of between.values()) {
    const [a, b] = edge;
    const line = [...onEdge].sort((p, q) => footOn(a, b, p).along - footOn(a, b, q).along);
    const ids = new Set([...(ground.border(a, b)?.faces ?? []), ...after.keys()]);
    for (const id of ids) {
      const area = after.has(id) ? after.get(id) : ground.faces.get(id);
      if (area) after.set(id, mapRings(withCorners(area, a, b, line), tidied));
    }
  }
}

function judge(ground: Ground, after: ReadonlyMap<FaceId, Area | null>): void {
  const fresh = newEdges(ground, after);
  for (const [a, b] of fresh) {
    for (const border of ground.along([a, b], NEAR)) {
      if ([...border.faces].every((id) => after.has(id))) continue;
      if (cross(a, b, border.a, border.b)) throw new Refused('crossing', a);
    }
  }
  const all: Edge[] = [...after.values()].flatMap((area) => [...edgesOf(area ?? [])] as Edge[]);
  for (const [a, b] of fresh) {
    for (const [c, d] of all) if (cross(a, b, c, d)) throw new Refused('crossing', a);
  }
}
