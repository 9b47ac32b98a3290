import type { LayerName } from '../api';
import { fill, format, language, t, wordFor } from '../text';
import { shade, told } from '../model/breaks';
import { tallies, type Coloured, type TallyChoice } from '../model/tally';
import type { Swatch } from './noun';
import { nouns } from './order';
import type { Palette } from './palette';
import type { PointState } from './points';
import { pointSources } from './sources';
import { TALLY_OPACITY } from './layers/tally';
import type { Tint } from './tint';

/** One line of a legend. */
export interface LegendRow {
  swatch: Swatch;
  words: string;
  /** How many places it stands for. */
  count?: number;
}

/** The lines of the coloured figure: its classes, then whom it leaves out. */
export function tallyRows({ name }: TallyChoice, coloured: Coloured, palette: Palette): LegendRow[] {
  const { ramp, digits } = tallies[name];
  const { classes, withheld, none } = coloured;
  const number = (value: number) => format.number(value, language.locale, digits);
  const line = palette.community;
  const rows: LegendRow[] = classes.map((one, at) => {
    const { from, to } = told(one, at === classes.length - 1, digits);
    const colour = palette.ramps[ramp][shade(at, classes.length)] ?? palette.withheld;
    return {
      swatch: { look: 'area', fill: colour, line, fillOpacity: TALLY_OPACITY.far },
      words: from === to ? number(from) : fill(t().tally.range, { from: number(from), to: number(to) }),
      count: one.count,
    };
  });
  if (withheld > 0) {
    rows.push({ swatch: { look: 'area', fill: palette.withheld, line }, words: t().tally.withheld, count: withheld });
  }
  if (none > 0) {
    const swatch: Swatch = { look: 'area', fill: palette.land, fillOpacity: 0, line };
    rows.push({ swatch, words: t().tally.none, count: none });
  }
  return rows;
}

/** How a figure colours the map. */
export const tintOf = ({ name, level }: TallyChoice, { classes, states }: Coloured): Tint => ({
  level,
  ramp: tallies[name].ramp,
  classes: classes.length,
  states,
});

/** The figure of each place in words, as it stands below the name. */
export function figureWords({ name }: TallyChoice, { values }: Coloured): Map<number, string> {
  const { unit, digits } = tallies[name];
  const percent = unit === 'percent' ? t().tally.unit.percent : '';
  return new Map([...values].map(([id, value]) => [id, format.number(value, language.locale, digits) + percent]));
}

/** What the legend of a picture lists: only what one can find in it. */
export function pictureRows(
  palette: Palette,
  zoom: number,
  isShown: (name: LayerName) => boolean,
  counts: Partial<Record<LayerName, PointState>>,
): LegendRow[] {
  const rows: LegendRow[] = [];
  for (const noun of nouns) {
    if (!isShown(noun.name) || zoom < noun.minZoom) continue;
    // A point noun of which there is none in sight needs no line; governance levels are known by their names' points.
    if (noun.name in pointSources && counts[noun.name]?.count === 0) continue;
    for (const { swatch, word } of noun.legend(palette, counts[noun.name]?.categories)) {
      rows.push({ swatch, words: word ? wordFor(t()[word.table], word.key) : t().layer[noun.name] });
    }
  }
  return rows;
}
