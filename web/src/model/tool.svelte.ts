import type { Task } from '../draw/task';

/** Which tool lies open on the map; one at a time, for they share the pointer and the room. */
export type ToolName = 'measure' | 'locate' | 'draw';

class Tool {
  now = $state<ToolName | null>(null);
  /** What lies on the drawing desk: the children of one kind of one place. */
  drawing = $state.raw<Task | null>(null);

  open(name: ToolName): void {
    this.now = name;
  }

  draw(task: Task): void {
    this.drawing = task;
    this.now = 'draw';
  }

  close(): void {
    this.now = this.drawing = null;
  }
}

export const tool = new Tool();
