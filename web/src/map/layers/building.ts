import { byZoom, REGULAR, type Noun } from '../noun';
import { tallyColour, tallyFace } from './tally';

/** From here on a house is large enough to cast a shadow, and to stand up. */
const SHADOW_FROM = 15.2;
export const RELIEF_FROM = 15.5;
const METERS_PER_FLOOR = 3;

/** Building 楼栋. */
export const building: Noun = {
  name: 'building',
  group: 'property',
  minZoom: 13,
  legend: (palette) => [{ swatch: { look: 'area', fill: palette.building, line: palette.buildingLine } }],
  draw: (palette) => [
    {
      id: 'building/shadow',
      type: 'fill',
      source: 'ground',
      'source-layer': 'building',
      minzoom: SHADOW_FROM,
      paint: {
        'fill-color': palette.buildingShadow,
        'fill-opacity': byZoom([SHADOW_FROM, 0], [16.2, 0.55]),
        // The light comes from the upper left, as on every drawn map.
        'fill-translate': [
          'interpolate',
          ['linear'],
          ['zoom'],
          SHADOW_FROM,
          ['literal', [0.4, 0.6]],
          19,
          ['literal', [3.2, 4.6]],
        ],
        'fill-antialias': false,
      },
    },
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
    tallyFace('building', palette, 13),
    {
      // 2.5D 立体楼栋: only while somebody wants it, for it costs a weak device dearly.
      id: 'building/relief',
      type: 'fill-extrusion',
      source: 'ground',
      'source-layer': 'building',
      minzoom: RELIEF_FROM,
      paint: {
        'fill-extrusion-color': tallyColour(palette, palette.buildingWall),
        // A house whose floors nobody recorded stands one floor high.
        'fill-extrusion-height': ['*', METERS_PER_FLOOR, ['max', 1, ['coalesce', ['get', 'floors'], 1]]],
        'fill-extrusion-opacity': 0.92,
        'fill-extrusion-vertical-gradient': true,
      },
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
        // A number steps aside for what stands on the house.
        'text-variable-anchor-offset': ['center', [0, 0], 'top', [0, 1.3], 'bottom', [0, -1.3]],
        'text-padding': 3,
      },
      paint: { 'text-color': palette.buildingText, 'text-halo-color': palette.building, 'text-halo-width': 1.2 },
    },
  ],
};
