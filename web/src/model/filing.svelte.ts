import { asProblem, isAbandoned, PLACE_KINDS, server, type Draft, type PlaceKind, type Problem } from '../api';
import { fileDraft } from '../api/filing';
import type { Transfer } from '../api/transfer';
import { epsgOf, levelsUnder, wrongWith, type System, type WrongFile } from './filing';
import { session } from './session.svelte';

/** Ground that a file may divide. */
export interface Ground {
  id: number;
  kind: PlaceKind;
  name: string;
}

/** So many places of the highest level are offered to who answers for no ground of their own. */
const GROUNDS_MAX = 50;

/** A file of boundaries on its way to become a draft 导入为草案. What was chosen stays, whatever the server says. */
export class Filing {
  grounds = $state.raw<readonly Ground[]>([]);
  parent = $state('');
  kind = $state('');
  system = $state<System>('');
  epsg = $state('');
  /** As the reader calls the draft; null while they leave that to us. */
  title = $state<string | null>(null);
  file = $state.raw<File | null>(null);
  wrong = $state<WrongFile | null>(null);
  busy = $state(false);
  /** Share of the file that has gone; 1 while the server works on it. */
  sent = $state(0);
  stopped = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** The same for every try of one wish, so that two clicks, or an answer that was lost, make one draft. */
  #key = '';
  #wish = '';
  #transfer: Transfer<Draft> | null = null;

  readonly ground = $derived(this.grounds.find(({ id }) => String(id) === this.parent) ?? null);
  readonly levels = $derived(session.me && this.ground ? levelsUnder(session.me, this.ground.kind) : []);
  /** What the boundaries are: as chosen where that lies under this place, else the nearest level that does. */
  readonly level = $derived(this.levels.find((level) => level === this.kind) ?? this.levels[0] ?? null);
  /** The coordinate system as the server calls it; null while it is not said rightly. */
  readonly crs = $derived(this.system === 'epsg' ? epsgOf(this.epsg) : this.system);

  /** The place it was opened from comes first; then what the reader answers for. */
  async begin(from: Ground | null): Promise<void> {
    const { me } = session;
    const offer = (more: readonly Ground[]) => {
      const all = [...(from ? [from] : []), ...more].map(({ id, kind, name }) => ({ id, kind, name }));
      const first = ({ id }: Ground, at: number) => all.findIndex((one) => one.id === id) === at;
      this.grounds = all.filter(first).filter(({ kind }) => me && levelsUnder(me, kind).length > 0);
      this.parent ||= String(this.grounds[0]?.id ?? '');
    };
    offer(me?.places ?? []);
    if (me?.places.length !== 0 || from) return;
    try {
      for (const kind of PLACE_KINDS) {
        const { features } = await server.placesOf(kind, GROUNDS_MAX);
        if (features.length === 0) continue;
        offer(features.map(({ id, properties }) => ({ id, kind, name: properties.name })));
        return;
      }
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }

  take(files: readonly File[]): void {
    if (files.length === 0 || this.busy) return;
    this.wrong = wrongWith(files);
    // What was there stays, where the new one cannot be taken.
    if (this.wrong) return;
    this.file = files[0] ?? null;
    this.problem = null;
    this.stopped = false;
  }

  /** Sends the file; answers the draft that was made of it. */
  async send(title: string, newKey: () => string): Promise<Draft | null> {
    const { file, ground, level, crs } = this;
    if (this.busy || !file || !ground || !level || crs === null) return null;
    const wish = { parent: ground.id, kind: level, title, crs };
    const told = JSON.stringify([wish, file.name, file.size, file.lastModified]);
    if (told !== this.#wish) [this.#wish, this.#key] = [told, newKey()];
    this.busy = true;
    this.problem = null;
    this.stopped = false;
    this.sent = 0;
    try {
      this.#transfer = fileDraft(file, wish, this.#key, (share) => (this.sent = share ?? 0));
      return await this.#transfer.done;
    } catch (thrown) {
      if (!isAbandoned(thrown)) {
        this.problem = asProblem(thrown);
        if (this.problem.signedOut) session.expire();
        // It was heard and refused: the next try is another one, on the map as it is then.
        if (this.problem.findings.length) this.#wish = '';
      }
      return null;
    } finally {
      this.busy = false;
      this.#transfer = null;
    }
  }

  stop(): void {
    if (!this.busy) return;
    this.stopped = true;
    this.#transfer?.abort();
  }
}
