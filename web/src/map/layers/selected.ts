import type { AddLayerObject } from 'maplibre-gl';
import { byZoom } from '../noun';
import type { Palette } from '../palette';

/** What the panel is about, drawn from its exact outline above everything that lies on the ground. */
export const selected = (palette: Palette): AddLayerObject[] => [
  {
    id: 'selected/fill',
    type: 'fill',
    source: 'selected',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.09 },
  },
  {
    id: 'selected/halo',
    type: 'line',
    source: 'selected',
    filter: ['==', ['geometry-type'], 'Polygon'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.accentHalo, 'line-width': byZoom([10, 5], [18, 7]), 'line-opacity': 0.9 },
  },
  {
    id: 'selected/line',
    type: 'line',
    source: 'selected',
    filter: ['==', ['geometry-type'], 'Polygon'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.accent, 'line-width': byZoom([10, 2.4], [18, 3.4]) },
  },
  {
    id: 'selected/ring',
    type: 'circle',
    source: 'selected',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 19,
      'circle-color': palette.accent,
      'circle-opacity': 0.14,
      'circle-stroke-color': palette.accent,
      'circle-stroke-width': 3,
    },
  },
];
