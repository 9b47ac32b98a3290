import type { Badge, Noun } from '../noun';
import type { Palette } from '../palette';
import { cluster } from './clusters';
import { DOTS, matterPoint } from './matter';

export const issueBadge = (palette: Palette): Badge => ({
  name: 'issue',
  shape: 'bubble',
  fill: palette.issue,
  edge: palette.pointEdge,
  ink: palette.issueGlyph,
  glyph: DOTS,
});

/** Issue 问题/诉求: a person's report, so a speech bubble. */
export const issue: Noun = {
  name: 'issue',
  group: 'matters',
  minZoom: 0,
  badges: (palette) => [issueBadge(palette)],
  legend: (palette) => [{ swatch: { look: 'badge', image: issueBadge(palette) } }],
  draw: (palette) => [...cluster('issue', palette.issue, palette.issueGlyph, palette), matterPoint('issue')],
};
