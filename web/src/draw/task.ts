import type { PlaceKind } from '../api';
import type { LineTool } from './line';

export type DeskTool = 'shape' | LineTool | 'merge' | 'transfer' | 'fill';

/** What is to lie on the desk, and what whoever opens it came for. */
export interface Task {
  parent: number;
  kind: PlaceKind;
  select?: number;
  tool?: DeskTool;
  /** The outline that `select` had right after this Change is to come back. */
  restore?: number;
}
