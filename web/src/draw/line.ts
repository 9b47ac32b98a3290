import { cut, comesOut, type Cut } from './cut';
import { drawn, holed, Refused } from './gestures';
import type { FaceId, Patch } from './ground';
import { sumOf } from './meter';
import type { Preview } from './drag';
import type { Sheet } from './sheet';
import { xOf, yOf, type Spot } from './spot';
import { uuid } from './uuid';

/** Tools that draw a line, corner by corner. */
export type LineTool = 'draw' | 'split' | 'hole';

/** The face that a line is about: the chosen one, or the one its middle lies in. */
function meant(sheet: Sheet, line: readonly Spot[], selected: FaceId | null): FaceId[] {
  const ids = selected === null ? [] : [selected];
  for (let at = 1; at < line.length; at++) {
    const [a, b] = [line[at - 1] ?? 0, line[at] ?? 0];
    const id = sheet.faceAt((xOf(a) + xOf(b)) / 2, (yOf(a) + yOf(b)) / 2);
    if (id !== null) ids.push(id);
  }
  return ids;
}

export interface Finished {
  patch: Patch;
  /** What is chosen after it, and what is new. */
  selected: FaceId;
  fresh: FaceId | null;
}

/** What a finished line comes to; throws where it comes to nothing. */
export function finished(sheet: Sheet, tool: LineTool, line: readonly Spot[], selected: FaceId | null): Finished {
  const fresh = uuid();
  if (tool === 'draw') return { patch: drawn(sheet.ground, sheet.outline, line, fresh), selected: fresh, fresh };
  if (tool === 'split') {
    const { id, patch } = cut(sheet.ground, meant(sheet, line, selected), line, fresh);
    return { patch, selected: id, fresh };
  }
  const id = selected ?? meant(sheet, line, null)[0];
  if (id === undefined) throw new Refused('nothing_here', line[0] ?? null);
  return { patch: holed(sheet.ground, id, line), selected: id, fresh: null };
}

function attempt(sheet: Sheet, line: readonly Spot[], selected: FaceId | null): Cut | null {
  if (line.length < 2) return null;
  try {
    return cut(sheet.ground, meant(sheet, line, selected), line, HALF);
  } catch (thrown) {
    if (thrown instanceof Refused) return null;
    throw thrown;
  }
}

/** What the other half is called before it is one. */
export const HALF: FaceId = 'half';

/** Both halves as they would be if the line ended here, and what each would hold. */
export function halves(
  sheet: Sheet,
  line: readonly Spot[],
  selected: FaceId | null,
): Pick<Preview, 'faces' | 'sums'> | null {
  const found = attempt(sheet, line, selected);
  if (!found) return null;
  const ids = [found.id, HALF];
  const faces = new Map(ids.map((id) => [id, found.patch.get(id) ?? null]));
  const sums = new Map(
    [...faces].flatMap(([id, area]) => (area ? [[id, sumOf(area, sheet.frame, sheet.counted)] as const] : [])),
  );
  return { faces, sums };
}

/** Does the line go right through? Then the last touch was the last: nobody need say so again. */
export function cutsThrough(sheet: Sheet, line: readonly Spot[], selected: FaceId | null): boolean {
  const found = attempt(sheet, line, selected);
  return !!found && comesOut(sheet.ground.faces.get(found.id) ?? [], line);
}
