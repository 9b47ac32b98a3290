import type { ExpressionSpecification } from 'maplibre-gl';
import { byZoom, type Noun } from '../noun';

/** A metro mostly runs below a road: it may not cover what one sees there. */
const underground: ExpressionSpecification = ['==', ['coalesce', ['get', 'class'], ''], 'subway'];

/** Railway and metro tracks 轨道. */
export const baseRail: Noun = {
  name: 'base_rail',
  group: 'base',
  minZoom: 10,
  legend: (palette) => [{ swatch: { look: 'line', colour: palette.rail, width: 2.5, dash: '5 3' } }],
  draw: (palette) => [
    {
      id: 'base_rail/metro',
      type: 'line',
      source: 'base',
      'source-layer': 'base_rail',
      filter: underground,
      minzoom: 12,
      paint: {
        'line-color': palette.rail,
        'line-width': byZoom([12, 0.6], [16, 1.6], [18, 2.4]),
        'line-dasharray': [3, 2.5],
      },
    },
    {
      id: 'base_rail/line',
      type: 'line',
      source: 'base',
      'source-layer': 'base_rail',
      minzoom: 10,
      filter: ['!', underground],
      paint: { 'line-color': palette.rail, 'line-width': byZoom([10, 0.5], [14, 1.8], [18, 4]) },
    },
    {
      id: 'base_rail/ties',
      type: 'line',
      source: 'base',
      'source-layer': 'base_rail',
      filter: ['!', underground],
      minzoom: 13,
      paint: {
        'line-color': palette.railGap,
        'line-width': byZoom([13, 0.7], [18, 2.4]),
        'line-dasharray': [4, 4],
      },
    },
  ],
};
