import type { AddLayerObject } from 'maplibre-gl';
import { byZoom } from '../noun';
import type { Palette } from '../palette';

/**
 * What lies beyond the ground we look after, under a veil of plain paper: it is still there to find one's way by, and nobody
 * wonders why nothing stands on it.
 */
export const mask = (palette: Palette): AddLayerObject[] => [
  {
    id: 'mask/fill',
    type: 'fill',
    source: 'mask',
    filter: ['!', ['has', 'fade']],
    paint: { 'fill-color': palette.mask, 'fill-opacity': palette.maskOpacity, 'fill-antialias': false },
  },
  {
    // The edge of the veil is soft, as if the sheet had been printed only so far.
    id: 'mask/fade',
    type: 'line',
    source: 'mask',
    filter: ['!', ['has', 'fade']],
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': palette.maskEdge,
      'line-opacity': 0.16,
      'line-width': byZoom([9, 8], [15, 26], [18, 40]),
      'line-blur': byZoom([9, 6], [15, 20], [18, 32]),
    },
  },
  {
    // Beyond, all fades into plain paper, names of roads too: see fading().
    id: 'mask/paper',
    type: 'fill',
    source: 'mask',
    filter: ['has', 'fade'],
    paint: { 'fill-color': palette.mask, 'fill-opacity': ['get', 'fade'], 'fill-antialias': false },
  },
];
