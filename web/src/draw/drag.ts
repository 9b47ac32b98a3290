import { doubledArea, type Area } from './area';
import { inserted, moved, Refused, settled, type Reason } from './gestures';
import type { FaceId, Patch } from './ground';
import { footOn, type Edge } from './planar';
import { sumOf, type Sum } from './meter';
import type { Sheet } from './sheet';
import type { Snapped } from './snap';
import { spotAt, xOf, yOf, type Spot } from './spot';

/** What a pointer has taken hold of. */
export type Grip =
  | { what: 'corner'; spot: Spot }
  /** The middle of an edge: pulling it makes a new corner. */
  | { what: 'middle'; edge: Edge }
  | { what: 'edge'; edge: Edge };

export interface Preview {
  /** The outlines as they would be. */
  faces: ReadonlyMap<FaceId, Area | null>;
  sums: ReadonlyMap<FaceId, Sum>;
  snapped: Snapped;
  reason: Reason | null;
}

/**
 * A corner or an edge on the move. Nothing is written before the pointer lets go; then it is one gesture. What one move of
 * the pointer costs depends on the outlines that share the corner, not on how many there are on the sheet.
 */
export class Drag {
  readonly #sheet: Sheet;
  readonly #spots: readonly Spot[];
  readonly #from: Spot;
  readonly #rail: Edge | null;
  /** The new corner of an edge, for as long as it is in hand. */
  readonly #undoInsert: Patch | null = null;
  readonly #touched: ReadonlySet<FaceId>;
  readonly name: 'move' | 'insert' | 'edge';
  #after: Patch | null = null;

  /** Throws where what was gripped may not be moved. */
  constructor(sheet: Sheet, grip: Grip, at: Spot) {
    this.#sheet = sheet;
    const { ground } = sheet;
    if (grip.what === 'corner') {
      if (sheet.held(grip.spot)) throw new Refused('held', grip.spot);
      this.name = 'move';
      this.#spots = [grip.spot];
      this.#from = grip.spot;
      this.#rail = sheet.rail(grip.spot);
    } else {
      const [a, b] = grip.edge;
      const onParent = (spot: Spot) => sheet.held(spot) || sheet.rail(spot) !== null;
      // An edge of the parent stays where it is.
      if (sheet.rail(middleOf(a, b)) || (sheet.held(a) && sheet.held(b))) throw new Refused('held', at);
      this.#rail = null;
      if (grip.what === 'edge') {
        if (onParent(a) || onParent(b)) throw new Refused('held', onParent(a) ? a : b);
        this.name = 'edge';
        this.#spots = [a, b];
        this.#from = at;
      } else {
        this.name = 'insert';
        const middle = middleOf(a, b);
        const insert = inserted(ground, grip.edge, middle);
        this.#undoInsert = ground.before(insert);
        ground.apply(insert);
        this.#spots = [middle];
        this.#from = middle;
      }
    }
    this.#touched = new Set(this.#spots.flatMap((spot) => [...ground.sharers(spot)]));
  }

  move(x: number, y: number, snapMeters: number): Preview {
    const { ground, snapper, frame, counted } = this.#sheet;
    const without = new Set(this.#spots);
    const snapped = this.#rail ? this.#slid(this.#rail, x, y) : snapper.at(x, y, snapMeters, without);
    const dx = xOf(snapped.spot) - xOf(this.#from);
    const dy = yOf(snapped.spot) - yOf(this.#from);
    const to = new Map(this.#spots.map((spot) => [spot, spotAt(xOf(spot) + dx, yOf(spot) + dy)]));
    const rough = moved(ground, to);
    let reason: Reason | null = null;
    this.#after = null;
    try {
      this.#after = settled(ground, rough);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      reason = thrown.reason;
    }
    const faces = this.#after && this.#after.size > 0 ? this.#after : rough;
    const sums = new Map<FaceId, Sum>();
    for (const [id, area] of faces) if (area && doubledArea(area) > 0) sums.set(id, sumOf(area, frame, counted));
    return { faces, sums, snapped, reason };
  }

  /** Lets go: what is to be done, or null where the last place was refused or nothing moved. */
  end(): Patch | null {
    const after = this.#after;
    const insert = this.#restore();
    if (!after) return null;
    // A new corner that was never pulled away is still a new corner.
    if (!insert) return after;
    const all = new Map<FaceId, Area | null>([...insert, ...after]);
    return all;
  }

  cancel(): void {
    this.#restore();
    this.#after = null;
  }

  get touched(): ReadonlySet<FaceId> {
    return this.#touched;
  }

  /** Takes the new corner out again and says what it would be put in with. */
  #restore(): Patch | null {
    if (!this.#undoInsert) return null;
    const { ground } = this.#sheet;
    const insert = ground.before(this.#undoInsert);
    ground.apply(this.#undoInsert);
    return insert;
  }

  #slid([a, b]: Edge, x: number, y: number): Snapped {
    const along = Math.min(1, Math.max(0, footOn(a, b, spotAt(x, y)).along));
    const spot = spotAt(xOf(a) + along * (xOf(b) - xOf(a)), yOf(a) + along * (yOf(b) - yOf(a)));
    return { spot, guide: 'parent', on: 'edge' };
  }
}

export const middleOf = (a: Spot, b: Spot): Spot => spotAt((xOf(a) + xOf(b)) / 2, (yOf(a) + yOf(b)) / 2);
