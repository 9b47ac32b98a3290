import type { AddLayerObject } from 'maplibre-gl';
import { SEMIBOLD } from '../noun';
import type { Palette } from '../palette';

/**
 * Two outlines of one place 边界对照: a draft beside what is in force, or what was once in force beside what is selected. The
 * earlier one is dashed, the later solid: told apart by the stroke, whatever the colours. What was once in force has no halo:
 * it would hide the solid line where both run the same way.
 */
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
    filter: ['match', ['get', 'side'], ['before', 'past'], true, false],
    paint: { 'line-color': palette.text, 'line-width': 2, 'line-dasharray': [3, 2] },
  },
  {
    id: 'compared/words',
    type: 'symbol',
    source: 'compared',
    filter: ['==', ['get', 'side'], 'words'],
    layout: {
      'text-field': ['get', 'words'],
      'text-font': SEMIBOLD,
      'text-size': 13,
      'text-anchor': ['coalesce', ['get', 'anchor'], 'center'],
      'text-allow-overlap': false,
    },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
  },
];
