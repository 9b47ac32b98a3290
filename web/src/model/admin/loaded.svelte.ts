import { asProblem, type Problem } from '../../api';
import { session } from '../session.svelte';

/** Something read from the server, with its states; what was read stays on screen while it is read anew. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(private readonly read: () => Promise<T>) {
    void this.load();
  }

  /** The server has no such door: an older program, not a failure. */
  get absent(): boolean {
    return this.problem !== null && (this.problem.status === 404 || this.problem.status === 405);
  }

  async load(): Promise<void> {
    this.busy = true;
    try {
      this.value = await this.read();
      this.problem = null;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      if (this.problem.signedOut) session.expire();
    } finally {
      this.busy = false;
    }
  }
}

/** One act at a time, with what came of it; what was typed stays when it fails. */
export class Act {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** True when it was done. */
  async run(what: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await what();
      return true;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      if (this.problem.signedOut) session.expire();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
