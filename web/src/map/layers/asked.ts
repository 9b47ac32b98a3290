import type { AddLayerObject, FilterSpecification } from 'maplibre-gl';
import type { Palette } from '../palette';
import { CLUSTER_ZOOM_MAX } from '../sources';

/** From here on nothing shares a disc. */
const SINGLE_FROM = CLUSTER_ZOOM_MAX + 1;
/** Nothing is counted until an answer says what. */
const NOTHING: FilterSpecification = ['boolean', false];

/** The ground of a question 问一块地, and what was counted in it. */
export const asked = (palette: Palette): AddLayerObject[] => [
  {
    id: 'asked/building',
    type: 'fill',
    source: 'ground',
    'source-layer': 'building',
    filter: NOTHING,
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.55 },
  },
  {
    id: 'asked/compound',
    type: 'line',
    source: 'ground',
    'source-layer': 'compound',
    filter: NOTHING,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.accent, 'line-width': 1.6 },
  },
  {
    // Under the badges: a dot while many share a disc, then a ring around each.
    id: 'asked/counted',
    type: 'circle',
    source: 'counted',
    paint: {
      'circle-color': palette.accentHalo,
      'circle-radius': ['step', ['zoom'], 3, SINGLE_FROM, 14],
      'circle-stroke-color': palette.accent,
      'circle-stroke-width': ['step', ['zoom'], 1.8, SINGLE_FROM, 2.6],
    },
  },
  {
    id: 'asked/fill',
    type: 'fill',
    source: 'asked',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.1 },
  },
  {
    id: 'asked/halo',
    type: 'line',
    source: 'asked',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.accentHalo, 'line-width': 6, 'line-opacity': 0.9 },
  },
  {
    id: 'asked/line',
    type: 'line',
    source: 'asked',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.accent, 'line-width': 2.8, 'line-dasharray': [3, 1.6] },
  },
  {
    id: 'asked/point',
    type: 'circle',
    source: 'asked',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 6,
      'circle-color': palette.accentHalo,
      'circle-stroke-color': palette.accent,
      'circle-stroke-width': 2.6,
    },
  },
];

export const COUNTED = ['building', 'compound'] as const;

/** Marks what was counted, by id. */
export const countedFilter = (ids: readonly number[]): FilterSpecification =>
  ids.length ? ['match', ['id'], [...ids], true, false] : NOTHING;
