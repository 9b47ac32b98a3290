import type { Bbox } from '../api';
import { touches, type Tile } from './tile';

/** Changes remembered for stamping requests; older ones are long in every cache. */
const REMEMBERED_MAX = 256;

/**
 * Which seq a tile must have seen, so that a server (or a browser cache) behind the feed is not believed. A tile that no
 * recent change touched is asked for without a stamp and stays cacheable.
 */
export class Freshness {
  #changes: { seq: number; envelope: Bbox | null }[] = [];

  note(seq: number, envelope: Bbox | null): void {
    this.#changes.push({ seq, envelope });
    if (this.#changes.length > REMEMBERED_MAX) this.#changes.shift();
  }

  forget(): void {
    this.#changes = [];
  }

  needed(tile: Tile): number | null {
    let seq: number | null = null;
    for (const change of this.#changes) {
      if (change.envelope === null || touches(change.envelope, tile)) seq = Math.max(seq ?? 0, change.seq);
    }
    return seq;
  }
}
