import type { PlaceKind } from '../api';
import { drop, keep, kept } from './kept';

const DESK = 'desk';

/** What a hand on the desk may be about. */
export type DeskTool = 'shape' | 'draw' | 'split' | 'hole' | 'merge' | 'transfer' | 'fill';

/** What is to lie on the desk, and what whoever opens it came for. */
export interface Task {
  parent: number;
  kind: PlaceKind;
  select?: number;
  tool?: DeskTool;
  /** The outline that `select` had right after this Change is to come back. */
  restore?: number;
}

/** Which tool lies open on the map; one at a time, for they share the pointer and the room. */
export type ToolName = 'measure' | 'locate' | 'draw' | 'review';

class Tool {
  now = $state<ToolName | null>(null);
  /** What lies on the drawing desk: the children of one kind of one place. */
  drawing = $state.raw<Task | null>(null);
  /** A file of boundaries is to become a draft, of the ground it was opened from. */
  filing = $state.raw<{ from: { id: number; kind: PlaceKind; name: string } | null } | null>(null);

  open(name: ToolName): void {
    this.filing = null;
    this.now = name;
  }

  file(from: { id: number; kind: PlaceKind; name: string } | null): void {
    this.filing = { from };
    this.now = 'review';
  }

  draw(task: Task): void {
    this.drawing = task;
    this.now = 'draw';
    keep(DESK, { parent: task.parent, kind: task.kind });
  }

  /** What lay on the desk when the page was left lies there again. */
  resume(): void {
    const was = kept(DESK) as Partial<Task> | null;
    if (typeof was?.parent === 'number' && was.kind) this.draw({ parent: was.parent, kind: was.kind });
  }

  close(): void {
    drop(DESK);
    this.now = this.drawing = this.filing = null;
  }
}

export const tool = new Tool();
