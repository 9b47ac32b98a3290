import { reshaping } from '../api';
import type { KeptDraft, Sending } from './drawer';
import { flush, keptDrafts, waiting, withdraw } from './outbox';
import { session } from './session.svelte';

/** What was drawn without a network, on its way: sent when there is one, held where the server refused. */
class Outgoing {
  rows = $state.raw<readonly Sending[]>([]);
  /** Begun and not finished. */
  drafts = $state.raw<readonly KeptDraft[]>([]);
  /** Grows whenever something reached the server, or was refused there. */
  sent = $state(0);
  #busy = false;

  async flush(): Promise<void> {
    const account = session.me?.account.id;
    if (account === undefined || this.#busy) return;
    this.#busy = true;
    try {
      await this.look();
      if (session.expired || this.rows.every(({ held }) => held)) return;
      const before = this.#moved();
      if ((await alone(() => flush(account, reshaping.reshape))) === 'signed_out') session.expire();
      await this.look();
      if (this.#moved() !== before) this.sent += 1;
    } catch {
      // Storage is forbidden on this device: nothing waits there.
    } finally {
      this.#busy = false;
    }
  }

  #moved = (): string => this.rows.map(({ seq, held }) => `${seq}${held ? '!' : ''}`).join();

  async look(): Promise<void> {
    const account = session.me?.account.id;
    if (account === undefined) return;
    this.rows = await waiting(account).catch(() => []);
    this.drafts = await keptDrafts(account).catch(() => []);
  }

  async withdraw(seq: number): Promise<void> {
    await withdraw(seq);
    await this.look();
  }
}

/** Two tabs hold the same row; one of them sends it. */
const alone = <T>(act: () => Promise<T>): Promise<T | null> =>
  navigator.locks
    ? navigator.locks.request('geju.outbox', { ifAvailable: true }, (lock) => (lock ? act() : null))
    : act();

export const outgoing = new Outgoing();
