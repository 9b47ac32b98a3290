import { asideWhenTaken, byZoom, named, SEMIBOLD, type Noun } from '../noun';
import { pointSourceId } from '../sources';
import { tallyFace } from './tally';

/** From afar a street has too many of them: the communities' names stand first. */
const NAMES_FROM = 15.6;

/** Compound 小区/院落: property, so a warm ground of its own, apart from the violet of governance. */
export const compound: Noun = {
  name: 'compound',
  group: 'property',
  minZoom: 12.5,
  legend: (palette) => [
    { swatch: { look: 'area', fill: palette.compound, fillOpacity: 0.22, line: palette.compoundLine } },
  ],
  draw: (palette) => [
    {
      id: 'compound/fill',
      type: 'fill',
      source: 'ground',
      'source-layer': 'compound',
      minzoom: 12.5,
      paint: {
        'fill-color': palette.compound,
        'fill-opacity': ['case', ['boolean', ['feature-state', 'hover'], false], 0.34, 0.2],
        'fill-antialias': false,
      },
    },
    tallyFace('compound', palette, 12.5),
    {
      id: 'compound/line',
      type: 'line',
      source: 'ground',
      'source-layer': 'compound',
      minzoom: 12.5,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': palette.compoundLine,
        'line-width': byZoom([12.5, 0.4], [15, 1], [18, 1.8]),
        'line-opacity': byZoom([12.5, 0.5], [15, 0.9]),
      },
    },
    {
      id: 'compound/label',
      type: 'symbol',
      source: pointSourceId('compound'),
      minzoom: NAMES_FROM,
      layout: {
        'text-field': named,
        'text-font': SEMIBOLD,
        'text-size': byZoom([15.6, 10.5], [18, 14]),
        'text-max-width': 8,
        ...asideWhenTaken,
        'text-padding': 4,
      },
      paint: { 'text-color': palette.compoundText, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 },
    },
  ],
};
