import { asProblem, isAbandoned, type Problem } from '../../api';
import type { ImportReport } from '../../api/admin';
import { sendFile, type Transfer } from '../../api/transfer';
import { session } from '../session.svelte';
import { importAddress, layersOf, noWishes, plannedChanges, type Wishes } from './import';

/** A file on its way in 导入: tried first, looked at, then applied. What was chosen stays whatever happens. */
export class Intake {
  file = $state.raw<File | null>(null);
  wishes = $state<Wishes>(noWishes());
  /** What the file holds, as it was found before anything was chosen: a chosen layer hides the others. */
  layers = $state.raw<string[]>([]);
  phase = $state<'idle' | 'trying' | 'applying'>('idle');
  /** Share of the file that has gone; 1 while the server works on it. */
  sent = $state(0);
  report = $state.raw<ImportReport | null>(null);
  applied = $state.raw<ImportReport | null>(null);
  problem = $state.raw<Problem | null>(null);
  stopped = $state(false);
  /** What the report on screen was made from. */
  #tried = $state('');
  #transfer: Transfer<ImportReport> | null = null;

  get busy(): boolean {
    return this.phase !== 'idle';
  }

  /** The report on screen still belongs to what is chosen. */
  get current(): boolean {
    return this.report !== null && this.#tried === JSON.stringify(this.wishes);
  }

  /** Applying would do something, and nothing stands against it. */
  get ready(): boolean {
    const { report } = this;
    if (!report || !this.current || report.refusal) return false;
    return (report.blocked === 0 || this.wishes.skip) && plannedChanges(report) > 0;
  }

  take(file: File): void {
    this.stop();
    this.file = file;
    this.wishes = noWishes();
    this.layers = [];
    this.report = null;
    this.applied = null;
    this.problem = null;
    this.stopped = false;
  }

  async attempt(): Promise<void> {
    const tried = JSON.stringify(this.wishes);
    const report = await this.#send('trying', true);
    if (!report) return;
    this.report = report;
    if (!this.wishes.layer) this.layers = layersOf(report);
    this.#tried = tried;
    this.applied = null;
  }

  async apply(): Promise<void> {
    const report = await this.#send('applying', false);
    if (!report) return;
    if (report.refusal) this.report = report;
    else {
      this.applied = report;
      this.report = null;
      void session.refresh();
    }
  }

  stop(): void {
    if (this.busy) this.stopped = true;
    this.#transfer?.abort();
  }

  async #send(phase: 'trying' | 'applying', dry: boolean): Promise<ImportReport | null> {
    const { file } = this;
    if (!file || this.busy) return null;
    this.phase = phase;
    this.problem = null;
    this.stopped = false;
    try {
      try {
        return await this.#transmit(file, dry, dry);
      } catch (thrown) {
        // A server that knows no preview refuses the word; the rest of the trial works all the same.
        if (!dry || asProblem(thrown).status !== 400) throw thrown;
        return await this.#transmit(file, dry, false);
      }
    } catch (thrown) {
      if (!isAbandoned(thrown)) {
        this.problem = asProblem(thrown);
        if (this.problem.signedOut) session.expire();
      }
      return null;
    } finally {
      this.phase = 'idle';
      this.#transfer = null;
    }
  }

  #transmit(file: File, dry: boolean, preview: boolean): Promise<ImportReport> {
    this.sent = 0;
    const address = importAddress(file.name, this.wishes, dry, preview);
    this.#transfer = sendFile<ImportReport>(address, file, (share) => (this.sent = share ?? 0));
    return this.#transfer.done;
  }
}
