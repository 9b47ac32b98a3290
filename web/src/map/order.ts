import { alert } from './layers/alert';
import { baseGreen } from './layers/base_green';
import { baseRail } from './layers/base_rail';
import { baseRaster } from './layers/base_raster';
import { baseRoad } from './layers/base_road';
import { baseWater } from './layers/base_water';
import { building } from './layers/building';
import { community } from './layers/community';
import { compound } from './layers/compound';
import { district } from './layers/district';
import { grid } from './layers/grid';
import { hazard } from './layers/hazard';
import { issue } from './layers/issue';
import { microGrid } from './layers/micro_grid';
import { resourceSite } from './layers/resource_site';
import { street } from './layers/street';
import type { Noun } from './noun';

/** All nouns, in the order of the legend: what happens, what stands, who looks after it, what lies beneath. */
export const nouns: readonly Noun[] = [
  alert,
  hazard,
  issue,
  resourceSite,
  building,
  compound,
  microGrid,
  grid,
  community,
  street,
  district,
  baseRoad,
  baseRail,
  baseWater,
  baseGreen,
  baseRaster,
];

/** Drawing order, bottom first. Every style layer is in this list, and nothing else is (a test says so). */
export const drawingOrder = [
  'base_raster/picture',
  'base_green/fill',
  'base_water/fill',
  'base_water/line',
  'compound/fill',
  'base_road/path',
  'base_road/casing',
  'base_road/fill',
  'base_rail/metro',
  'base_rail/line',
  'base_rail/ties',
  'building/shadow',
  'building/fill',
  'building/line',
  // A tally lies over the ground and its houses like tinted glass; the lines of all levels stay above it.
  'district/tally',
  'street/tally',
  'community/tally',
  'grid/tally',
  'compound/tally',
  'micro_grid/tally',
  'building/tally',
  'mask/fill',
  'mask/fade',
  'compound/line',
  'district/hit',
  'street/hit',
  'community/hit',
  'grid/hit',
  'micro_grid/hit',
  'street/band',
  'district/band',
  'micro_grid/casing',
  'micro_grid/line',
  'grid/casing',
  'grid/line',
  'community/casing',
  'community/line',
  'street/casing',
  'street/line',
  'district/casing',
  'district/line',
  'district/core',
  'building/relief',
  'selected/fill',
  'selected/halo',
  'selected/line',
  'asked/building',
  'asked/compound',
  'asked/fill',
  'asked/halo',
  'asked/line',
  'measure/fill',
  'measure/halo',
  'measure/line',
  'compared/fill',
  'compared/after-halo',
  'compared/after',
  'compared/before-halo',
  'compared/before',
  'self/error',
  'asked/counted',
  'resource_site/dot',
  // Labels: what is placed first wins, and MapLibre places from the top down.
  'base_green/label',
  'base_water/label',
  'base_road/label',
  'mask/paper',
  'building/label',
  'micro_grid/label',
  'grid/label',
  'compound/label',
  'community/label',
  'street/label',
  'district/label',
  'selected/ring',
  'resource_site/cluster',
  'resource_site/count',
  'resource_site/point',
  'issue/cluster',
  'issue/count',
  'issue/point',
  'hazard/cluster',
  'hazard/count',
  'hazard/point',
  'self/dot',
  'asked/point',
  'measure/point',
  'measure/label',
  'compared/words',
  'alert/cluster',
  'alert/point',
] as const;
