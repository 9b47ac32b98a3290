import { edgesOf, holds, type Area } from './area';
import { Refused, settled, split } from './gestures';
import type { FaceId, Ground, Patch } from './ground';
import { liesOn } from './planar';
import { spotAt, xOf, yOf, type Spot } from './spot';

/** Is a spot within the outline, and not on it? */
function strictlyIn(area: Area, spot: Spot): boolean {
  for (const [a, b] of edgesOf(area)) if (spot === a || liesOn(a, b, spot)) return false;
  return holds(area, xOf(spot), yOf(spot));
}

/** Does the line end outside the outline or on it? Then nothing more is to be drawn. */
export function comesOut(area: Area, line: readonly Spot[]): boolean {
  const last = line.at(-1);
  return last !== undefined && !strictlyIn(area, last);
}

/** Where one who walks from `a` through `b` first meets the outline beyond `b`. */
function onward(area: Area, a: Spot, b: Spot): Spot {
  const [bx, by] = [xOf(b), yOf(b)];
  const [dx, dy] = [bx - xOf(a), by - yOf(a)];
  let nearest = Infinity;
  for (const [p, q] of edgesOf(area)) {
    const [px, py] = [xOf(p), yOf(p)];
    const [ex, ey] = [xOf(q) - px, yOf(q) - py];
    const across = dx * ey - dy * ex;
    if (across === 0) continue;
    const far = ((px - bx) * ey - (py - by) * ex) / across;
    const along = ((px - bx) * dy - (py - by) * dx) / across;
    if (far > 0 && far < nearest && along >= 0 && along <= 1) nearest = far;
  }
  return nearest === Infinity ? b : spotAt(bx + nearest * dx, by + nearest * dy);
}

/** A line whose ends were left within the outline goes on the way it came until it meets it. */
export function reaching(area: Area, line: readonly Spot[]): Spot[] {
  const [first, second] = line;
  const [last, before] = [line.at(-1), line.at(-2)];
  if (first === undefined || second === undefined || last === undefined || before === undefined) return [...line];
  return [
    ...(strictlyIn(area, first) ? [onward(area, second, first)] : []),
    ...line,
    ...(strictlyIn(area, last) ? [onward(area, before, last)] : []),
  ];
}

export interface Cut {
  id: FaceId;
  patch: Patch;
}

/** Cuts the first of these faces that the line goes through; what the first says counts where none is cut. */
export function cut(ground: Ground, ids: readonly FaceId[], line: readonly Spot[], other: FaceId): Cut {
  let refused: Refused | null = null;
  for (const id of new Set(ids)) {
    const area = ground.faces.get(id) ?? [];
    try {
      return { id, patch: settled(ground, split(ground, id, reaching(area, line), other)) };
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      refused ??= thrown;
    }
  }
  throw refused ?? new Refused('nothing_here', line[0] ?? null);
}
