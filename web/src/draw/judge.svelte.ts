import {
  asProblem,
  isAbandoned,
  reshaping,
  type Mend,
  type Problem,
  type Reshape,
  type ShapeFinding,
  type ShapeSum,
} from '../api';
import { draftId } from '../model/drawer';
import { dropDraft, keepDraft, post, waiting, withdraw } from '../model/outbox';
import { session } from '../model/session.svelte';
import type { FaceId } from './ground';
import { Saves } from './saves';
import type { Sheet } from './sheet';
import { uuid } from './uuid';

/** What the server says of a drawing while it grows, and how saving it ends: saved, refused, overtaken, or sent later. */
export class Judge {
  findings = $state.raw<readonly ShapeFinding[]>([]);
  mends = $state.raw<readonly Mend[]>([]);
  sums = $state.raw<readonly ShapeSum[]>([]);
  /** The server has no ear for drawings, or there is no link: what is drawn is judged when it is saved. */
  unchecked = $state(false);
  saving = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Somebody else saved meanwhile. */
  stale = $state.raw<Problem | null>(null);
  ended = $state<'saved' | 'posted' | null>(null);
  /** Lasting names that the last save gave. */
  renamed: readonly { from: FaceId; to: FaceId }[] = [];
  readonly #saves = new Saves();
  #asking: AbortController | null = null;
  /** One drawing keeps its key through all tries to save it. */
  #key: { body: string; key: string } | null = null;

  clear(): void {
    this.#asking?.abort();
    this.#saves.clear();
    this.findings = this.mends = this.sums = [];
    this.problem = this.stale = this.ended = null;
    this.unchecked = this.saving = false;
  }

  /** The hand rests: the draft is kept on the device, and the server is asked what it would say. */
  async ask(sheet: Sheet): Promise<void> {
    this.#asking?.abort();
    // Taken before anything is waited for: of two questions the later one is answered, whichever comes back last.
    const { signal } = (this.#asking = new AbortController());
    const account = session.me?.account.id;
    // What waits to be sent is kept there.
    if (account === undefined || this.ended === 'posted') return;
    const id = draftId(account, sheet.parent.id, sheet.kind);
    const body = sheet.body();
    const empty = body.places.length + body.create.length + body.retire.length === 0;
    // Storage may be forbidden or full; the drawing on screen is still there.
    const kept = { id, account, at: Date.now(), title: sheet.parent.properties.name, body, base: sheet.basis() };
    await (empty ? dropDraft(id) : keepDraft(kept)).catch(() => undefined);
    if (signal.aborted) return;
    if (empty) {
      this.findings = this.mends = this.sums = [];
      return;
    }
    try {
      const answer = await reshaping.checkReshape(body, signal);
      if (signal.aborted) return;
      this.findings = answer.findings;
      this.mends = answer.mends ?? [];
      this.sums = answer.places ?? [];
      this.unchecked = false;
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.findings = this.mends = this.sums = [];
      this.unchecked = true;
    }
  }

  async save(sheet: Sheet): Promise<void> {
    const account = session.me?.account.id;
    if (account === undefined || this.saving) return;
    const draft = draftId(account, sheet.parent.id, sheet.kind);
    this.#asking?.abort();
    this.saving = true;
    this.problem = this.stale = this.ended = null;
    this.renamed = [];
    let body = sheet.body();
    let key = this.#keyFor(body);
    try {
      const undone = this.#saves.undone(sheet);
      if (undone === 0 || !(await this.#saves.takeBack(sheet, undone))) {
        body = sheet.body();
        key = this.#keyFor(body);
        const before = this.#saves.before(sheet);
        const saved = await reshaping.reshape(body, key);
        sheet.saved(body, saved);
        this.renamed = saved.created?.map(({ id, as }) => ({ from: String(as), to: String(id) })) ?? [];
        this.#saves.note(saved.seq, before, this.renamed);
      }
      this.findings = this.mends = [];
      this.#key = null;
      this.ended = 'saved';
      await dropDraft(draft).catch(() => undefined);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status !== 0) this.#notSaved(problem);
      else {
        const title = sheet.parent.properties.name;
        await this.#post({ key, account, draft, title, at: Date.now(), body, base: sheet.basis() }, problem);
      }
    } finally {
      this.saving = false;
    }
  }

  #keyFor(body: Reshape): string {
    const written = JSON.stringify(body);
    if (this.#key?.body !== written) this.#key = { body: written, key: uuid() };
    return this.#key.key;
  }

  #notSaved(problem: Problem): void {
    if (problem.signedOut) session.expire();
    if (problem.status === 412 || problem.status === 410) {
      this.stale = problem;
      return;
    }
    this.findings = problem.findings;
    this.problem = problem;
  }

  /** No network: it waits on the device. What waited there of the same drawing is in this one already. */
  async #post(sending: Parameters<typeof post>[0], problem: Problem): Promise<void> {
    try {
      const before = await waiting(sending.account);
      await post(sending);
      for (const { seq, draft } of before) if (draft === sending.draft) await withdraw(seq);
      this.ended = 'posted';
    } catch {
      // Neither the network nor the device takes it: it stays on screen and can be taken away as a file.
      this.problem = problem;
    }
  }
}
