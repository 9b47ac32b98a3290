import { asProblem, drafts, type DraftSummary, type Me, type Problem } from '../api';
import { live } from './live.svelte';
import { kindsOf, reachOf } from './may';
import { session } from './session.svelte';

/** So many are listed at a time; a street has a handful open. */
const PAGE = 50;
/** Of so many at most one answer tells: the list is read again as far as its reader had come. */
const PAGE_MAX = 200;
/** The feed tells of every draft at once; where it is down they are asked for at this pace. */
const EVERY_MS = 60_000;
/** One decision may be told twice, and ten drafts may come together: they are read once. */
const SETTLE_MS = 250;

/** Whoever draws at all may also propose what was drawn elsewhere. */
export const mayDraw = (me: Me): boolean =>
  (reachOf(me, 'place_draw') ?? 'none') !== 'none' && (kindsOf(me, 'place_draw') ?? []).length > 0;

/** A server from before drafts says nothing about who may review them; and drafts are shown to who draws or reviews. */
function isShownDrafts(me: Me): boolean {
  const reviews = reachOf(me, 'draft_review');
  return reviews !== null && (reviews !== 'none' || mayDraw(me));
}

/** Drafts 草案 as this reader may see them: what waits for them, and what became of their own. */
class Reviewing {
  /** The server knows drafts, and this person may see some. */
  known = $state(false);
  rows = $state.raw<readonly DraftSummary[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Own ones that came back while this page was open, and were not looked at since. */
  news = $state.raw<readonly number[]>([]);
  #turn = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;

  readonly mine = $derived(this.rows.filter(({ by }) => by.mine));
  readonly others = $derived(this.rows.filter(({ by }) => !by.mine));
  readonly returned = $derived(this.mine.filter(({ state }) => state === 'returned'));
  /** What this reader has to do something about: who draws sees the drafts of others on their ground, and decides nothing. */
  readonly waiting = $derived.by(() => {
    const reviews = session.me && (reachOf(session.me, 'draft_review') ?? 'none') !== 'none';
    return this.returned.length + (reviews ? this.others.filter(({ state }) => state === 'submitted').length : 0);
  });

  async load(): Promise<void> {
    const { me } = session;
    if (!me || session.expired || !isShownDrafts(me)) return;
    const turn = ++this.#turn;
    const before = new Map(this.rows.map(({ id, state }) => [id, state]));
    try {
      const page = await drafts.list({ limit: Math.min(PAGE_MAX, Math.max(PAGE, this.rows.length)) });
      // A later question has been asked, and its answer is the one to show.
      if (turn !== this.#turn) return;
      this.rows = page.drafts;
      const back = this.returned.filter(({ id }) => before.has(id) && before.get(id) !== 'returned');
      const still = this.news.filter((one) => this.returned.some(({ id }) => id === one));
      this.news = [...still, ...back.map(({ id }) => id)];
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

  looked(at: number): void {
    this.news = this.news.filter((id) => id !== at);
  }

  #soon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.load(), SETTLE_MS);
  }

  async more(): Promise<void> {
    if (!this.next) return;
    const page = await drafts.list({ limit: PAGE, cursor: this.next });
    this.rows = [...this.rows, ...page.drafts];
    this.next = page.next ?? null;
  }

  /** Follows what becomes of drafts until the answer is called. */
  follow(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (live.state !== 'live') void this.load();
    }, EVERY_MS);
    const soon = () => this.#soon();
    const deaf = live.listen({ draft: soon, reset: soon, restored: soon });
    return () => {
      clearInterval(timer);
      clearTimeout(this.#settling);
      deaf();
    };
  }
}

export const reviewing = new Reviewing();
