import type { ExpressionSpecification } from 'maplibre-gl';
import { byZoom, REGULAR, type Noun } from '../noun';
import type { Palette } from '../palette';

/** Roads 道路 by class, each with casing and a width that grows with zoom. A Street 街道 is something else. */

const classes = {
  main: ['motorway', 'trunk', 'primary'],
  mid: ['secondary', 'tertiary'],
  path: ['footway', 'path', 'pedestrian', 'steps', 'cycleway', 'track', 'bridleway', 'corridor'],
};

const byClass = <T extends string | number>(
  main: T,
  mid: T,
  minor: T,
  service: T,
  path: T,
): ExpressionSpecification => [
  'match',
  ['coalesce', ['get', 'class'], ''],
  classes.main,
  main,
  classes.mid,
  mid,
  ['service'],
  service,
  classes.path,
  path,
  minor,
];

const isPath: ExpressionSpecification = ['in', ['coalesce', ['get', 'class'], ''], ['literal', classes.path]];

/** Road widths in pixels; `edge` adds the casing on both sides. */
const width = (edge: number): ExpressionSpecification =>
  byZoom(
    [10, byClass(1.2 + edge * 0.4, 0.5 + edge * 0.2, 0, 0, 0)],
    [12, byClass(2.4 + edge, 1.2 + edge, 0.5, 0, 0)],
    [14, byClass(5 + edge, 3.2 + edge, 1.8 + edge, 0.6, 0)],
    [16, byClass(12 + edge, 9 + edge, 5.5 + edge, 2.6 + edge, 0)],
    [18, byClass(30 + edge, 24 + edge, 17 + edge, 8 + edge, 0)],
    [20, byClass(70 + edge, 58 + edge, 44 + edge, 22 + edge, 0)],
  );

const sortKey = byClass(5, 4, 3, 2, 1);

const colours = ({ road }: Palette) => ({
  fill: byClass(road.main, road.mid, road.minor, road.minor, road.path),
  casing: byClass(road.mainCasing, road.midCasing, road.casing, road.casing, road.path),
});

export const baseRoad: Noun = {
  name: 'base_road',
  group: 'base',
  minZoom: 9,
  legend: ({ road }) => [
    {
      swatch: { look: 'line', colour: road.main, casing: road.mainCasing, width: 6 },
      word: { table: 'road', key: 'main' },
    },
    {
      swatch: { look: 'line', colour: road.minor, casing: road.casing, width: 4 },
      word: { table: 'road', key: 'minor' },
    },
    {
      swatch: { look: 'line', colour: road.path, width: 1.6, dash: '3 2' },
      word: { table: 'road', key: 'path' },
    },
  ],
  draw: (palette) => [
    {
      id: 'base_road/path',
      type: 'line',
      source: 'base',
      'source-layer': 'base_road',
      filter: isPath,
      minzoom: 15,
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: {
        'line-color': palette.road.path,
        'line-width': byZoom([15, 0.8], [18, 2.4]),
        'line-dasharray': [3, 1.6],
      },
    },
    {
      id: 'base_road/casing',
      type: 'line',
      source: 'base',
      'source-layer': 'base_road',
      filter: ['!', isPath],
      minzoom: 9,
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': sortKey },
      paint: { 'line-color': colours(palette).casing, 'line-width': width(1.6) },
    },
    {
      id: 'base_road/fill',
      type: 'line',
      source: 'base',
      'source-layer': 'base_road',
      filter: ['!', isPath],
      minzoom: 9,
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': sortKey },
      paint: { 'line-color': colours(palette).fill, 'line-width': width(0) },
    },
    {
      id: 'base_road/label',
      type: 'symbol',
      source: 'base',
      'source-layer': 'base_road',
      filter: ['all', ['!', isPath], ['!=', ['coalesce', ['get', 'name'], ''], '']],
      minzoom: 14,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 360,
        'symbol-sort-key': byClass(1, 2, 3, 4, 5),
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': byZoom([14, byClass(10.5, 10, 9.5, 9, 9)], [18, byClass(15, 14, 13, 12, 11)]),
        'text-letter-spacing': 0.12,
        'text-padding': 8,
        'text-max-angle': 30,
      },
      paint: { 'text-color': palette.roadText, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
  ],
};
