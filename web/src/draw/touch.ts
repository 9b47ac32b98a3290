import { holds } from './area';
import { blockFor, merged, Refused, transferred } from './gestures';
import type { FaceId, Patch } from './ground';
import type { Sheet } from './sheet';
import { spotAt } from './spot';

/** What a touch comes to with a tool that carries over to the chosen outline; throws where there is nothing to carry. */
export function touched(sheet: Sheet, tool: 'merge' | 'transfer', selected: FaceId, x: number, y: number): Patch {
  if (tool === 'merge') {
    const id = sheet.faceAt(x, y);
    if (id === null) throw new Refused('nothing_here', spotAt(x, y));
    return merged(sheet.ground, selected, id);
  }
  const block = sheet.buildings.find(({ area }) => holds(area, x, y));
  if (!block) throw new Refused('nothing_here', spotAt(x, y));
  return transferred(sheet.ground, blockFor(sheet.ground, block.area, selected), selected);
}
