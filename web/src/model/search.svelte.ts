import { asProblem, isAbandoned, server, type Place, type Problem } from '../api';
import { moved, ranked } from './search';

/** Typing faster than this asks only once. */
const SETTLE_MS = 160;
export const RESULTS_MAX = 20;

class Search {
  text = $state('');
  open = $state(false);
  active = $state(-1);
  results = $state.raw<Place[]>([]);
  matched = $state(0);
  /** What the results belong to. */
  answered = $state('');
  phase = $state<'idle' | 'asking' | 'done' | 'failed'>('idle');
  problem = $state<Problem | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  type(text: string): void {
    this.text = text;
    this.open = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
    if (text.trim() === '') {
      this.#empty();
      return;
    }
    this.phase = 'asking';
    this.#timer = setTimeout(() => void this.#ask(text.trim()), SETTLE_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.text = '';
    this.open = false;
    this.#empty();
  }

  /** True when the key was for us. */
  key(key: string): boolean {
    if (key === 'ArrowDown' || key === 'ArrowUp' || ((key === 'Home' || key === 'End') && this.active >= 0)) {
      if (this.results.length === 0) return false;
      this.open = true;
      this.active = moved(this.active, this.results.length, key);
      return true;
    }
    return false;
  }

  /** What Enter opens: the marked result, else the first. */
  get chosen(): Place | undefined {
    if (this.phase !== 'done') return undefined;
    return this.results[Math.max(0, this.active)];
  }

  #empty(): void {
    this.results = [];
    this.matched = 0;
    this.active = -1;
    this.phase = 'idle';
    this.answered = '';
  }

  async #ask(q: string): Promise<void> {
    this.#abort = new AbortController();
    try {
      const found = await server.searchPlaces(q, RESULTS_MAX, this.#abort.signal);
      this.results = ranked(found.features, q);
      this.matched = found.numberMatched ?? found.features.length;
      this.active = -1;
      this.answered = q;
      this.phase = 'done';
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.problem = asProblem(thrown);
      this.results = [];
      this.phase = 'failed';
    }
  }
}

export const search = new Search();
