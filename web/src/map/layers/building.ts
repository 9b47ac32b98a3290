import { byZoom, REGULAR, type Noun } from '../noun';

/** Building 楼栋. */
export const building: Noun = {
  name: 'building',
  group: 'property',
  minZoom: 13,
  legend: (palette) => [{ swatch: { look: 'area', fill: palette.building, line: palette.buildingLine } }],
  draw: (palette) => [
    {
      id: 'building/fill',
      type: 'fill',
      source: 'ground',
      'source-layer': 'building',
      minzoom: 13,
      paint: {
        'fill-color': ['case', ['boolean', ['feature-state', 'hover'], false], palette.buildingHover, palette.building],
        'fill-opacity': byZoom([13, 0.5], [15, 1]),
        'fill-antialias': false,
      },
    },
    {
      id: 'building/line',
      type: 'line',
      source: 'ground',
      'source-layer': 'building',
      minzoom: 14.5,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.buildingLine, 'line-width': byZoom([14.5, 0.3], [16, 0.7], [19, 1.2]) },
    },
    {
      id: 'building/label',
      type: 'symbol',
      source: 'ground',
      'source-layer': 'building',
      minzoom: 16.8,
      layout: {
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': REGULAR,
        'text-size': byZoom([16.8, 10], [19, 12.5]),
        'text-max-width': 7,
        'text-padding': 3,
      },
      paint: { 'text-color': palette.buildingText, 'text-halo-color': palette.building, 'text-halo-width': 1.2 },
    },
  ],
};
