import type { Badge, Noun } from '../noun';
import type { Palette } from '../palette';
import { cluster } from './clusters';
import { EXCLAMATION, matterPoint } from './matter';

export const hazardBadge = (palette: Palette): Badge => ({
  name: 'hazard',
  shape: 'hexagon',
  fill: palette.hazard,
  edge: palette.pointEdge,
  ink: palette.hazardGlyph,
  glyph: EXCLAMATION,
});

/** Hazard 隐患: stands until removed. Purple and six-sided, never one of the four alert colours. */
export const hazard: Noun = {
  name: 'hazard',
  group: 'matters',
  minZoom: 0,
  badges: (palette) => [hazardBadge(palette)],
  legend: (palette) => [{ swatch: { look: 'badge', image: hazardBadge(palette) } }],
  draw: (palette) => [...cluster('hazard', palette.hazard, palette.hazardGlyph, palette), matterPoint('hazard')],
};
