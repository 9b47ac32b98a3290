import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Feature } from 'geojson';
import type { Bbox, ChangeEvent, LayerName, LonLat, ResetEvent } from '../api';
import type { Camera, Subject } from '../model/address';
import { Freshness } from '../model/fresh';
import type { Theme } from '../model/theme.svelte';
import { grown } from '../model/tile';
import { BADGE_RATIO, drawBadge } from './badge';
import { drawingOrder, nouns } from './order';
import { palettes } from './palette';
import { AllPoints, type PointState } from './points';
import { TileRefresh } from './refresh';
import { pointSourceId, type PointName } from './sources';
import { styleOf } from './style';

// Without this the map stays blank: the worker is a file of its own.
setWorkerUrl(workerUrl);

export interface StageOptions {
  container: HTMLElement;
  label: string;
  theme: Theme;
  isShown: (name: LayerName) => boolean;
  extent: Bbox;
  camera: Camera | null;
  /** What of the map lies under something else, for the first look. */
  covered: Covered;
  picked: (subject: Subject | null, at: LonLat) => void;
  moved: (camera: Camera, metersPerPixel: number) => void;
  /** How many points of a noun are loaded. */
  counted: (name: PointName, state: PointState) => void;
  /** The drawing was lost (a driver restart) or is back. */
  drawing: (works: boolean) => void;
  tilesFailed: () => void;
}

/** Pixels on each side of the map that something else covers. */
export interface Covered {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** How far around the map of the place one may look: nothing is drawn beyond it. */
const MARGIN_SHARE = 1.5;
const ZOOM_MAX = 20;
const ZOOM_FIT_MAX = 18;
/** Walls are large; beyond this a canvas is refused by common drivers. */
const CANVAS_MAX: [number, number] = [8192, 8192];
/** A lost WebGL context usually comes back by itself within two seconds. */
const CONTEXT_WAIT_MS = 10_000;
const TILE = /\/tiles\/[^/]+\/(\d+)\/(\d+)\/(\d+)\.mvt$/;
/** A finger is not a needle: this far around the touch counts. */
const TOUCH_PX = 8;

/** What a touch means, first match wins: what happens, what stands, whose ground it is. */
const touchable = [
  'alert',
  'hazard',
  'issue',
  'resource_site',
  'building',
  'compound',
  'micro_grid',
  'grid',
  'community',
  'street',
  'district',
] as const;

/** The style layers that answer a touch: faces, badges and names; not lines, and not what is too small to be meant. */
const touchableLayers = drawingOrder.filter(
  (id) => touchable.some((noun) => id.startsWith(`${noun}/`)) && !/\/(line|band|count|dot)$/.test(id),
);

export function canDraw(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}

/** The one map of a page: made once, never remounted. */
export class Stage {
  readonly map: MapLibreMap;
  readonly #options: StageOptions;
  readonly #fresh = new Freshness();
  readonly #points: AllPoints;
  readonly #refresh: TileRefresh;
  #hovered: { id: number | string; sourceLayer: string } | null = null;
  #hovering = 0;
  #selected: Feature | null = null;

