import { draftId, type Loaded } from '../model/drawer';
import { keepDraft, keptDraft, waiting, withdraw } from '../model/outbox';
import { session } from '../model/session.svelte';
import { CHILDREN_MAX } from './groundwork';
import { baseFaces, drawnOn, facesNow, facesOf, layOn, readAnew, sameUnits, whoChanged, type Meeting } from './meeting';
import type { Faces } from './rebase';
import { Sheet } from './sheet';

/**
 * A drawing laid on ground that is not the one it was drawn on 叠图: a draft of an earlier day, or what is in hand while
 * somebody else saved. Where both touched the same ground, they meet, and a person decides.
 */
export class Laying {
  /** Somebody else saved meanwhile: what they made of it, until the person decides. */
  meeting = $state.raw<Meeting | null>(null);
  /** A draft of an earlier day lies here again, or it could not be laid on what is there now. */
  resumed = $state<'draft' | 'overtaken' | 'restored' | null>(null);

  clear(): void {
    this.meeting = this.resumed = null;
  }

  /** What lies on the device of this drawing: a draft, or a sending that the server refused. */
  async resume(sheet: Sheet, loaded: Loaded): Promise<void> {
    const account = session.me?.account.id;
    if (account === undefined) return;
    const id = draftId(account, sheet.parent.id, sheet.kind);
    try {
      const held = (await waiting(account)).find(({ draft, held }) => draft === id && held);
      const kept = (await keptDraft(id)) ?? (held && { ...held, id });
      if (!kept) return;
      const { overtaken } = sheet.patchOf(kept.body);
      // A draft that was sent and came back was drawn on what the server knows.
      const base = kept.base.length ? facesOf(kept.base, sheet) : baseFaces(sheet);
      await this.#lay(sheet, base, drawnOn(base, kept.body, sheet), loaded);
      // Others drew beside it and not into it: both are there already.
      if (!overtaken) this.meeting = null;
      this.resumed = overtaken ? 'overtaken' : 'draft';
      const { at, title, body } = kept;
      await keepDraft({ id, account, at, title, body, base: kept.base });
      if (held) await withdraw(held.seq);
    } catch {
      // Storage is forbidden: nothing was kept.
    }
  }

  /**
   * Lays what others saved meanwhile under what is drawn. Answers `moved` where the parent's own outline is another, so that
   * one begins anew; null where the sheet `lies` on the desk no more.
   */
  async renew(
    sheet: Sheet,
    loaded: Loaded,
    signal: AbortSignal,
    laid: (now: Loaded) => void,
    lies: () => boolean,
  ): Promise<'laid' | 'moved' | null> {
    const now = await readAnew(loaded, CHILDREN_MAX, signal);
    if (!lies()) return null;
    const fresh = new Sheet(now);
    const base = baseFaces(sheet);
    const mine = facesNow(sheet);
    if (!sameUnits(sheet, fresh)) return 'moved';
    sheet.renew(fresh);
    await this.#lay(sheet, base, mine, now, laid);
    return 'laid';
  }

  async #lay(sheet: Sheet, base: Faces, mine: Faces, now: Loaded, laid?: (now: Loaded) => void): Promise<void> {
    const { ids, areas, drawn, both } = layOn(sheet, base, mine);
    sheet.stack.do('mend', drawn);
    laid?.(now);
    if (ids.length === 0 || sheet.changed().length === 0) return;
    this.meeting = { theirs: await whoChanged(sheet, ids, now.children), areas, both };
  }
}
