import type { ExpressionSpecification } from 'maplibre-gl';
import type { LayerName } from '../../api';
import { byZoom, SEMIBOLD, type Drawn } from '../noun';
import type { Palette } from '../palette';
import { pointSourceId, pointSources, type PointName } from '../sources';

/** The size of a disc by how many it stands for: fewer than ten, a hundred, a thousand, more. */
const disc = (few: number, tens: number, hundreds: number, more: number): ExpressionSpecification => [
  'step',
  ['get', 'point_count'],
  few,
  10,
  tens,
  100,
  hundreds,
  1000,
  more,
];

/** A group of points too close to tell apart: a disc that says how many. */
export function cluster(
  name: Extract<LayerName, PointName>,
  colour: string,
  ink: string,
  palette: Palette,
  /** Hollow discs step back: for what stands there anyway, not for what happens. */
  hollow = false,
  minZoom: number = pointSources[name].minZoom,
): [Drawn, Drawn] {
  return [
    {
      id: `${name}/cluster`,
      type: 'circle',
      source: pointSourceId(name),
      minzoom: minZoom,
      filter: ['has', 'point_count'],
      paint: {
        'circle-color': hollow ? palette.halo : colour,
        'circle-radius': hollow ? disc(9, 10.5, 14, 18) : byZoom([12, disc(9, 11, 14, 17)], [15, disc(12, 15, 19, 23)]),
        'circle-stroke-color': hollow ? colour : palette.pointEdge,
        'circle-stroke-width': hollow ? 1.2 : 1.5,
        'circle-opacity': hollow ? 0.82 : 0.94,
      },
    },
    {
      id: `${name}/count`,
      type: 'symbol',
      source: pointSourceId(name),
      minzoom: minZoom,
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['get', 'point_count_abbreviated'],
        'text-font': SEMIBOLD,
        'text-size': hollow ? 11 : byZoom([10, 11.5], [16, 12.5]),
        'text-allow-overlap': true,
        // The disc itself keeps no room for itself; its number does, so that names step aside.
        'text-padding': 6,
      },
      paint: { 'text-color': hollow ? colour : ink },
    },
  ];
}
