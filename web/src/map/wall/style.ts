import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import { fontFiles } from '../../text/fonts';
import { BADGE_PX } from '../badge';
import { REGULAR, SEMIBOLD } from '../noun';
import { alertColours } from '../palette';
import { BASE, GROUND, TILE_ZOOM_MAX } from '../sources';
import { wallColours as colours, wallPalette } from './palette';

/** Point and name sources of the wall, filled from its one answer. */
export const WALL_SOURCES = ['place', 'names', 'issues', 'hazards', 'alerts'] as const;
export type WallSource = (typeof WALL_SOURCES)[number];

/** Ground an alert may tint, the smallest last; larger ground would drown the map in colour. */
export const AFFECTED = ['grid', 'micro_grid', 'compound', 'building'] as const;

const faces = (weight: 400 | 600) => fontFiles(weight).map(({ url, ranges }) => ({ url, 'unicode-range': ranges }));

const tiled = (layers: readonly string[]): SourceSpecification => ({
  type: 'vector',
  tiles: [`${location.origin}/tiles/${layers.join(',')}/{z}/{x}/{y}.mvt`],
  minzoom: 0,
  maxzoom: TILE_ZOOM_MAX,
});

/** Until the first answer. */
const NOTHING: ExpressionSpecification = ['in', ['id'], ['literal', []]];
const EMPTY = { type: 'FeatureCollection' as const, features: [] };
const CLUSTER_ZOOM_MAX = 19;

/** By class of road; footways and drives are no help from five metres. */
const byClass = <T extends string | number>(main: T, mid: T, minor: T): ExpressionSpecification => [
  'match',
  ['coalesce', ['get', 'class'], ''],
  ['motorway', 'trunk', 'primary'],
  main,
  ['secondary', 'tertiary'],
  mid,
  minor,
];
const drawnRoads: ExpressionSpecification = [
  'in',
  ['coalesce', ['get', 'class'], ''],
  [
    'literal',
    ['motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential', 'unclassified', 'living_street'],
  ],
];

/** Widths grow with zoom and with the measure of the wall. */
const width = (rem: number, ...stops: [zoom: number, rem: number | ExpressionSpecification][]) =>
  [
    'interpolate',
    ['exponential', 1.5],
    ['zoom'],
    ...stops.flatMap(([zoom, value]) => [zoom, typeof value === 'number' ? value * rem : value]),
  ] as unknown as ExpressionSpecification;

const roadWidth = (rem: number): ExpressionSpecification =>
  width(
    rem,
    [11, byClass(0.08 * rem, 0.04 * rem, 0)],
    [14, byClass(0.3 * rem, 0.18 * rem, 0.08 * rem)],
    [17, byClass(0.9 * rem, 0.6 * rem, 0.36 * rem)],
    [20, byClass(3 * rem, 2.4 * rem, 1.6 * rem)],
  );

const levelColour: ExpressionSpecification = [
  'match',
  ['get', 'level'],
  1,
  alertColours[0],
  2,
  alertColours[1],
  3,
  alertColours[2],
  alertColours[3],
];

const icon = (remWide: number, rem: number) => (remWide * rem) / BADGE_PX;

