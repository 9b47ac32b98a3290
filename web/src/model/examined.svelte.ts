import { asProblem, drafts, isAbandoned, type Draft, type Problem } from '../api';
import { drop, keep, kept } from './kept';
import { live } from './live.svelte';
import { reviewing } from './reviewing.svelte';
import { session } from './session.svelte';

const AMENDING = 'amending';
/** A gesture over many places comes as several lines of the feed. */
const SETTLE_MS = 400;

/** A draft that came back and lies on the desk again: sent anew, it is the same one. */
interface Amending {
  id: number;
  version: number;
  name: string;
  note: string;
  /** The drawing's name on this device. */
  ground: string;
}

/** The one draft 草案 that is looked at, and what its reader does with it. */
class Examined {
  id = $state<number | null>(null);
  draft = $state.raw<Draft | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #abort: AbortController | null = null;

  async open(id: number | null): Promise<void> {
    this.#abort?.abort();
    // Read again it stays on screen meanwhile.
    if (id !== this.id) this.draft = null;
    this.id = id;
    this.problem = null;
    if (id === null) return;
    reviewing.looked(id);
    const { signal } = (this.#abort = new AbortController());
    try {
      this.draft = await drafts.read(id, signal);
    } catch (thrown) {
      if (!isAbandoned(thrown)) this.problem = asProblem(thrown);
    }
  }

  /** Read again as it is now; what is being written beside it stays. */
  async refresh(): Promise<void> {
    const { id } = this;
    if (id === null || this.busy) return;
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    try {
      this.draft = await drafts.read(id, signal);
    } catch {
      // What is on screen is older, and says so by its moment; the next news, or the reader, asks again.
    }
  }

  /** Hears of the draft that is open, and of the map under it, until the answer is called. */
  follow(): () => void {
    let settling: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(settling);
      settling = setTimeout(() => void this.refresh(), SETTLE_MS);
    };
    const deaf = live.listen({
      draft: ({ id }) => id === this.id && soon(),
      // What is not in force yet is judged on the map as it is.
      change: () => (this.draft?.state === 'submitted' || this.draft?.state === 'accepted') && soon(),
      reset: soon,
      restored: soon,
    });
    return () => {
      clearTimeout(settling);
      deaf();
    };
  }

  /** What the server has just answered whole need not be asked for again. */
  show(draft: Draft): void {
    this.#abort?.abort();
    this.id = draft.id;
    this.draft = draft;
    this.problem = null;
  }

  /** Decides or says something; whoever was overtaken sees the draft as it is now. */
  async act(what: Parameters<typeof drafts.act>[2], body: Parameters<typeof drafts.act>[3]): Promise<boolean> {
    const { draft } = this;
    if (!draft || this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await drafts.act(draft, session.me?.epoch ?? 1, what, body);
      await this.open(draft.id);
      return true;
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.signedOut) session.expire();
      if (problem.status === 412) await this.open(draft.id);
      this.problem = problem;
      return false;
    } finally {
      this.busy = false;
      void reviewing.load();
    }
  }

  /** A returned draft goes back on the desk. */
  amend(draft: Draft, ground: string): void {
    const amending: Amending = {
      id: draft.id,
      version: draft.version,
      name: draft.name,
      note: draft.note ?? '',
      ground,
    };
    keep(AMENDING, amending);
  }

  amending(ground: string): Amending | null {
    const found = kept(AMENDING) as Amending | null;
    return found?.ground === ground ? found : null;
  }

  settled(): void {
    drop(AMENDING);
  }
}

export const examined = new Examined();
