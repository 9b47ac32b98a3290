import { boxOf, edgesOf, type Area, type Box } from './area';
import type { Edge } from './planar';
import { xOf, yOf, type Spot } from './spot';

export type FaceId = string;
/** What a gesture leaves of each face it touches: its new outline, or null where it is no more. */
export type Patch = ReadonlyMap<FaceId, Area | null>;

/** An edge and whose outlines run along it; two at most where the map is right. */
export interface Border {
  readonly a: Spot;
  readonly b: Spot;
  readonly faces: ReadonlySet<FaceId>;
}

/** Cells of the index, in units: 2¹¹ are about 20 m, a few walls each. */
const CELL = 2048;
const KEY = 2 ** 16;

/** Edges by where they lie; looking around a spot costs the same on a street of ten outlines as on one of ten thousand. */
export class EdgeIndex<T extends { a: Spot; b: Spot }> {
  readonly #cells = new Map<number, Set<T>>();

  add(edge: T): void {
    for (const key of cellsOf(edge)) {
      const cell = this.#cells.get(key);
      if (cell) cell.add(edge);
      else this.#cells.set(key, new Set([edge]));
    }
  }

  remove(edge: T): void {
    for (const key of cellsOf(edge)) this.#cells.get(key)?.delete(edge);
  }

  around(box: Box): Set<T> {
    const found = new Set<T>();
    for (let x = Math.floor(box.x0 / CELL); x <= Math.floor(box.x1 / CELL); x++) {
      for (let y = Math.floor(box.y0 / CELL); y <= Math.floor(box.y1 / CELL); y++) {
        for (const edge of this.#cells.get(x * KEY + y) ?? []) found.add(edge);
      }
    }
    return found;
  }
}

/** Only the cells that the edge itself passes: a long slanted road would fill its whole box otherwise. */
function* cellsOf({ a, b }: { a: Spot; b: Spot }): Generator<number> {
  const ax = xOf(a);
  const ay = yOf(a);
  const bx = xOf(b);
  const by = yOf(b);
  const left = Math.floor(Math.min(ax, bx) / CELL);
  const right = Math.floor(Math.max(ax, bx) / CELL);
  for (let x = left; x <= right; x++) {
    // The stretch of the edge within this column of cells.
    const yAt = (at: number) => (ax === bx ? ay : ay + ((at - ax) / (bx - ax)) * (by - ay));
    const from = Math.max(Math.min(ax, bx), x * CELL);
    const to = Math.min(Math.max(ax, bx), (x + 1) * CELL);
    const y1 = ax === bx ? Math.min(ay, by) : Math.min(yAt(from), yAt(to));
    const y2 = ax === bx ? Math.max(ay, by) : Math.max(yAt(from), yAt(to));
    for (let y = Math.floor((y1 - 1) / CELL); y <= Math.floor((y2 + 1) / CELL); y++) yield x * KEY + y;
  }
}

/** All children of one parent as they are being drawn: their outlines, and the corners and edges they share. */
export class Ground {
  readonly #faces = new Map<FaceId, Area>();
  /** Both ways: the neighbours of a corner are the keys under it. */
  readonly #borders = new Map<Spot, Map<Spot, { a: Spot; b: Spot; faces: Set<FaceId> }>>();
  readonly #index = new EdgeIndex<Border>();

  get faces(): ReadonlyMap<FaceId, Area> {
    return this.#faces;
  }

  put(id: FaceId, area: Area | null): void {
    const before = this.#faces.get(id);
    if (before) for (const [a, b] of edgesOf(before)) this.#leave(a, b, id);
    if (area) {
      for (const [a, b] of edgesOf(area)) this.#enter(a, b, id);
      this.#faces.set(id, area);
    } else this.#faces.delete(id);
  }

  apply(patch: Patch): void {
    for (const [id, area] of patch) this.put(id, area);
  }

  /** What `patch` would overwrite: applying it takes the patch back. */
  before(patch: Patch): Patch {
    return new Map([...patch.keys()].map((id) => [id, this.#faces.get(id) ?? null]));
  }

  border(a: Spot, b: Spot): Border | undefined {
    return this.#borders.get(a)?.get(b);
  }

  neighbours(spot: Spot): Spot[] {
    return [...(this.#borders.get(spot)?.keys() ?? [])];
  }

  /** Whose outlines have this corner. */
  sharers(spot: Spot): Set<FaceId> {
    const ids = new Set<FaceId>();
    for (const { faces } of this.#borders.get(spot)?.values() ?? []) for (const id of faces) ids.add(id);
    return ids;
  }

  around(box: Box): Set<Border> {
    return this.#index.around(box);
  }

  along(edge: Edge, margin: number): Set<Border> {
    return this.#index.around(widened(boxOf(edge), margin));
  }

  #enter(a: Spot, b: Spot, id: FaceId): void {
    const known = this.#borders.get(a)?.get(b);
    if (known) {
      known.faces.add(id);
      return;
    }
    const border = { a, b, faces: new Set([id]) };
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const out = this.#borders.get(from);
      if (out) out.set(to, border);
      else this.#borders.set(from, new Map([[to, border]]));
    }
    this.#index.add(border);
  }

  #leave(a: Spot, b: Spot, id: FaceId): void {
    const border = this.#borders.get(a)?.get(b);
    if (!border) return;
    border.faces.delete(id);
    if (border.faces.size > 0) return;
    this.#index.remove(border);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const out = this.#borders.get(from);
      out?.delete(to);
      if (out?.size === 0) this.#borders.delete(from);
    }
  }
}

export const widened = ({ x0, y0, x1, y1 }: Box, by: number): Box => ({
  x0: x0 - by,
  y0: y0 - by,
  x1: x1 + by,
  y1: y1 + by,
});