  constructor(options: StageOptions) {
    this.#options = options;
    const { camera } = options;
    this.map = new MapLibreMap({
      container: options.container,
      style: styleOf(options.theme, options.isShown),
      ...(camera
        ? { center: [camera.lon, camera.lat], zoom: camera.zoom, bearing: camera.bearing }
        : { bounds: options.extent, fitBoundsOptions: { padding: options.covered, maxZoom: ZOOM_FIT_MAX } }),
      maxBounds: grown(options.extent, MARGIN_SHARE),
      maxZoom: ZOOM_MAX,
      maxPitch: 0,
      maxCanvasSize: CANVAS_MAX,
      attributionControl: false,
      // The feed says what went stale; a tile kept out of view could not be told.
      maxTileCacheSize: 0,
      refreshExpiredTiles: false,
      fadeDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120,
      transformRequest: (url) => ({ url: this.#stamped(url) }),
      locale: { 'Map.Title': options.label },
    });
    const map = this.map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.#addBadges(options.theme);
    this.#points = new AllPoints(map, options.counted);
    this.#refresh = new TileRefresh(map, this.#fresh);
    map.once('style.load', () => this.#followView());
    map.on('moveend', () => this.#followView());
    map.on('move', () => this.#tellCamera());
    map.on('click', (event) => this.#click(event.point.x, event.point.y, [event.lngLat.lng, event.lngLat.lat]));
    map.on('mousemove', (event) => this.#hoverSoon(event.point.x, event.point.y));
    map.on('mouseout', () => this.#hoverSoon(-1, -1));
    map.on('error', (event) => {
      if ('tile' in event) options.tilesFailed();
    });
    this.#watchContext();
  }

  label(text: string): void {
    this.map.getCanvas().setAttribute('aria-label', text);
  }

  theme(theme: Theme): void {
    this.map.setStyle(styleOf(theme, this.#options.isShown), {
      // What was loaded into the point sources stays; only paint changes.
      transformStyle: (before, after) => ({ ...after, sources: { ...after.sources, ...before?.sources } }),
    });
    this.#addBadges(theme);
  }

  show(name: LayerName, on: boolean): void {
    for (const { id } of this.map.getStyle().layers) {
      if (id.startsWith(`${name}/`)) this.map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
    }
    if (on) this.#followView();
  }

  /** Marks what the panel is about. */
  select(feature: Feature | null): void {
    this.#selected = feature;
    const put = () => {
      const source = this.map.getSource<GeoJSONSource>('selected');
      void source?.setData({ type: 'FeatureCollection', features: this.#selected ? [this.#selected] : [] });
    };
    if (this.map.getSource('selected')) put();
    else this.map.once('style.load', put);
  }

  change(change: ChangeEvent): void {
    this.#refresh.change(change);
    this.#points.changed(change.layers, change.envelope);
  }

  reset(reset: ResetEvent): void {
    this.#refresh.reset(reset);
    this.#points.changed(reset.layers?.length ? reset.layers : null, reset.envelope ?? null);
  }

  /** After an outage, or once signed in again: whatever may have been missed. */
  restored(): void {
    this.#refresh.everything();
    this.#points.changed(null, null);
    this.#followView();
  }

  retryTiles(): void {
    this.#refresh.everything();
    this.#followView();
  }

  /** The map of the place may have grown (a new import). */
  bound(extent: Bbox): void {
    this.map.setMaxBounds(grown(extent, MARGIN_SHARE));
  }

  /** Brings an extent into the part of the map that no panel covers. */
  fit(box: Bbox, padding: Covered): void {
    const camera = this.map.cameraForBounds(box, { padding, maxZoom: ZOOM_FIT_MAX });
    if (camera) this.#go(camera);
  }

  go({ zoom, lon, lat, bearing }: Camera): void {
    this.#go({ center: [lon, lat], zoom, bearing });
  }

  zoomBy(steps: number): void {
    this.#go({ zoom: this.map.getZoom() + steps });
  }

  /** Is the extent in sight, and large enough to be looked at? */
  sees(box: Bbox): boolean {
    const view = this.#view();
    return box[0] >= view[0] && box[1] >= view[1] && box[2] <= view[2] && box[3] <= view[3];
  }

  remove(): void {
    cancelAnimationFrame(this.#hovering);
    this.#points.stop();
    this.map.remove();
  }

  #go(camera: { center?: unknown; zoom?: number; bearing?: number }): void {
    // easeTo itself becomes a jump under prefers-reduced-motion.
    this.map.easeTo({ ...(camera as object), duration: 500 });
  }

  #view(): Bbox {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  #followView(): void {
    this.#tellCamera();
    this.#points.follow(this.#view(), this.map.getZoom(), this.#options.isShown);
  }

  #tellCamera(): void {
    const { lng, lat } = this.map.getCenter();
    const zoom = this.map.getZoom();
    const metersPerPixel = (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
    this.#options.moved({ zoom, lon: lng, lat, bearing: this.map.getBearing() }, metersPerPixel);
  }

  #stamped(url: string): string {
    const match = TILE.exec(url);
    if (!match) return url;
    const [, z, x, y] = match.map(Number);
    const seq = this.#fresh.needed({ z: z ?? 0, x: x ?? 0, y: y ?? 0 });
    return seq === null ? url : `${url}?seq=${seq}`;
  }

  #addBadges(theme: Theme): void {
    for (const noun of nouns) {
      for (const badge of noun.badges?.(palettes[theme]) ?? []) {
        const image = drawBadge(badge);
        if (!image) continue;
        if (this.map.hasImage(badge.name)) this.map.updateImage(badge.name, image);
        else this.map.addImage(badge.name, image, { pixelRatio: BADGE_RATIO });
      }
    }
  }

  /** What lies at a pixel, as a touch means it; `around` widens the pixel. */
  #featureAt(x: number, y: number, around: number): MapGeoJSONFeature | null {
    // Not "is everything loaded": one may touch what is there while the rest is still coming.
    if (!this.map.getSource('ground')) return null;
    const found = this.map.queryRenderedFeatures(
      [
        [x - around, y - around],
        [x + around, y + around],
      ],
      { layers: touchableLayers },
    );
    // A name that was touched is meant, whatever lies beneath it.
    const label = around === 0 ? found.find(({ layer }) => layer.id.endsWith('/label')) : undefined;
    if (label) return label;
    for (const noun of touchable) {
      const hit = found.find(({ layer }) => layer.id.startsWith(`${noun}/`) && !layer.id.endsWith('/label'));
      if (hit) return hit;
    }
    return null;
  }

  #click(x: number, y: number, at: LonLat): void {
    // A point may be missed by a little; ground may not.
    const near = this.#featureAt(x, y, TOUCH_PX);
    const hit = near?.geometry.type === 'Point' ? near : this.#featureAt(x, y, 0);
    if (!hit) {
      this.#options.picked(null, at);
      return;
    }
    const noun = hit.layer.id.split('/')[0] as (typeof touchable)[number];
    if (hit.properties['cluster'] === true) {
      void this.#open(noun as PointName, hit);
      return;
    }
    const id = Number(hit.id ?? hit.properties['id']);
    if (noun === 'alert' || noun === 'hazard' || noun === 'issue') {
      this.#options.picked({ what: 'matter', kind: noun, id }, at);
    } else {
      this.#options.picked({ what: 'place', id }, at);
    }
  }

  /** A group that was touched opens by zooming in just far enough. */
  async #open(noun: PointName, group: MapGeoJSONFeature): Promise<void> {
    const source = this.map.getSource<GeoJSONSource>(pointSourceId(noun));
    if (!source || group.geometry.type !== 'Point') return;
    const zoom = await source.getClusterExpansionZoom(Number(group.properties['cluster_id']));
    this.#go({ center: group.geometry.coordinates, zoom: Math.min(zoom + 0.2, ZOOM_MAX) });
  }

  /** Once a frame is enough: asking what lies under the pointer is not free. */
  #hoverSoon(x: number, y: number): void {
    if (this.#hovering) cancelAnimationFrame(this.#hovering);
    this.#hovering = requestAnimationFrame(() => this.#hover(x, y));
  }

  #hover(x: number, y: number): void {
    const hit = x < 0 ? null : this.#featureAt(x, y, 0);
    this.map.getCanvas().style.cursor = hit ? 'pointer' : '';
    const sourceLayer = hit?.sourceLayer;
    const next =
      hit?.id !== undefined && (sourceLayer === 'building' || sourceLayer === 'compound')
        ? { id: hit.id, sourceLayer }
        : null;
    if (next?.id === this.#hovered?.id) return;
    if (this.#hovered) this.map.setFeatureState({ source: 'ground', ...this.#hovered }, { hover: false });
    if (next) this.map.setFeatureState({ source: 'ground', ...next }, { hover: true });
    this.#hovered = next;
  }

  /** MapLibre rebuilds itself when the context comes back; if it does not come, only a fresh page helps. */
  #watchContext(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.map.on('webglcontextlost', () => {
      this.#options.drawing(false);
      timer = setTimeout(() => location.reload(), CONTEXT_WAIT_MS);
    });
    this.map.on('webglcontextrestored', () => {
      clearTimeout(timer);
      this.#hovered = null;
      this.#options.drawing(true);
    });
  }
}
