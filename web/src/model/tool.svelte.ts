import type { PlaceKind } from '../api';
import { drop, keep, kept } from './kept';

const DESK = 'desk';

/** Which tool lies open on the map; one at a time, for they share the pointer and the room. */
export type ToolName = 'measure' | 'locate' | 'draw';

class Tool {
  now = $state<ToolName | null>(null);
  /** What lies on the drawing desk: the children of one kind of one place. */
  drawing = $state.raw<{ parent: number; kind: PlaceKind } | null>(null);

  open(name: ToolName): void {
    this.now = name;
  }

  draw(parent: number, kind: PlaceKind): void {
    this.drawing = { parent, kind };
    this.now = 'draw';
    keep(DESK, this.drawing);
  }

  /** What lay on the desk when the page was left lies there again. */
  resume(): void {
    const was = kept(DESK) as { parent?: unknown; kind?: unknown } | null;
    if (typeof was?.parent === 'number' && typeof was.kind === 'string') this.draw(was.parent, was.kind as PlaceKind);
  }

  close(): void {
    drop(DESK);
    this.now = this.drawing = null;
  }
}

export const tool = new Tool();
