import { reshaping } from '../api';
import { flush, waiting, withdraw, type Sending } from './outbox';
import { session } from './session.svelte';

/** What was drawn without a network, on its way: sent when there is one, held where the server refused. */
class Outgoing {
  rows = $state.raw<readonly Sending[]>([]);
  /** Grows whenever something reached the server, or was refused there. */
  sent = $state(0);
  #busy = false;

  async flush(): Promise<void> {
    const account = session.me?.account.id;
    if (account === undefined || this.#busy) return;
    this.#busy = true;
    try {
      this.rows = await waiting(account);
      if (this.rows.every(({ held }) => held)) return;
      const before = this.#moved();
      if ((await flush(account, reshaping.reshape)) === 'signed_out') session.expire();
      this.rows = await waiting(account);
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
    if (account !== undefined) this.rows = await waiting(account).catch(() => []);
  }

  async withdraw(seq: number): Promise<void> {
    await withdraw(seq);
    await this.look();
  }
}

export const outgoing = new Outgoing();
