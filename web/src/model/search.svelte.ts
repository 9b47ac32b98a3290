import { asProblem, isAbandoned, server, type Place, type Problem } from '../api';
import { keep, kept } from './kept';
import { grouped, houseOf, moved, ranked, readRecents, withRecent, type Recent } from './search';
import { session } from './session.svelte';

/** Typing faster than this asks only once. */
const SETTLE_MS = 160;
export const RESULTS_MAX = 20;
/** Yards of one name that are looked through for a house, and houses of one yard. */
const YARDS_MAX = 3;
const HOUSES_MAX = 300;

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

  /** A house by its yard and number, which no single field holds. */
  async #houses(q: string, signal: AbortSignal): Promise<Place[]> {
    const asked = houseOf(q);
    if (!asked) return [];
    const yards = (await server.searchPlaces(asked.yard, RESULTS_MAX, signal)).features;
    const compounds = yards.filter(({ properties }) => properties.kind === 'compound').slice(0, YARDS_MAX);
    const inside = await Promise.all(compounds.map(({ id }) => server.childrenOf(id, 'building', HOUSES_MAX, signal)));
    return inside.flatMap(({ features }) => features.filter(({ properties }) => properties.name === asked.house));
  }

  get recents(): Recent[] {
    void this.#opened;
    return readRecents(kept(this.#key));
  }

  /** Somebody opened a place. */
  remember(one: Recent): void {
    keep(this.#key, withRecent(this.recents, one));
    this.#opened++;
  }

  #opened = $state(0);

  get #key(): string {
    return `recent.${session.me?.account.id ?? 0}`;
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
      const houses = found.features.length ? [] : await this.#houses(q, this.#abort.signal);
      this.results = grouped(ranked([...found.features, ...houses], q));
      this.matched = Math.max(found.numberMatched ?? 0, this.results.length);
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
