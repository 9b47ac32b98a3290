import { asProblem, server, type Me, type Problem } from '../api';
import { forget, remember, remembered } from '../text';
import { wipeKept, withDrawer } from './kept';
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
  /** Whole as it came: it is kept on the device too, and the device takes no proxies. */
  me = $state.raw<Me | null>(null);
  /** Why starting failed. */
  problem = $state<Problem | null>(null);
  /** Let in without a network, as who was here last; the server has not said so yet. */
  unconfirmed = $state(false);
  /** Signed out while at work: the map stays, the dialog asks again. */
  expired = $state(false);
  /** Of their own will. */
  #leaving = false;

  async start(): Promise<void> {
    if (remembered(ENTERED) === null) {
      this.phase = 'out';
      return;
    }
    try {
      await this.#enter(await server.me());
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.signedOut) {
        forget(ENTERED);
        await withDrawer((drawer) => drawer.wipePersonal());
        this.phase = 'out';
        return;
      }
      const me = problem.unreached ? await withDrawer((drawer) => drawer.keptMe()) : undefined;
      if (me && !me.must_change_password) {
        this.unconfirmed = true;
        this.#let(me);
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
      await this.#keep(me);
      location.reload();
    } else await this.#enter(me);
  }

  async signOut(): Promise<void> {
    // The feed ends with the session: that is no login that ran out, and nobody is asked to sign in over the wiping.
    this.#leaving = true;
    try {
      await server.signOut();
    } catch (thrown) {
      this.#leaving = false;
      throw thrown;
    }
    forget(ENTERED);
    wipeKept();
    const account = this.me?.account.id;
    if (account !== undefined) await withDrawer((drawer) => drawer.clearOut(account));
    live.accountChanged();
    location.reload();
  }

  async changePassword(old: string, next: string): Promise<void> {
    await server.changePassword(old, next);
    if (this.me) await this.#enter({ ...(await server.me()), must_change_password: false });
  }

  /** The extent and the head may have moved (a first import). */
  async refresh(): Promise<void> {
    try {
      const me = await server.me();
      // Somebody else signed in in another tab while there was no network here.
      if (this.unconfirmed && this.me?.account.id !== me.account.id) {
        wipeKept();
        await this.#keep(me);
        location.reload();
      }
      this.unconfirmed = false;
      this.me = me;
    } catch (thrown) {
      if (asProblem(thrown).signedOut) this.expire();
    }
  }

  /** Who they are and what lives on their ground leaves the device until they are known again; what they drew stays. */
  expire(): void {
    if (this.phase !== 'in' || this.#leaving) return;
    this.expired = true;
    void withDrawer((drawer) => drawer.wipePersonal());
  }

  get timeZone(): string {
    return this.me?.scheme.time_zone ?? 'Asia/Shanghai';
  }

  async #enter(me: Me): Promise<void> {
    this.unconfirmed = false;
    await this.#keep(me);
    this.#let(me);
  }

  #let(me: Me): void {
    this.me = me;
    this.expired = false;
    this.problem = null;
    this.phase = 'in';
    if (!me.must_change_password) live.start(me);
  }

  /** So that the page opens again without a network for whoever drew here; the desk keeps them first. */
  async #keep(me: Me): Promise<void> {
    await withDrawer((drawer) => drawer.keepMe(me));
  }
}

export const session = new Session();

live.listen({
  denied: () => session.expire(),
  restored: () => {
    if (session.unconfirmed) void session.refresh();
  },
});
