import type { SourceSpecification } from 'maplibre-gl';
import type { LayerName } from '../api';
import { session } from '../model/session.svelte';

/** Zoom from which the server gives a layer and up to which it is cut; beyond, tiles are stretched. */
export const TILE_ZOOM_MAX = 16;

/** One composite source per group: a screen of tiles costs one request each, not one for every layer. */
export const GROUND = ['district', 'street', 'community', 'grid', 'micro_grid', 'compound', 'building'] as const;
export const BASE = ['base_green', 'base_water', 'base_road', 'base_rail'] as const;

export type TileSource = 'ground' | 'base';
export const tileSources: Record<TileSource, readonly LayerName[]> = { ground: GROUND, base: BASE };

function tiled(layers: readonly LayerName[]): SourceSpecification {
  return {
    type: 'vector',
    tiles: [`${location.origin}/tiles/${layers.join(',')}/{z}/{x}/{y}.mvt`],
    minzoom: 0,
    maxzoom: TILE_ZOOM_MAX,
  };
}

const EMPTY = { type: 'FeatureCollection' as const, features: [] };

const plain: SourceSpecification = { type: 'geojson', data: EMPTY };
const CLUSTER_RADIUS_PX = 42;
export const CLUSTER_ZOOM_MAX = 16;
const clustered: SourceSpecification = {
  type: 'geojson',
  data: EMPTY,
  cluster: true,
  clusterRadius: CLUSTER_RADIUS_PX,
  clusterMaxZoom: CLUSTER_ZOOM_MAX,
};

/** Points that are asked for as GeoJSON and kept up to date from the feed. */
export const pointSources = {
  resource_site: { spec: clustered, minZoom: 14 },
  hazard: { spec: clustered, minZoom: 0 },
  issue: { spec: clustered, minZoom: 0 },
  alert: {
    // Grouped alerts show the worst of them: level 1 is the worst.
    spec: {
      ...clustered,
      clusterProperties: { worst: ['min', ['coalesce', ['get', 'level'], 4]] },
    } as SourceSpecification,
    minZoom: 0,
  },
  // Names are drawn from points, not from tiles: a polygon cut by tiles would carry its name once in each of them.
  district: { spec: plain, minZoom: 0 },
  street: { spec: plain, minZoom: 9 },
  community: { spec: plain, minZoom: 11.5 },
  grid: { spec: plain, minZoom: 15 },
  compound: { spec: plain, minZoom: 15 },
  micro_grid: { spec: plain, minZoom: 16 },
} as const satisfies Partial<Record<LayerName, { spec: SourceSpecification; minZoom: number }>>;

export type PointName = keyof typeof pointSources;
export const POINT_NAMES = Object.keys(pointSources) as PointName[];
export const pointSourceId = (name: PointName) => `${name}-points`;

/** What is drawn over the map and is not of it: the selected place, the asked ground and what was counted there, the mask, a measured line. */
export const SKETCHES = ['mask', 'selected', 'asked', 'counted', 'measure', 'compared', 'self'] as const;
export type SketchName = (typeof SKETCHES)[number];

/** Pictures of somebody else's map come by a way of their own: see pictures.ts. */
export const PICTURE_SCHEME = 'picture';
export const PICTURE_PX = 256;

function pictures(): SourceSpecification {
  const base = session.me?.base;
  return {
    type: 'raster',
    tiles: [`${PICTURE_SCHEME}://{z}/{x}/{y}`],
    tileSize: PICTURE_PX,
    minzoom: base?.min_zoom ?? 0,
    maxzoom: base?.max_zoom ?? 0,
  };
}

export function allSources(): Record<string, SourceSpecification> {
  const sources: Record<string, SourceSpecification> = {};
  for (const name of SKETCHES) sources[name] = plain;
  for (const name of Object.keys(tileSources) as TileSource[]) sources[name] = tiled(tileSources[name]);
  sources['base_raster'] = pictures();
  for (const name of POINT_NAMES) sources[pointSourceId(name)] = pointSources[name].spec;
  return sources;
}
