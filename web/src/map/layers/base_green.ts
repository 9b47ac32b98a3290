import { byZoom, REGULAR, type Noun } from '../noun';

/** Parks, lawns and woods 绿地. */
export const baseGreen: Noun = {
  name: 'base_green',
  group: 'base',
  minZoom: 0,
  legend: (palette) => [{ swatch: { look: 'area', fill: palette.green, line: palette.green } }],
  draw: (palette) => [
    {
      id: 'base_green/fill',
      type: 'fill',
      source: 'base',
      'source-layer': 'base_green',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.green, 'fill-antialias': true },
    },
    {
      id: 'base_green/label',
      type: 'symbol',
      source: 'base',
      'source-layer': 'base_green',
      filter: ['all', ['==', ['geometry-type'], 'Polygon'], ['!=', ['coalesce', ['get', 'name'], ''], '']],
      minzoom: 15,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': byZoom([15, 10], [18, 13]),
        'text-max-width': 7,
        'text-padding': 8,
      },
      paint: { 'text-color': palette.greenText, 'text-halo-color': palette.halo, 'text-halo-width': 1.2 },
    },
  ],
};
