import type { LayerName } from '../../api';
import { byZoom, SEMIBOLD, type Drawn } from '../noun';
import type { Palette } from '../palette';
import { pointSourceId, pointSources, type PointName } from '../sources';

/** A group of points too close to tell apart: a disc that says how many. */
export function cluster(
  name: Extract<LayerName, PointName>,
  colour: string,
  ink: string,
  palette: Palette,
  /** Hollow discs step back: for what stands there anyway, not for what happens. */
  hollow = false,
): [Drawn, Drawn] {
  return [
    {
      id: `${name}/cluster`,
      type: 'circle',
      source: pointSourceId(name),
      minzoom: pointSources[name].minZoom,
      filter: ['has', 'point_count'],
      paint: {
        'circle-color': hollow ? palette.halo : colour,
        'circle-radius': hollow
          ? ['step', ['get', 'point_count'], 9, 10, 10.5, 100, 14, 1000, 18]
          : ['step', ['get', 'point_count'], 12, 10, 15, 100, 19, 1000, 23],
        'circle-stroke-color': hollow ? colour : palette.pointEdge,
        'circle-stroke-width': hollow ? 1.2 : 1.5,
        'circle-opacity': hollow ? 0.82 : 0.94,
      },
    },
    {
      id: `${name}/count`,
      type: 'symbol',
      source: pointSourceId(name),
      minzoom: pointSources[name].minZoom,
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['get', 'point_count_abbreviated'],
        'text-font': SEMIBOLD,
        'text-size': hollow ? 11 : byZoom([10, 11.5], [16, 12.5]),
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': hollow ? colour : ink },
    },
  ];
}
