import type { LayerName } from '../../api';
import { byZoom, SEMIBOLD, type Drawn } from '../noun';
import type { Palette } from '../palette';
import { pointSourceId, type PointName } from '../sources';

/** A group of points too close to tell apart: a disc that says how many. */
export function cluster(
  name: Extract<LayerName, PointName>,
  colour: string,
  ink: string,
  palette: Palette,
): [Drawn, Drawn] {
  return [
    {
      id: `${name}/cluster`,
      type: 'circle',
      source: pointSourceId(name),
      filter: ['has', 'point_count'],
      paint: {
        'circle-color': colour,
        'circle-radius': ['step', ['get', 'point_count'], 12, 10, 15, 100, 19, 1000, 23],
        'circle-stroke-color': palette.pointEdge,
        'circle-stroke-width': 1.5,
        'circle-opacity': 0.94,
      },
    },
    {
      id: `${name}/count`,
      type: 'symbol',
      source: pointSourceId(name),
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['get', 'point_count_abbreviated'],
        'text-font': SEMIBOLD,
        'text-size': byZoom([10, 11.5], [16, 12.5]),
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': ink },
    },
  ];
}
