import type { AddLayerObject } from 'maplibre-gl';
import { SEMIBOLD } from '../noun';
import type { Palette } from '../palette';

/** A draft on the map 草案对照: dashed as it is, solid as it would be. Told apart by the stroke, whatever the colours. */
export const compared = (palette: Palette): AddLayerObject[] => [
  {
    id: 'compared/fill',
    type: 'fill',
    source: 'compared',
    filter: ['all', ['==', ['get', 'side'], 'after'], ['==', ['geometry-type'], 'Polygon']],
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.1 },
  },
  {
    id: 'compared/after-halo',
    type: 'line',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'after'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.accentHalo, 'line-width': 6, 'line-opacity': 0.9 },
  },
  {
    id: 'compared/after',
    type: 'line',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'after'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.accent, 'line-width': 3 },
  },
  {
    id: 'compared/before-halo',
    type: 'line',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'before'],
    paint: { 'line-color': palette.halo, 'line-width': 4, 'line-opacity': 0.8 },
  },
  {
    id: 'compared/before',
    type: 'line',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'before'],
    paint: { 'line-color': palette.text, 'line-width': 2, 'line-dasharray': [3, 2] },
  },
  {
    id: 'compared/words',
    type: 'symbol',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'words'],
    layout: { 'text-field': ['get', 'words'], 'text-font': SEMIBOLD, 'text-size': 13, 'text-allow-overlap': false },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
  },
];
