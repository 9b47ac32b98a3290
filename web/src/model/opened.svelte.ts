import {
  asProblem,
  isAbandoned,
  PLACE_KINDS,
  Problem,
  server,
  type Answer,
  type ChangeEvent,
  type HistoryItem,
  type Located,
  type Matter,
  type Place,
  type PlaceKind,
} from '../api';
import { sameSubject, type Subject } from './address';
import { live } from './live.svelte';
import { envelopeOf, innerPoint } from './shape';
import { meet } from './tile';

/** One part of the panel. A part that fails says so and leaves the others alone. */
export type Part<T> =
  { state: 'loading' } | { state: 'ready'; value: T; at: number } | { state: 'failed'; problem: Problem };

const LOADING = { state: 'loading' } as const;

/** What stands alone has no figures beyond its own archive. */
export const hasFigures = (kind: PlaceKind): boolean => kind !== 'building' && kind !== 'resource_site';

/** An import makes many changes in a row; the panel follows at this pace. */
const FOLLOW_MS = 300;

class Opened {
  subject = $state.raw<Subject | null>(null);
  place = $state.raw<Part<Place>>(LOADING);
  matter = $state.raw<Part<Matter>>(LOADING);
  figures = $state.raw<Part<Answer>>(LOADING);
  located = $state.raw<Part<Located>>(LOADING);
  history = $state.raw<Part<HistoryItem[]>>(LOADING);
  /** The shown place was retired; what is shown is its last version. */
  retired = $state(false);
  /** When a change elsewhere last reached this panel. */
  changedAt = $state<number | null>(null);
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The name of what is shown, empty until it is known. */
  get name(): string {
    if (!this.subject) return '';
    if (this.subject.what === 'place') return this.place.state === 'ready' ? this.place.value.properties.name : '';
    return this.matter.state === 'ready' ? this.matter.value.properties.title : '';
  }

  open(subject: Subject | null): void {
    if (sameSubject(subject, this.subject)) return;
    this.subject = subject;
    this.retired = false;
    this.changedAt = null;
    this.place = this.matter = this.figures = this.located = this.history = LOADING;
    void this.load();
  }

  close(): void {
    this.open(null);
  }

  /** Reads everything anew; what is already shown stays until the new value is there. */
  async load(): Promise<void> {
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    const subject = this.subject;
    if (!subject) return;
    if (subject.what === 'matter') {
      await part(
        () => server.matter(subject.kind, subject.id, signal),
        (got) => (this.matter = got),
      );
      if (this.matter.state === 'ready') await this.#locate(this.matter.value, signal);
      return;
    }
    void part(
      async () => (await server.history(subject.id, signal)).items,
      (got) => (this.history = got),
    );
    await part(
      () => this.#place(subject.id, signal),
      (got) => (this.place = got),
    );
    // What was retired holds nothing any more and is nobody's charge.
    if (this.place.state !== 'ready' || this.retired || signal.aborted) return;
    const place = this.place.value;
    if (hasFigures(place.properties.kind)) {
      void part(
        () => server.figures(subject.id, signal),
        (got) => (this.figures = got),
      );
    }
    await this.#locate(place, signal);
  }

  /** What was just saved here; the feed will say the same in a moment. */
  took(place: Place): void {
    if (this.subject?.what !== 'place' || this.subject.id !== place.id) return;
    this.place = { state: 'ready', value: place, at: Date.now() };
    void this.load();
  }

  /** All places the shown one lies in, also across property and governance. */
  get above(): number[] {
    const parents = this.place.state === 'ready' ? Object.values(this.place.value.properties.parents ?? {}) : [];
    const located = this.located.state === 'ready' ? this.located.value : {};
    return [...parents, ...PLACE_KINDS.flatMap((kind) => located[kind]?.id ?? [])];
  }

  /** Something changed elsewhere: is it about what is shown? */
  touched(change: Pick<ChangeEvent, 'ids' | 'envelope'>): void {
    const subject = this.subject;
    if (!subject) return;
    const shown = this.place.state === 'ready' ? this.place.value : null;
    const box = shown && (shown.bbox ?? envelopeOf(shown.geometry));
    const about =
      change.ids.includes(subject.id) ||
      (box !== null && change.envelope !== null && meet(box, change.envelope)) ||
      change.envelope === null;
    if (!about) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.changedAt = Date.now();
      void this.load();
    }, FOLLOW_MS);
  }

  async #place(id: number, signal: AbortSignal): Promise<Place> {
    try {
      const place = await server.place(id, signal);
      this.retired = place.properties.effective_to !== null && place.properties.effective_to !== undefined;
      return place;
    } catch (thrown) {
      const last = thrown instanceof Problem && thrown.status === 410 ? thrown.body['place'] : undefined;
      if (!last) throw thrown;
      this.retired = true;
      return last as Place;
    }
  }

  async #locate(feature: Place | Matter, signal: AbortSignal): Promise<void> {
    const point = feature.geometry && innerPoint(feature.geometry);
    if (!point) {
      this.located = { state: 'ready', value: {}, at: Date.now() };
      return;
    }
    await part(
      () => server.locate(point, signal),
      (got) => (this.located = got),
    );
  }
}

async function part<T>(ask: () => Promise<T>, put: (got: Part<T>) => void): Promise<void> {
  try {
    put({ state: 'ready', value: await ask(), at: Date.now() });
  } catch (thrown) {
    if (!isAbandoned(thrown)) put({ state: 'failed', problem: asProblem(thrown) });
  }
}

export const opened = new Opened();

live.listen({
  change: (change) => opened.touched(change),
  reset: (reset) => opened.touched({ ids: [], envelope: reset.envelope ?? null }),
  restored: () => void opened.load(),
});
