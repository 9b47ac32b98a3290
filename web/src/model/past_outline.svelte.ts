import type { Geometry } from 'geojson';
import { asProblem, isAbandoned, reshaping } from '../api';
import type { Part } from './opened.svelte';

/** The outline a place had right after a Change 旧边界, and the households it held then where the server tells. */
export interface OutlineThen {
  seq: number;
  geometry: Geometry;
  households: number | null;
}

/** A map of a day gone by costs the server more than one of today: it is asked for when the hand rests, and once. */
const REST_MS = 150;

/** The outline of an earlier day that is being looked at; none while one looks at today's. */
export class PastOutline {
  part = $state.raw<Part<OutlineThen> | null>(null);
  readonly #id: number;
  readonly #counted: boolean;
  readonly #known: Record<number, Part<OutlineThen>> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  /** `counted`: places of this kind have figures. */
  constructor(id: number, counted: boolean) {
    this.#id = id;
    this.#counted = counted;
  }

  look(seq: number | null): void {
    this.stop();
    const known = seq === null ? null : this.#known[seq];
    this.part = known === undefined ? { state: 'loading' } : known;
    if (seq !== null && !known) this.#timer = setTimeout(() => void this.#read(seq), REST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #read(seq: number): Promise<void> {
    const { signal } = (this.#abort = new AbortController());
    try {
      const [{ geometry }, households] = await Promise.all([
        reshaping.placeAfter(this.#id, seq, signal),
        this.#counted ? this.#households(seq, signal) : null,
      ]);
      if (signal.aborted) return;
      this.part = { state: 'ready', value: { seq, geometry, households }, at: Date.now() };
      this.#known[seq] = this.part;
    } catch (thrown) {
      if (!isAbandoned(thrown)) this.part = { state: 'failed', problem: asProblem(thrown) };
    }
  }

  /** The outline is worth showing without them. */
  async #households(seq: number, signal: AbortSignal): Promise<number | null> {
    try {
      return (await reshaping.figuresAfter(this.#id, seq, signal)).people?.households ?? null;
    } catch {
      return null;
    }
  }
}
