import { asProblem, isAbandoned, server, type FiguresList, type Problem } from '../api';
import { live } from './live.svelte';
import { colour, type Coloured, type TallyChoice } from './tally';

/** A burst of changes is counted once, and a stream of them every few seconds: counting a city is not free. */
const SETTLE_MS = 800;
const EVERY_MS_MIN = 4_000;

/** What is known of the figures that colour the map. Without a choice nothing is asked. */
class Figures {
  list = $state.raw<FiguresList | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);
  /** When the figures were counted, by this clock. */
  readAt = $state(0);
  #choice = $state.raw<TallyChoice | null>(null);
  readonly coloured = $derived.by<Coloured | null>(() =>
    this.#choice && this.list?.level === this.#choice.level ? colour(this.list.items, this.#choice.name) : null,
  );
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get choice(): TallyChoice | null {
    return this.#choice;
  }

  /** The server cannot do this at all: it is older than the page. */
  get absent(): boolean {
    return this.problem?.status === 404;
  }

  choose(choice: TallyChoice | null): void {
    const level = this.#choice?.level;
    this.#choice = choice;
    if (choice && (choice.level !== level || this.list?.level !== choice.level)) void this.#read();
    if (!choice) this.#forget();
  }

  again(): void {
    void this.#read();
  }

  /** Something changed somewhere: which layers a figure hangs on is the server's business, so every change counts. */
  stale(): void {
    if (!this.#choice) return;
    clearTimeout(this.#timer);
    const rest = this.readAt + EVERY_MS_MIN - Date.now();
    this.#timer = setTimeout(() => void this.#read(), Math.max(SETTLE_MS, rest));
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.list = null;
    this.problem = null;
    this.loading = false;
  }

  async #read(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const choice = this.#choice;
    if (!choice) return;
    const { signal } = (this.#abort = new AbortController());
    this.loading = true;
    try {
      const list = await server.figuresOf(choice.level, undefined, signal);
      this.list = list;
      this.problem = null;
      this.readAt = Date.now();
      this.loading = false;
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      // What was counted before stays on the map with its age; the legend says why it is not fresher.
      this.problem = asProblem(thrown);
      if (this.list?.level !== choice.level) this.list = null;
      this.loading = false;
    }
  }
}

export const figures = new Figures();

live.listen({
  change: () => figures.stale(),
  reset: () => figures.stale(),
  restored: () => figures.stale(),
});
