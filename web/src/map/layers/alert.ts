import type { ExpressionSpecification } from 'maplibre-gl';
import { byZoom, REGULAR, SEMIBOLD, type Badge, type Noun } from '../noun';
import { alertColours, alertShapes } from '../palette';
import { pointSourceId } from '../sources';

/** Ink on all four colours: black reads on each of them at 5:1 or better. */
const INK = '#14100c';

/** The numerals Ⅰ to Ⅳ as outlines: a canvas drawn before the font has come would show them in another. */
const numerals = [
  'M4.6 3.2h5.8v1.4H8.4v5.8h2v1.4H4.6v-1.4h2V4.6h-2z',
  'M3 3.2h9v1.4h-1.3v5.8H12v1.4H3v-1.4h1.3V4.6H3zM6 4.6v5.8h3V4.6z',
  'M1.6 3.2h11.8v1.4h-1.1v5.8h1.1v1.4H1.6v-1.4h1.1V4.6H1.6zM4.4 4.6v5.8h2.2V4.6zM8.3 4.6v5.8h2.3V4.6z',
  'M1 3.2h4.2v1.4H4v5.8h1.2v1.4H1v-1.4h1.2V4.6H1zM5.9 3.2h3.2v1.4h-.5l1.5 4.7 1.5-4.7h-.5V3.2h3.1v1.4h-.7l-2.4 7.2H9.2L6.7 4.6h-.8z',
].map((path) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 15"><path d="${path}"/></svg>`);

export function alertBadge(level: number): Badge {
  const at = Math.min(4, Math.max(1, level)) - 1;
  return {
    name: `alert:${at + 1}`,
    shape: alertShapes[at] ?? 'circle',
    fill: alertColours[at] ?? alertColours[3],
    edge: INK,
    ink: INK,
    glyph: numerals[at] ?? '',
  };
}

const image = (level: ExpressionSpecification): ExpressionSpecification => [
  'concat',
  'alert:',
  ['to-string', ['max', 1, ['min', 4, level]]],
];

/** Alert 预警: level by colour and shape and numeral; a group shows its worst. */
export const alert: Noun = {
  name: 'alert',
  group: 'matters',
  minZoom: 0,
  badges: () => [1, 2, 3, 4].map(alertBadge),
  legend: () =>
    [1, 2, 3, 4].map((level) => ({
      swatch: { look: 'badge', image: alertBadge(level) },
      word: { table: 'alert', key: `level${level}` },
    })),
  draw: (palette) => [
    {
      id: 'alert/cluster',
      type: 'symbol',
      source: pointSourceId('alert'),
      filter: ['has', 'point_count'],
      layout: {
        'icon-image': image(['get', 'worst']),
        'icon-size': 1.35,
        'icon-allow-overlap': true,
        'text-field': ['concat', '×', ['get', 'point_count_abbreviated']],
        'text-font': SEMIBOLD,
        'text-size': 13,
        'text-anchor': 'left',
        'text-offset': [1.2, 0],
        'text-allow-overlap': true,
      },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
    },
    {
      id: 'alert/point',
      type: 'symbol',
      source: pointSourceId('alert'),
      filter: ['!', ['has', 'point_count']],
      layout: {
        'icon-image': image(['coalesce', ['get', 'level'], 4]),
        'icon-size': byZoom([9, 0.9], [14, 1.15], [17, 1.3]),
        'icon-allow-overlap': true,
        // What is placed first keeps its words: the worst.
        'symbol-sort-key': ['coalesce', ['get', 'level'], 4],
        'text-field': ['step', ['zoom'], '', 13.5, ['get', 'title']],
        'text-font': REGULAR,
        'text-size': 12.5,
        'text-variable-anchor-offset': ['top', [0, 1.25], 'bottom', [0, -1.25], 'left', [1.4, 0], 'right', [-1.4, 0]],
        'text-justify': 'auto',
        'text-max-width': 8,
        'text-optional': true,
      },
      paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.8 },
    },
  ],
};
