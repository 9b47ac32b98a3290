import type { AddLayerObject } from 'maplibre-gl';
import type { Palette } from '../palette';

/** Where this device believes it is 我的位置, with the ground its error covers. */
export const self = (palette: Palette): AddLayerObject[] => [
  {
    id: 'self/error',
    type: 'fill',
    source: 'self',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': palette.accent, 'fill-opacity': 0.12, 'fill-outline-color': palette.accent },
  },
  {
    id: 'self/dot',
    type: 'circle',
    source: 'self',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 7,
      'circle-color': palette.accent,
      'circle-stroke-color': palette.accentHalo,
      'circle-stroke-width': 3,
    },
  },
];
