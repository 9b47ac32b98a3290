import { sameArea, type Area, type Ring } from './area';
import type { FaceId } from './ground';
import type { Spot } from './spot';

/**
 * Two people drew on the same base. What each of them did is a list of stretches of border: these corners went, those came.
 * Where the stretches of one leave alone what the other touched, both can be had; where not, a person has to choose.
 */

export type Faces = ReadonlyMap<FaceId, Area>;

/** Between two corners that stayed, these went and those came. */
interface Stretch {
  from: Spot;
  gone: readonly Spot[];
  come: readonly Spot[];
  to: Spot;
}

class Conflict extends Error {}

const turnedTo = (ring: Ring, first: Spot): Ring => {
  const at = ring.indexOf(first);
  return [...ring.slice(at), ...ring.slice(0, at)];
};

/** What became of a ring; a conflict where it cannot be told corner by corner. */
function stretchesOf(before: Ring, after: Ring): Stretch[] {
  const stays = new Set(after);
  if (new Set(before).size !== before.length || stays.size !== after.length) throw new Conflict();
  const common = before.filter((spot) => stays.has(spot));
  const [first] = common;
  if (first === undefined || common.length < 2) throw new Conflict();
  const was = turnedTo(before, first);
  const is = turnedTo(after, first);
  const found: Stretch[] = [];
  let [b, a] = [0, 0];
  common.forEach((from, at) => {
    const to = common[(at + 1) % common.length] ?? first;
    const endB = at + 1 < common.length ? was.indexOf(to) : was.length;
    const endA = at + 1 < common.length ? is.indexOf(to) : is.length;
    // They turned the order of the corners round.
    if (endA <= a) throw new Conflict();
    const gone = was.slice(b + 1, endB);
    const come = is.slice(a + 1, endA);
    if (gone.length || come.length) found.push({ from, gone, come, to });
    [b, a] = [endB, endA];
  });
  return found;
}

/** Rings that differ, by pairs; a ring more or less is a conflict. */
function changedRings(before: Area, after: Area): [Ring, Ring][] {
  if (before.length !== after.length) throw new Conflict();
  return before.flatMap((rings, part) => {
    const others = after[part] ?? [];
    if (rings.length !== others.length) throw new Conflict();
    return rings.flatMap((ring, at): [Ring, Ring][] => {
      const other = others[at] ?? [];
      return sameArea([[ring]], [[other]]) ? [] : [[ring, other]];
    });
  });
}

/** Corners that were moved, each from one place to one place, and are nowhere any more where they were. */
function movesOf(stretches: readonly Stretch[], theirs: Faces): Map<Spot, Spot> {
  const still = new Set([...theirs.values()].flat(3));
  const moves = new Map<Spot, Spot | null>();
  for (const { gone, come } of stretches) {
    gone.forEach((spot, at) => {
      const to = gone.length === come.length && !still.has(spot) ? (come[at] ?? null) : null;
      moves.set(spot, moves.has(spot) && moves.get(spot) !== to ? null : to);
    });
  }
  return new Map([...moves].filter((move): move is [Spot, Spot] => move[1] !== null));
}

const mapped = (area: Area, change: (ring: Ring) => Ring): Area =>
  area.map((rings) => rings.map(change).filter((ring) => ring.length >= 3));

function runs(ring: Ring, run: readonly Spot[]): boolean {
  const at = ring.indexOf(run[0] ?? NaN);
  return at >= 0 && run.every((spot, n) => ring[(at + n) % ring.length] === spot);
}

/** Puts a stretch in place where the ring still runs as it did before; drawn by both alike, it is there already. */
function laid(ring: Ring, { from, gone, come, to }: Stretch): Ring | null {
  if (runs(ring, [from, ...come, to])) return ring;
  if (!runs(ring, [from, ...gone, to])) return null;
  return [from, ...come, ...turnedTo(ring, from).slice(gone.length + 1)];
}

function combined(base: Faces, theirs: Faces, mine: Faces): Map<FaceId, Area> {
  const result = new Map(mine);
  const stretches: { id: FaceId; stretch: Stretch }[] = [];
  for (const id of new Set([...base.keys(), ...theirs.keys()])) {
    const [was, other, own] = [base.get(id), theirs.get(id), mine.get(id)];
    if (sameArea(was, other) || sameArea(other, own)) continue;
    if (sameArea(was, own) || (!was && !own)) {
      // Only they touched it.
      if (other) result.set(id, other);
      else result.delete(id);
      continue;
    }
    if (!was || !other) throw new Conflict();
    for (const [before, after] of changedRings(was, other)) {
      for (const stretch of stretchesOf(before, after)) stretches.push({ id, stretch });
    }
  }
  const moves = movesOf(
    stretches.map(({ stretch }) => stretch),
    theirs,
  );
  const here = new Set([...mine.values()].flat(3));
  for (const [from, to] of moves) if (!here.has(from) && !here.has(to)) throw new Conflict();
  const drawnByMe = [...mine].filter(([id, area]) => !sameArea(base.get(id), area)).map(([id]) => id);
  // Stretches first, on the corners as both knew them; then the corners that were only moved.
  for (const { stretch } of stretches) {
    if (stretch.gone.length === stretch.come.length && stretch.gone.every((spot) => moves.has(spot))) continue;
    let found = false;
    for (const id of drawnByMe) {
      const area = result.get(id);
      if (!area) continue;
      const next = mapped(area, (ring) => {
        const put = laid(ring, stretch);
        if (put) found = true;
        return put ?? ring;
      });
      if (found) {
        result.set(id, next);
        break;
      }
    }
    if (!found) throw new Conflict();
  }
  for (const id of drawnByMe) {
    const area = result.get(id);
    if (area)
      result.set(
        id,
        mapped(area, (ring) => ring.map((spot) => moves.get(spot) ?? spot)),
      );
  }
  return result;
}

function tried(base: Faces, theirs: Faces, mine: Faces): Faces | null {
  try {
    return combined(base, theirs, mine);
  } catch (thrown) {
    if (thrown instanceof Conflict) return null;
    throw thrown;
  }
}

/** Both drawings in one, or null where both touched the same stretch of border. */
export function rebased(base: Faces, theirs: Faces, mine: Faces): Faces | null {
  // Which is laid on which makes no difference to what is right, but a corner moved in a field that the other one cut is
  // found only in the cut one.
  return tried(base, theirs, mine) ?? tried(base, mine, theirs);
}

/** Outlines that are not the same in both. */
export function differing(a: Faces, b: Faces): FaceId[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((id) => !sameArea(a.get(id), b.get(id)));
}
