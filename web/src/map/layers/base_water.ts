import { byZoom, REGULAR, type Noun } from '../noun';

/** Rivers, canals and lakes 水系. */
export const baseWater: Noun = {
  name: 'base_water',
  group: 'base',
  minZoom: 0,
  legend: (palette) => [{ swatch: { look: 'area', fill: palette.water, line: palette.waterLine } }],
  draw: (palette) => [
    {
      id: 'base_water/fill',
      type: 'fill',
      source: 'base',
      'source-layer': 'base_water',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.water },
    },
    {
      id: 'base_water/line',
      type: 'line',
      source: 'base',
      'source-layer': 'base_water',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.water,
        'line-width': byZoom(
          [10, ['match', ['get', 'class'], ['river'], 1.6, ['canal'], 1, 0.4]],
          [14, ['match', ['get', 'class'], ['river'], 5, ['canal'], 3.4, 1.4]],
          [18, ['match', ['get', 'class'], ['river'], 36, ['canal'], 22, 6]],
        ),
      },
    },
    {
      id: 'base_water/label',
      type: 'symbol',
      source: 'base',
      'source-layer': 'base_water',
      filter: ['all', ['==', ['geometry-type'], 'LineString'], ['!=', ['coalesce', ['get', 'name'], ''], '']],
      minzoom: 13,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': byZoom([13, 10.5], [17, 14]),
        'text-letter-spacing': 0.2,
      },
      paint: { 'text-color': palette.waterText, 'text-halo-color': palette.halo, 'text-halo-width': 1 },
    },
  ],
};
