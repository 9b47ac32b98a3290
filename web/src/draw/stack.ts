import type { FaceId, Ground, Patch } from './ground';

export type GestureName =
  | 'move'
  | 'insert'
  | 'remove'
  | 'edge'
  | 'draw'
  | 'fill'
  | 'hole'
  | 'split'
  | 'merge'
  | 'transfer'
  | 'mend'
  | 'theirs'
  | 'restore';

interface Done {
  name: GestureName;
  before: Patch;
  after: Patch;
}

/** So many gestures can be taken back; each keeps only the outlines it touched. */
export const STEPS_MAX = 500;

/** One gesture, one command with its exact inverse: the outlines it touched, as they were and as they became. */
export class Stack {
  readonly #done: Done[] = [];
  readonly #undone: Done[] = [];

  constructor(private readonly ground: Ground) {}

  do(name: GestureName, after: Patch): void {
    if (after.size === 0) return;
    this.#done.push({ name, before: this.ground.before(after), after });
    if (this.#done.length > STEPS_MAX) this.#done.shift();
    this.#undone.length = 0;
    this.ground.apply(after);
  }

  undo(): ReadonlySet<FaceId> {
    const last = this.#done.pop();
    if (!last) return new Set();
    this.ground.apply(last.before);
    this.#undone.push(last);
    return new Set(last.before.keys());
  }

  redo(): ReadonlySet<FaceId> {
    const next = this.#undone.pop();
    if (!next) return new Set();
    this.ground.apply(next.after);
    this.#done.push(next);
    return new Set(next.after.keys());
  }

  /** What undo and redo would take back and bring again. */
  get last(): GestureName | null {
    return this.#done.at(-1)?.name ?? null;
  }

  get next(): GestureName | null {
    return this.#undone.at(-1)?.name ?? null;
  }

  /** A face got its lasting name: also in what can be taken back. */
  rename(from: FaceId, to: FaceId): void {
    const renamed = (patch: Patch): Patch =>
      patch.has(from) ? new Map([...patch].map(([id, area]) => [id === from ? to : id, area])) : patch;
    for (const done of [...this.#done, ...this.#undone]) {
      done.before = renamed(done.before);
      done.after = renamed(done.after);
    }
  }
}
