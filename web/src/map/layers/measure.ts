import type { AddLayerObject } from 'maplibre-gl';
import { SEMIBOLD } from '../noun';
import type { Palette } from '../palette';

/** A measured line or patch 测量: drawn by the reader, kept nowhere. */
export const measure = (palette: Palette): AddLayerObject[] => [
  {
    id: 'measure/fill',
    type: 'fill',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.16 },
  },
  {
    id: 'measure/halo',
    type: 'line',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'LineString'],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.accentHalo, 'line-width': 6, 'line-opacity': 0.9 },
  },
  {
    id: 'measure/line',
    type: 'line',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'LineString'],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.accent, 'line-width': 2.6 },
  },
  {
    id: 'measure/point',
    type: 'circle',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 5,
      'circle-color': palette.accentHalo,
      'circle-stroke-color': palette.accent,
      'circle-stroke-width': 2.4,
    },
  },
  {
    id: 'measure/label',
    type: 'symbol',
    source: 'measure',
    filter: ['has', 'words'],
    layout: {
      'text-field': ['get', 'words'],
      'text-font': SEMIBOLD,
      'text-size': 13,
      'text-anchor': 'left',
      'text-offset': [0.9, 0],
      'text-allow-overlap': true,
    },
    paint: { 'text-color': palette.accent, 'text-halo-color': palette.accentHalo, 'text-halo-width': 2 },
  },
];
