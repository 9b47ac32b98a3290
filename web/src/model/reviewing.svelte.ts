import { asProblem, drafts, isAbandoned, type Draft, type DraftSummary, type Me, type Problem } from '../api';
import { drop, keep, kept } from './kept';
import { live } from './live.svelte';
import { kindsOf, reachOf } from './may';
import { session } from './session.svelte';

/** So many are listed at a time; a street has a handful open. */
const PAGE = 50;
/** Drafts make no Change until they are in force: they are asked for at this pace. */
const EVERY_MS = 60_000;
const AMENDING = 'amending';

/** A draft that came back and lies on the desk again: sent anew, it is the same one. */
interface Amending {
  id: number;
  version: number;
  name: string;
  note: string;
  /** The drawing's name on this device. */
  ground: string;
}

/** A server from before drafts says nothing about who may review them; and drafts are shown to who draws or reviews. */
function isShownDrafts(me: Me): boolean {
  const reviews = reachOf(me, 'draft_review');
  return reviews !== null && (reviews !== 'none' || (kindsOf(me, 'place_draw') ?? []).length > 0);
}

/** Drafts 草案 as this reader may see them: what waits for them, and what became of their own. */
class Reviewing {
  /** The server knows drafts, and this person may see some. */
  known = $state(false);
  rows = $state.raw<readonly DraftSummary[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The one that is looked at. */
  id = $state<number | null>(null);
  draft = $state.raw<Draft | null>(null);
  busy = $state(false);
  #abort: AbortController | null = null;

  readonly mine = $derived(this.rows.filter(({ by }) => by.mine));
  readonly others = $derived(this.rows.filter(({ by }) => !by.mine));
  readonly returned = $derived(this.mine.filter(({ state }) => state === 'returned'));
  /** What somebody has to do something about. */
  readonly waiting = $derived(this.others.filter(({ state }) => state === 'submitted').length + this.returned.length);

  async load(): Promise<void> {
    const { me } = session;
    if (!me || session.expired || !isShownDrafts(me)) return;
    try {
      const page = await drafts.list({ limit: PAGE });
      this.rows = page.drafts;
      this.next = page.next ?? null;
      this.known = true;
      this.problem = null;
    } catch (thrown) {
      const problem = asProblem(thrown);
      // Somebody who has nothing to do with them.
      if (problem.status === 404 || problem.status === 403) this.known = false;
      else this.problem = problem;
    }
  }

  async more(): Promise<void> {
    if (!this.next) return;
    const page = await drafts.list({ limit: PAGE, cursor: this.next });
    this.rows = [...this.rows, ...page.drafts];
    this.next = page.next ?? null;
  }

  async open(id: number | null): Promise<void> {
    this.#abort?.abort();
    // Read again it stays on screen meanwhile.
    if (id !== this.id) this.draft = null;
    this.id = id;
    this.problem = null;
    if (id === null) return;
    const { signal } = (this.#abort = new AbortController());
    try {
      this.draft = await drafts.read(id, signal);
    } catch (thrown) {
      if (!isAbandoned(thrown)) this.problem = asProblem(thrown);
    }
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
      void this.load();
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

  /** Follows what becomes of drafts until the answer is called. */
  follow(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), EVERY_MS);
    const deaf = live.listen({ restored: () => void this.load() });
    return () => {
      clearInterval(timer);
      deaf();
    };
  }
}

export const reviewing = new Reviewing();
