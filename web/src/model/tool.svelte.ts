/** Which tool lies open on the map; one at a time, for they share the pointer and the room. */
export type ToolName = 'measure' | 'locate' | 'draw';

class Tool {
  now = $state<ToolName | null>(null);

  open(name: ToolName): void {
    this.now = name;
  }

  close(): void {
    this.now = null;
  }
}

export const tool = new Tool();