/** The whole style for one measure. What is affected is told by `affected`, from the answer's own places. */
export function wallStyle(rem: number, level: 'community' | 'grid' | 'micro_grid'): StyleSpecification {
  const line = (
    id: string,
    source: string,
    colour: string,
    widths: [number, number][],
    more: { minzoom?: number } = {},
  ): LayerSpecification => ({
    id,
    type: 'line',
    source: 'ground',
    'source-layer': source,
    ...more,
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': colour, 'line-width': width(rem, ...widths) },
  });
  return {
    version: 8,
    'font-faces': { 'Noto Sans SC': faces(400), 'Noto Sans SC SemiBold': faces(600) },
    sources: {
      ground: tiled(GROUND),
      base: tiled(BASE),
      place: { type: 'geojson', data: EMPTY },
      names: { type: 'geojson', data: EMPTY },
      issues: { type: 'geojson', data: EMPTY },
      hazards: { type: 'geojson', data: EMPTY },
      // A group shows the worst of its alerts and flashes while one of them waits.
      alerts: {
        type: 'geojson',
        data: EMPTY,
        cluster: true,
        clusterRadius: 2.6 * rem,
        clusterMaxZoom: CLUSTER_ZOOM_MAX,
        maxzoom: CLUSTER_ZOOM_MAX + 1,
        clusterProperties: {
          level: ['min', ['get', 'level']],
          waits: ['max', ['get', 'waits']],
          east: ['max', ['get', 'east']],
        },
      },
    },
    transition: { duration: 0, delay: 0 },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': colours.land } },
      {
        id: 'green',
        type: 'fill',
        source: 'base',
        'source-layer': 'base_green',
        paint: { 'fill-color': colours.green },
      },
      {
        id: 'water',
        type: 'fill',
        source: 'base',
        'source-layer': 'base_water',
        filter: ['!=', ['geometry-type'], 'LineString'],
        paint: { 'fill-color': colours.water },
      },
      {
        id: 'road',
        type: 'line',
        source: 'base',
        'source-layer': 'base_road',
        filter: drawnRoads,
        layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': byClass(3, 2, 1) },
        paint: {
          'line-color': byClass(colours.road.main, colours.road.mid, colours.road.minor),
          'line-width': roadWidth(rem),
        },
      },
      {
        id: 'building',
        type: 'fill',
        source: 'ground',
        'source-layer': 'building',
        minzoom: 14,
        paint: { 'fill-color': colours.building },
      },
      line(
        'compound',
        'compound',
        colours.compound,
        [
          [14, 0.04],
          [18, 0.1],
        ],
        { minzoom: 14 },
      ),
      ...AFFECTED.map((kind): LayerSpecification => ({
        id: `affected/${kind}`,
        type: 'fill',
        source: 'ground',
        'source-layer': kind,
        filter: NOTHING,
        paint: { 'fill-color': alertColours[3], 'fill-opacity': 0.24 },
      })),
      ...(level === 'community'
        ? []
        : [
            line('grid', level, colours.grid, [
              [11, 0.03],
              [16, 0.1],
            ]),
          ]),
      ...(level === 'community'
        ? [
            line(
              'grid',
              'grid',
              colours.grid,
              [
                [12, 0.02],
                [16, 0.07],
              ],
              { minzoom: 13.5 },
            ),
          ]
        : []),
      line('community', 'community', colours.boundary, [
        [9, 0.05],
        [14, 0.12],
        [18, 0.2],
      ]),
      line('street', 'street', colours.boundary, [
        [8, 0.06],
        [14, 0.18],
        [18, 0.26],
      ]),
      line('district', 'district', colours.boundary, [
        [6, 0.1],
        [14, 0.24],
      ]),
      {
        id: 'outside',
        type: 'fill',
        source: 'place',
        filter: ['==', ['get', 'part'], 'outside'],
        paint: { 'fill-color': colours.outside, 'fill-opacity': 0.62 },
      },
      {
        id: 'place',
        type: 'line',
        source: 'place',
        filter: ['==', ['get', 'part'], 'edge'],
        layout: { 'line-join': 'round' },
        paint: { 'line-color': colours.place, 'line-width': 0.16 * rem },
      },
      ...AFFECTED.map((kind): LayerSpecification => ({
        id: `affected/${kind}/line`,
        type: 'line',
        source: 'ground',
        'source-layer': kind,
        filter: NOTHING,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': alertColours[3], 'line-width': 0.12 * rem },
      })),
      {
        // Issues and hazards stand there on any day: they show where, and the figures beside tell how many.
        id: 'issues',
        type: 'circle',
        source: 'issues',
        paint: {
          'circle-color': wallPalette.issue,
          'circle-radius': 0.38 * rem,
          'circle-stroke-color': colours.halo,
          'circle-stroke-width': 0.1 * rem,
        },
      },
      {
        id: 'hazards',
        type: 'symbol',
        source: 'hazards',
        layout: {
          'icon-image': 'hazard',
          'icon-size': icon(1.15, rem),
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
        },
      },
      {
        id: 'names',
        type: 'symbol',
        source: 'names',
        layout: {
          'text-field': ['get', 'name'],
          'text-font': REGULAR,
          'text-size': 1.05 * rem,
          'text-letter-spacing': 0.06,
          'text-max-width': 8,
          'text-variable-anchor-offset': ['center', [0, 0], 'top', [0, 1.1], 'bottom', [0, -1.1]],
          'text-padding': 0.4 * rem,
        },
        paint: { 'text-color': colours.text, 'text-halo-color': colours.halo, 'text-halo-width': 0.12 * rem },
      },
      {
        id: 'alerts/ring',
        type: 'circle',
        source: 'alerts',
        filter: ['==', ['get', 'waits'], 1],
        paint: {
          'circle-color': levelColour,
          'circle-opacity': 0.28,
          'circle-radius': 2.2 * rem,
          'circle-stroke-color': levelColour,
          'circle-stroke-width': 0.16 * rem,
        },
      },
      {
        id: 'alerts/label',
        type: 'symbol',
        source: 'alerts',
        layout: {
          'symbol-sort-key': ['get', 'level'],
          'text-field': [
            'case',
            ['has', 'point_count'],
            ['concat', '×', ['to-string', ['get', 'point_count']]],
            ['get', 'title'],
          ],
          'text-font': SEMIBOLD,
          'text-size': 1.1 * rem,
          // Near the eastern edge the words go to the other side, or the edge would cut them.
          'text-variable-anchor-offset': [
            'case',
            ['==', ['get', 'east'], 1],
            ['literal', ['right', [-1.5, 0], 'top', [0, 1.4], 'bottom', [0, -1.4]]],
            ['literal', ['left', [1.5, 0], 'right', [-1.5, 0], 'top', [0, 1.4], 'bottom', [0, -1.4]]],
          ],
          'text-justify': 'auto',
          'text-max-width': 10,
        },
        paint: {
          'text-color': colours.textStrong,
          'text-halo-color': colours.halo,
          'text-halo-width': 0.22 * rem,
        },
      },
      {
        // Above their words: what lies on top is placed first, so no word covers another alert's mark.
        id: 'alerts/point',
        type: 'symbol',
        source: 'alerts',
        layout: {
          'icon-image': ['concat', 'alert:', ['to-string', ['get', 'level']]],
          'icon-size': icon(2.3, rem),
          'icon-allow-overlap': true,
          'icon-padding': 0.1 * rem,
          'symbol-sort-key': ['-', 0, ['get', 'level']],
        },
      },
    ],
  };
}

/** Which ground each alert tints, as filter and colour of a layer. */
export function affectedBy(items: readonly { id: number; level: number }[]) {
  // The worst first: a place with two alerts shows the worse.
  const sorted = [...items].sort((a, b) => a.level - b.level);
  const colours = new Map<number, string>();
  for (const { id, level } of sorted) if (!colours.has(id)) colours.set(id, alertColours[level - 1] ?? alertColours[3]);
  const ids = [...colours.keys()];
  const pairs = ids.flatMap((id) => [id, colours.get(id) ?? '']);
  return {
    filter: ['in', ['id'], ['literal', ids]] as ExpressionSpecification,
    colour: (ids.length === 0
      ? alertColours[3]
      : ['match', ['id'], ...pairs, alertColours[3]]) as unknown as ExpressionSpecification,
  };
}
