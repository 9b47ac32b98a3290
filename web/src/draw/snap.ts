import type { Area } from './area';
import { edgesOf } from './area';
import { EdgeIndex, type FaceId, type Ground } from './ground';
import type { Edge } from './planar';
import { spotAt, xOf, yOf, type Frame, type Spot } from './spot';

/** What a line of the map that one may snap to belongs to. */
export type Guide = 'face' | 'parent' | 'building' | 'compound' | 'road';

interface Line {
  a: Spot;
  b: Spot;
  guide: Guide;
}

export interface Snapped {
  spot: Spot;
  /** What it took hold of; null where nothing was near. */
  guide: Guide | null;
  on: 'corner' | 'edge' | null;
}

/** A corner draws a little harder than an edge: who is near both means the corner. */
const CORNER_REACH = 1.35;

/** Finds what lies near in exact outlines, never in tiles: tile coordinates are rounded to their zoom. */
export class Snapper {
  readonly #guides = new EdgeIndex<Line>();

  constructor(
    private readonly ground: Ground,
    private readonly frame: Frame,
  ) {}

  guide(area: Area, guide: Guide): void {
    for (const [a, b] of edgesOf(area)) this.#guides.add({ a, b, guide });
  }

  line(spots: readonly Spot[], guide: Guide): void {
    spots.slice(1).forEach((b, at) => this.#guides.add({ a: spots[at] ?? b, b, guide }));
  }

  /** `without` are the corners in hand: an edge that moves along is nothing to hold on to. */
  at(x: number, y: number, meters: number, without: ReadonlySet<Spot> = new Set()): Snapped {
    const { metersX, metersY } = this.frame;
    const reach = meters * CORNER_REACH;
    const box = {
      x0: x - reach / metersX,
      y0: y - reach / metersY,
      x1: x + reach / metersX,
      y1: y + reach / metersY,
    };
    const off = (px: number, py: number) => Math.hypot((px - x) * metersX, (py - y) * metersY);
    let corner: { spot: Spot; guide: Guide; off: number } | null = null;
    let edge: { spot: Spot; guide: Guide; off: number } | null = null;
    const look = (a: Spot, b: Spot, guide: Guide) => {
      for (const spot of [a, b]) {
        if (without.has(spot)) continue;
        const far = off(xOf(spot), yOf(spot));
        if (far <= reach && (!corner || far < corner.off)) corner = { spot, guide, off: far };
      }
      if (without.has(a) || without.has(b)) return;
      const foot = footXY(a, b, x, y, metersX / metersY);
      const far = off(...foot);
      if (far <= meters && (!edge || far < edge.off)) edge = { spot: spotAt(...foot), guide, off: far };
    };
    for (const { a, b } of this.ground.around(box)) look(a, b, 'face');
    for (const { a, b, guide } of this.#guides.around(box)) look(a, b, guide);
    const best = (corner ?? edge) as { spot: Spot; guide: Guide } | null;
    if (!best) return { spot: spotAt(x, y), guide: null, on: null };
    return { spot: best.spot, guide: best.guide, on: corner ? 'corner' : 'edge' };
  }

  /** The shared edge nearest to a point, and whose it is. */
  border(x: number, y: number, meters: number, ids?: ReadonlySet<FaceId>): { edge: Edge; meters: number } | null {
    const { metersX, metersY } = this.frame;
    const box = {
      x0: x - meters / metersX,
      y0: y - meters / metersY,
      x1: x + meters / metersX,
      y1: y + meters / metersY,
    };
    let best: { edge: Edge; meters: number } | null = null;
    for (const { a, b, faces } of this.ground.around(box)) {
      if (ids && ![...faces].some((id) => ids.has(id))) continue;
      const [fx, fy] = footXY(a, b, x, y, metersX / metersY);
      const far = Math.hypot((fx - x) * metersX, (fy - y) * metersY);
      if (far <= meters && (!best || far < best.meters)) best = { edge: [a, b], meters: far };
    }
    return best;
  }
}

/** The foot on an edge in true shape: a degree of longitude is shorter than one of latitude by `ratio`. */
function footXY(a: Spot, b: Spot, x: number, y: number, ratio: number): [number, number] {
  const dx = (xOf(b) - xOf(a)) * ratio;
  const dy = yOf(b) - yOf(a);
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - xOf(a)) * ratio * dx + (y - yOf(a)) * dy) / length2));
  return [xOf(a) + (along * dx) / ratio, yOf(a) + along * dy];
}
