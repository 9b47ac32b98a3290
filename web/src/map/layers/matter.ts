import type { MatterKind } from '../../api';
import { byZoom, type Drawn } from '../noun';
import { pointSourceId } from '../sources';

/** The symbol of one kind of matter where it stands alone. */
export function matterPoint(kind: Exclude<MatterKind, 'alert'>): Drawn {
  return {
    id: `${kind}/point`,
    type: 'symbol',
    source: pointSourceId(kind),
    filter: ['!', ['has', 'point_count']],
    layout: {
      'icon-image': kind,
      'icon-size': byZoom([10, 0.7], [14, 0.9], [17, 1.05]),
      // Always drawn, and names step aside for it.
      'icon-allow-overlap': true,
    },
  };
}

/** A mark of exclamation on a 15 × 15 sheet, drawn here: nothing in the icon sets is as plain. */
export const EXCLAMATION =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 15"><path d="M6.1 2h2.8l-.5 7H6.6zM7.5 10.4a1.35 1.35 0 1 1 0 2.7 1.35 1.35 0 0 1 0-2.7z"/></svg>';
export const DOTS =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 15"><path d="M3 6.3a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zM7.5 6.3a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zM12 6.3a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z"/></svg>';
