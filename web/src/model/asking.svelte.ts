import { asProblem, isAbandoned, server, type Answer, type LonLat, type Place, type PlaceKind } from '../api';
import type { Subject } from './address';
import { live } from './live.svelte';
import type { Part } from './opened.svelte';
import { areaOf, blank, CORNERS_MAX, crosses, PLACES_MAX, type Question } from './question';
import { session } from './session.svelte';

/** Choosing faster than this asks once. */
const SETTLE_MS = 250;
/** What is counted is followed at this pace while it changes elsewhere. */
const FOLLOW_MS = 1_500;

/** What an answer may hold; the posts are asked for as long as the server knows of them. */
const PARTS = ['buildings', 'compounds', 'resource_sites', 'issues', 'hazards', 'alerts', 'people'];

/** The question about any ground, and its answer. */
class Asking {
  question = $state.raw<Question | null>(null);
  answer = $state.raw<Part<Answer> | null>(null);
  /** The chosen places, as far as they were read. */
  chosen = $state.raw<Place[]>([]);
  pointer = $state.raw<LonLat | null>(null);
  /** Which level a touch picks; null picks whatever lies on top. */
  level = $state<PlaceKind | null>('compound');
  /** A touch found nothing of that level. */
  missed = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;
  #noPosts = false;

  readonly crossing = $derived(
    this.question?.by === 'shape' && this.question.ring.length > 3 && crosses(this.question.ring),
  );

  begin(question: Question = blank()): void {
    this.question = question;
    this.answer = null;
    this.#soon(0);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.question = this.answer = this.pointer = null;
    this.chosen = [];
  }

  set(change: Partial<Question>): void {
    if (!this.question) return;
    this.question = { ...this.question, ...change };
    this.#soon(SETTLE_MS);
  }

  /** A touch on the map, as the way of choosing means it. */
  touch(at: LonLat, under: Subject | null): void {
    const { question } = this;
    if (!question) return;
    if (question.by === 'circle') this.set({ centre: at });
    else if (question.by === 'shape') this.corner(at);
    else if (this.level !== null) void this.#pick(at, this.level);
    else if (under?.what === 'place') this.toggle(under.id);
  }

  async #pick(at: LonLat, level: PlaceKind): Promise<void> {
    this.missed = false;
    try {
      const found = (await server.locate(at, new AbortController().signal))[level];
      if (found) this.toggle(found.id);
      else this.missed = true;
    } catch (thrown) {
      this.answer = { state: 'failed', problem: asProblem(thrown) };
    }
  }

  toggle(id: number): void {
    const places = this.question?.places ?? [];
    if (places.includes(id)) this.set({ places: places.filter((one) => one !== id) });
    else if (places.length < PLACES_MAX) this.set({ places: [...places, id] });
  }

  corner(at: LonLat): void {
    const { question } = this;
    if (!question || question.closed || question.ring.length >= CORNERS_MAX) return;
    this.set({ ring: [...question.ring, at] });
  }

  undoCorner(): void {
    if (this.question) this.set({ ring: this.question.ring.slice(0, -1), closed: false });
  }

  get finishable(): boolean {
    const { question } = this;
    return question?.by === 'shape' && !question.closed && question.ring.length >= 3 && !this.crossing;
  }

  finish(): void {
    this.pointer = null;
    if (this.finishable) this.set({ closed: true });
  }

  /** Something changed elsewhere; an answer about a day gone by stays. */
  follow(): void {
    if (this.question && !this.question.day && this.answer) this.#soon(FOLLOW_MS);
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), ms);
  }

  async ask(): Promise<void> {
    this.#abort?.abort();
    const { question } = this;
    if (!question) return;
    const { signal } = (this.#abort = new AbortController());
    void this.#readChosen(question, signal);
    const area = areaOf(question);
    if (!area) {
      this.answer = null;
      return;
    }
    if (this.answer?.state !== 'ready') this.answer = { state: 'loading' };
    try {
      const value = await this.#answer(area, question, signal);
      this.answer = { state: 'ready', value, at: Date.now() };
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      const problem = asProblem(thrown);
      if (problem.signedOut) session.expire();
      this.answer = { state: 'failed', problem };
    }
  }

  async #answer(area: unknown, { rule, day }: Question, signal: AbortSignal): Promise<Answer> {
    const body = { area, rule, list: true, ...(day ? { at: day, known: day } : {}) };
    try {
      return await server.area({ ...body, include: this.#noPosts ? PARTS : [...PARTS, 'posts'] }, signal);
    } catch (thrown) {
      const problem = isAbandoned(thrown) ? null : asProblem(thrown);
      if (this.#noPosts || !problem?.findings.some(({ path }) => path === 'include')) throw thrown;
      this.#noPosts = true;
      return await server.area({ ...body, include: PARTS }, signal);
    }
  }

  /** Names and outlines of the chosen places; one that cannot be read is still counted. */
  async #readChosen({ by, places }: Question, signal: AbortSignal): Promise<void> {
    const known = this.chosen.filter(({ id }) => by === 'places' && places.includes(id));
    this.chosen = known;
    if (by !== 'places') return;
    for (const id of places) {
      if (known.some((place) => place.id === id)) continue;
      try {
        known.push(await server.place(id, signal));
        this.chosen = [...known];
      } catch (thrown) {
        if (isAbandoned(thrown)) return;
      }
    }
  }
}

export const asking = new Asking();

live.listen({
  change: () => asking.follow(),
  reset: () => asking.follow(),
  restored: () => asking.follow(),
});
