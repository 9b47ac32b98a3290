import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Feature, FeatureCollection } from 'geojson';
import type { Bbox, ChangeEvent, LayerName, LonLat, ResetEvent } from '../api';
import type { Camera, Subject } from '../model/address';
import { Freshness } from '../model/fresh';
import type { Theme } from '../model/theme.svelte';
import { grown, type Tile } from '../model/tile';
import { addBadges } from './badges';
import { COUNTED, countedFilter } from './layers/asked';
import { onMissed, tellPictures } from './pictures';
import { AllPoints, type PointState } from './points';
import { TileRefresh } from './refresh';
import type { PointName, SketchName } from './sources';
import { onWish, styleOf } from './style';
import { TintBrush, type Tint } from './tint';
import { Touch, type Hand } from './touch';

// Without this the map stays blank: the worker is a file of its own.
setWorkerUrl(workerUrl);
tellPictures();

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
  /** Pictures of the external base map did not come, or all did at last. */
  picturesMissing: (missing: boolean) => void;
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
/** Houses that stand up are looked at aslant; steeper than this the far ones hide what one wants to read. */
const PITCH_RELIEF = 48;
/** Walls are large; beyond this a canvas is refused by common drivers. */
const CANVAS_MAX: [number, number] = [8192, 8192];
/** A lost WebGL context usually comes back by itself within two seconds. */
const CONTEXT_WAIT_MS = 10_000;
const TILE = /\/tiles\/[^/]+\/(\d+)\/(\d+)\/(\d+)\.mvt$/;
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
  readonly #touch: Touch;
  readonly #tint: TintBrush;
  #relief = false;
  /** Pictures that came with holes, by their address. */
  readonly #missed = new Map<string, Tile>();
  readonly #stopMissed: () => void;
  /** What was last put into the sources that hold no map of their own. */
  readonly #drawn = new Map<SketchName, FeatureCollection>();
  #counted: Partial<Record<string, readonly number[]>> = {};

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
      maxPitch: PITCH_RELIEF,
      pitchWithRotate: false,
      touchPitch: false,
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
    addBadges(map, options.theme);
    this.#points = new AllPoints(map, options.counted, (features) => this.sketch('counted', features));
    this.#refresh = new TileRefresh(map, this.#fresh);
    this.#tint = new TintBrush(map);
    map.once('style.load', () => this.#followView());
    // The budget of the first look is measured from outside.
    map.once('idle', () => performance.mark('map idle'));
    map.on('moveend', () => this.#followView());
    map.on('move', () => this.#tellCamera());
    this.#touch = new Touch(map, { picked: options.picked, go: (camera) => this.#go(camera) }, ZOOM_MAX);
    this.#stopMissed = onMissed((tile) => {
      this.#missed.set(`${tile.z}/${tile.x}/${tile.y}`, tile);
      options.picturesMissing(true);
    });
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
    addBadges(this.map, theme);
    this.#showRelief();
    this.#tint.again();
    this.mark(this.#counted);
  }

  show(name: LayerName, on: boolean): void {
    for (const { id } of this.map.getStyle().layers) {
      if (id.startsWith(`${name}/`) && !onWish.test(id))
        this.map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
    }
    if (on) this.#followView();
  }

  /** Lets houses stand up 立体, or lays them flat again. */
  relief(on: boolean): void {
    this.#relief = on;
    this.#showRelief();
    this.map.easeTo({ pitch: on ? PITCH_RELIEF : 0, duration: 500 });
  }

  /** Colours a level by the class of each of its places; null takes all colour away. */
  tally(tint: Tint | null, words: ReadonlyMap<number, string>): void {
    this.#tint.paint(tint);
    this.#points.note(tint && { level: tint.level, words });
  }

  /** Which resource sites the topic is about. */
  sites(categories: readonly string[] | null): void {
    this.#points.sites(categories);
  }

  /** Gives the pointer to a tool, or back to the map. */
  take(hand: Hand | null): void {
    this.#touch.take(hand);
  }

  /** Marks what the panel is about. */
  select(feature: Feature | null): void {
    this.sketch('selected', feature ? [feature] : []);
  }

  /** Shows features that are not of the map itself: what is selected, what a tool draws. */
  sketch(name: SketchName, features: Feature[]): void {
    const put = () => {
      const drawn = this.#drawn.get(name);
      if (drawn) void this.map.getSource<GeoJSONSource>(name)?.setData(drawn);
    };
    this.#drawn.set(name, { type: 'FeatureCollection', features });
    if (this.map.getSource(name)) put();
    else this.map.once('style.load', put);
  }

  /** Marks what an answer counted. */
  mark(counted: Partial<Record<string, readonly number[]>>): void {
    this.#counted = counted;
    this.#points.count(counted);
    const put = () => {
      for (const layer of COUNTED) this.map.setFilter(`asked/${layer}`, countedFilter(this.#counted[layer] ?? []));
    };
    if (this.map.getLayer('asked/building')) put();
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

  /** Asks once more for the pictures that did not come. */
  retryPictures(): void {
    const missed = [...this.#missed.values()];
    this.#missed.clear();
    if (missed.length) this.map.refreshTiles('base_raster', missed);
    this.map.once('idle', () => this.#options.picturesMissing(this.#missed.size > 0));
    this.map.triggerRepaint();
  }

  /** The map of the place may have grown (a new import). */
  bound(extent: Bbox): void {
    this.map.setMaxBounds(grown(extent, MARGIN_SHARE));
  }

  /** Brings an extent into the part of the map that no panel covers. */
  fit(box: Bbox, padding: Covered, maxZoom = ZOOM_FIT_MAX): void {
    const camera = this.map.cameraForBounds(box, { padding, maxZoom });
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

  /** What is drawn now, as a canvas that keeps it: the map's own forgets its pixels once they were shown. */
  snapshot(): { canvas: HTMLCanvasElement; ratio: number } {
    const own = this.map.getCanvas();
    const canvas = document.createElement('canvas');
    canvas.width = own.width;
    canvas.height = own.height;
    this.map.redraw();
    canvas.getContext('2d')?.drawImage(own, 0, 0);
    return { canvas, ratio: own.width / Math.max(1, own.clientWidth) };
  }

  /** Where the middle of the map is; what a tool without a pointer means by "here". */
  middle(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  /** The part of the earth one may look at. */
  get bounds(): Bbox | null {
    const bounds = this.map.getMaxBounds();
    return bounds && [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  remove(): void {
    this.#stopMissed();
    this.#touch.stop();
    this.#points.stop();
    this.map.remove();
  }

  #go(camera: { center?: unknown; zoom?: number; bearing?: number }): void {
    // easeTo itself becomes a jump under prefers-reduced-motion.
    this.map.easeTo({ ...(camera as object), duration: 500 });
  }

  #showRelief(): void {
    const put = () => this.map.setLayoutProperty('building/relief', 'visibility', this.#relief ? 'visible' : 'none');
    if (this.map.getLayer('building/relief')) put();
    else this.map.once('style.load', put);
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

  /** MapLibre rebuilds itself when the context comes back; if it does not come, only a fresh page helps. */
  #watchContext(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.map.on('webglcontextlost', () => {
      this.#options.drawing(false);
      timer = setTimeout(() => location.reload(), CONTEXT_WAIT_MS);
    });
    this.map.on('webglcontextrestored', () => {
      clearTimeout(timer);
      this.#touch.forget();
      this.#tint.again();
      this.#options.drawing(true);
    });
  }
}
