import { asProblem, Problem, reshaping, server, type Place } from '../api';
import { sameArea, type Area } from './area';
import type { FaceId } from './ground';
import type { Sheet } from './sheet';
import { uuid } from './uuid';

/** A Change that was saved here, and how its places lay before; null where there was none. */
interface Save {
  seq: number;
  before: ReadonlyMap<FaceId, Area | null>;
}

const standing = (sheet: Sheet, ids: Iterable<FaceId>): Map<FaceId, Area | null> =>
  new Map([...ids].map((id) => [id, sheet.base.get(id)?.area ?? null]));

async function now(id: FaceId): Promise<Place | null> {
  try {
    return await server.place(Number(id), new AbortController().signal);
  } catch (thrown) {
    if (thrown instanceof Problem && (thrown.status === 410 || thrown.status === 404)) return null;
    throw thrown;
  }
}

/**
 * What was saved from this desk, so that who undoes across a save takes the Change itself back: the same places come again
 * with all that is known of them, not new ones in the same outlines. What takes back is a Change too, and can be taken back.
 */
export class Saves {
  #saves: Save[] = [];

  clear(): void {
    this.#saves = [];
  }

  /** Before the sending: how the places of the body lie on the server. */
  before(sheet: Sheet): ReadonlyMap<FaceId, Area | null> {
    return standing(sheet, sheet.changed());
  }

  /** What was made has its lasting number from now on. */
  note(
    seq: number,
    before: ReadonlyMap<FaceId, Area | null>,
    renamed: readonly { from: FaceId; to: FaceId }[] = [],
  ): void {
    const lasting = new Map(renamed.map(({ from, to }) => [from, to]));
    this.#saves.push({ seq, before: new Map([...before].map(([id, area]) => [lasting.get(id) ?? id, area])) });
  }

  /** How many of the last saves were undone on the sheet, so that it lies as it did before them. */
  undone(sheet: Sheet): number {
    const changed = sheet.changed();
    const then = new Map<FaceId, Area | null>();
    for (let at = this.#saves.length - 1; at >= 0; at--) {
      for (const [id, area] of this.#saves[at]?.before ?? []) then.set(id, area);
      const same = [...then].every(([id, area]) => lies(sheet, id, area));
      if (changed.length > 0 && same && changed.every((id) => then.has(id))) return this.#saves.length - at;
    }
    return 0;
  }

  /** Takes the last saves back on the server; false where it will not have it so, and the drawing is to be sent as it is. */
  async takeBack(sheet: Sheet, count: number): Promise<boolean> {
    const back = this.#saves.slice(-count).reverse();
    for (const { seq, before } of back) {
      const was = standing(sheet, before.keys());
      try {
        const done = await reshaping.takeBack(seq, uuid());
        this.note(done.seq, was);
      } catch (thrown) {
        if (asProblem(thrown).status === 0 || asProblem(thrown).signedOut) throw thrown;
        return false;
      }
      // What was made by the Change is gone with it.
      for (const [id, area] of before) sheet.lies(id, area && (await now(id)));
    }
    return true;
  }
}

const lies = (sheet: Sheet, id: FaceId, area: Area | null): boolean => {
  const face = sheet.ground.faces.get(id) ?? null;
  return face === null || area === null ? face === area : sameArea(face, area);
};
