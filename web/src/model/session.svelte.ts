import { asProblem, server, type Me, type Problem } from '../api';
import { forget, remember, remembered } from '../text';
import { wipeDrawing, wipeKept } from './kept';
import { live } from './live.svelte';

/** Between tries to reach a server that does not answer at all. */
const TRY_AGAIN_MS = 3_000;

/**
 * The cookie itself is out of reach of scripts; this says only that there may be one. Without it nobody was signed in here,
 * and the server need not be asked.
 */
const ENTERED = 'geju.entered';

class Session {
  phase = $state<'starting' | 'out' | 'in' | 'failed'>('starting');
  me = $state<Me | null>(null);
  /** Why starting failed. */
  problem = $state<Problem | null>(null);
  /** Signed out while at work: the map stays, the dialog asks again. */
  expired = $state(false);

  async start(): Promise<void> {
    if (remembered(ENTERED) === null) {
      this.phase = 'out';
      return;
    }
    try {
      this.#enter(await server.me());
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.signedOut) {
        forget(ENTERED);
        this.phase = 'out';
        return;
      }
      this.problem = problem;
      this.phase = 'failed';
      setTimeout(() => void this.start(), TRY_AGAIN_MS);
    }
  }

  /** Throws a Problem when refused. */
  async signIn(name: string, password: string): Promise<void> {
    const before = this.me;
    const me = await server.signIn(name, password);
    remember(ENTERED, 'yes');
    live.accountChanged();
    // Somebody else at the same screen may see other things: nothing of the first may stay.
    if (before && before.account.id !== me.account.id) {
      wipeKept();
      await wipeDrawing();
      location.reload();
    } else this.#enter(me);
  }

  async signOut(): Promise<void> {
    await server.signOut();
    forget(ENTERED);
    wipeKept();
    await wipeDrawing();
    live.accountChanged();
    location.reload();
  }

  async changePassword(old: string, next: string): Promise<void> {
    await server.changePassword(old, next);
    if (this.me) this.#enter({ ...(await server.me()), must_change_password: false });
  }

  /** The extent and the head may have moved (a first import). */
  async refresh(): Promise<void> {
    try {
      const me = await server.me();
      this.me = me;
    } catch (thrown) {
      if (asProblem(thrown).signedOut) this.expire();
    }
  }

  expire(): void {
    if (this.phase === 'in') this.expired = true;
  }

  get timeZone(): string {
    return this.me?.scheme.time_zone ?? 'Asia/Shanghai';
  }

  #enter(me: Me): void {
    this.me = me;
    this.expired = false;
    this.problem = null;
    this.phase = 'in';
    if (!me.must_change_password) live.start(me);
  }
}

export const session = new Session();

live.listen({ denied: () => session.expire() });
