import { edgesOf } from './area';
import type { desk as theDesk } from './desk.svelte';
import { middleOf } from './drag';
import { xOf, yOf } from './spot';

/** The corners of the chosen outline, for those who draw by keyboard. */

type Desk = typeof theDesk;

const chosenOf = ({ sheet, selected }: Desk) => (selected !== null && sheet?.ground.faces.get(selected)) || [];

/** The next corner, or the one before. */
export function step(desk: Desk, by: 1 | -1): void {
  const spots = chosenOf(desk).flat(2);
  const at = desk.corner === null ? (by > 0 ? -1 : 0) : spots.indexOf(desk.corner);
  desk.corner = spots.at((at + by) % Math.max(1, spots.length)) ?? null;
}

/** The corner in hand goes so many units east and north. */
export function nudge(desk: Desk, dx: number, dy: number): void {
  const { corner } = desk;
  if (corner === null || !desk.grip({ what: 'corner', spot: corner }, xOf(corner), yOf(corner))) return;
  desk.drag(xOf(corner) + dx, yOf(corner) + dy, 0);
  desk.drop();
}

/** A corner between the one in hand and the next. */
export function insertAfter(desk: Desk): void {
  const edge = [...edgesOf(chosenOf(desk))].find(([a]) => a === desk.corner);
  if (edge) desk.insertAt(edge, middleOf(...edge));
}
