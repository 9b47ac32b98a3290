import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Feature, Geometry, Point, Position } from 'geojson';
import {
  bearer,
  namesWithin,
  type Bbox,
  type ChangeEvent,
  type LonLat,
  type PlaceKind,
  type ResetEvent,
  type WallAnswer,
} from '../../api';
import { Freshness } from '../../model/fresh';
import { innerPoint } from '../../model/shape';
import { levelOf, waits } from '../../model/wall/arrange';
import { drawBadge } from '../badge';
import { alertBadge } from '../layers/alert';
import { hazardBadge } from '../layers/hazard';
import { inLines } from '../lines';
import { TileRefresh } from '../refresh';
import { wallPalette } from './palette';
import { AFFECTED, affectedBy, wallStyle, type WallSource } from './style';

setWorkerUrl(workerUrl);

/** Walls are large; beyond this a canvas is refused by common drivers. */
const CANVAS_MAX: [number, number] = [8192, 8192];
const ZOOM_MAX = 19;
/** Pixels per pixel of a badge: an alert is 2.3 rem wide, 92 device pixels on a 4K wall. */
const BADGE_RATIO = 6;
/** Around the place on all sides. */
const PADDING_REM = 1.6;
/** About 1 Hz, stepped: half a second on, half a second off. */
const FLASH_MS = 500;
/** Somebody with a mouse may look around; then the wall goes home. */
const HOME_AFTER_MS = 60_000;
/** This share of the map, at its right, has no room for words that begin there. */
const EAST_SHARE = 0.3;
const NAMES_MAX = 200;
const TILE = /\/tiles\/[^/]+\/(\d+)\/(\d+)\/(\d+)\.mvt$/;

export interface WallStageOptions {
  container: HTMLElement;
  label: string;
  place: number;
  kind: PlaceKind;
  extent: Bbox;
  rem: number;
  /** The drawing was lost (a driver restart) or is back. */
  drawing: (works: boolean) => void;
}

/** Which level's boundaries and names tell where something is, on the wall of a place of this kind. */
export function levelBelow(kind: PlaceKind): 'community' | 'grid' | 'micro_grid' {
  if (kind === 'community') return 'grid';
  if (kind === 'district' || kind === 'street') return 'community';
  return 'micro_grid';
}

const point = (id: number, [lon, lat]: LonLat, properties: Record<string, unknown>): Feature<Point> => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties,
});

/** The one map of a wall: made once, framed on its place, told each answer. */
export class WallStage {
  readonly map: MapLibreMap;
  readonly #options: WallStageOptions;
  readonly #fresh = new Freshness();
  readonly #refresh: TileRefresh;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #rem: number;
  #answer: WallAnswer | null = null;
  #outline: Geometry | null = null;
  #names: Feature<Point>[] = [];
  #life = new AbortController();
  #flash: ReturnType<typeof setInterval> | undefined;
  #lit = true;
  #home: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WallStageOptions) {
    this.#options = options;
    this.#rem = options.rem;
    this.map = new MapLibreMap({
      container: options.container,
      style: wallStyle(options.rem, levelBelow(options.kind)),
      bounds: options.extent,
      fitBoundsOptions: { padding: PADDING_REM * options.rem, maxZoom: ZOOM_MAX },
      maxZoom: ZOOM_MAX,
      maxPitch: 0,
      maxCanvasSize: CANVAS_MAX,
      attributionControl: false,
      // The feed says what went stale; a tile kept out of view could not be told.
      maxTileCacheSize: 0,
      refreshExpiredTiles: false,
      fadeDuration: 0,
      dragRotate: false,
      transformRequest: (url) => this.#request(url),
      locale: { 'Map.Title': options.label },
    });
    const { map } = this;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.#refresh = new TileRefresh(map, this.#fresh);
    this.#addBadges();
    map.on('style.load', () => this.#tell());
    map.on('resize', () => this.home());
    map.on('movestart', (event) => {
      if (event.originalEvent) this.#goHomeLater();
    });
    map.on('webglcontextlost', () => options.drawing(false));
    map.on('webglcontextrestored', () => {
      this.#restyle();
      options.drawing(true);
    });
    // Without a listener each answer that is none would be a line in the console of a screen that runs for weeks; the link and the
    // age of the figures say on the wall what is wrong.
    map.on('error', ({ error }) => {
      if (!('status' in error)) reportError(error);
    });
    void this.#readNames();
    this.#flash = setInterval(() => this.#blink(), FLASH_MS);
  }

  show(answer: WallAnswer): void {
    this.#answer = answer;
    this.#tell();
  }

  frame(outline: Geometry): void {
    this.#outline = outline;
    this.#tell();
  }

  /** Another measure: everything in another size. */
  measure(rem: number): void {
    if (rem === this.#rem) return;
    this.#rem = rem;
    this.#restyle();
    this.home();
  }

  label(text: string): void {
    this.map.getCanvas().setAttribute('aria-label', text);
  }

  home(): void {
    clearTimeout(this.#home);
    const camera = this.map.cameraForBounds(this.#options.extent, {
      padding: PADDING_REM * this.#rem,
      maxZoom: ZOOM_MAX,
    });
    if (camera) this.map.jumpTo(camera);
  }

  change(change: ChangeEvent): void {
    this.#refresh.change(change);
    if (change.layers.includes(levelBelow(this.#options.kind))) void this.#readNames();
  }

  reset(reset: ResetEvent): void {
    this.#refresh.reset(reset);
    void this.#readNames();
  }

  restored(): void {
    this.#refresh.everything();
    void this.#readNames();
  }

  remove(): void {
    this.#life.abort();
    clearInterval(this.#flash);
    clearTimeout(this.#home);
    this.map.remove();
  }

  #goHomeLater(): void {
    clearTimeout(this.#home);
    this.#home = setTimeout(() => this.home(), HOME_AFTER_MS);
  }

  #request(url: string): { url: string; headers?: Record<string, string> } {
    const match = TILE.exec(url);
    if (!match) return { url };
    const [, z, x, y] = match.map(Number);
    const seq = this.#fresh.needed({ z: z ?? 0, x: x ?? 0, y: y ?? 0 });
    return { url: seq === null ? url : `${url}?seq=${seq}`, headers: bearer.headers };
  }

  #restyle(): void {
    this.map.setStyle(wallStyle(this.#rem, levelBelow(this.#options.kind)), { diff: false });
    this.#addBadges();
  }

  #addBadges(): void {
    const add = () => {
      for (const badge of [...[1, 2, 3, 4].map(alertBadge), hazardBadge(wallPalette)]) {
        const image = drawBadge(badge, BADGE_RATIO);
        if (image && !this.map.hasImage(badge.name)) this.map.addImage(badge.name, image, { pixelRatio: BADGE_RATIO });
      }
    };
    if (this.map.isStyleLoaded()) add();
    else this.map.once('style.load', add);
  }

  #put(source: WallSource, features: Feature[]): void {
    void this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features });
  }

  #tell(): void {
    // Before the style is there nothing can be told; it asks for everything when it is.
    if (!this.map.getSource('alerts')) return;
    this.#put('names', this.#names);
    if (this.#outline) this.#put('place', surroundings(this.#outline));
    const answer = this.#answer;
    if (!answer) return;
    this.#put(
      'issues',
      answer.issues.items.map(({ id, point: at }) => point(id, at, {})),
    );
    this.#put(
      'hazards',
      answer.hazards.items.map(({ id, point: at }) => point(id, at, {})),
    );
    const bounds = this.map.getBounds();
    const eastern = bounds.getEast() - (bounds.getEast() - bounds.getWest()) * EAST_SHARE;
    this.#put(
      'alerts',
      answer.alerts.items.map((alert) =>
        point(alert.id, alert.point, {
          level: levelOf(alert),
          title: inLines(alert.title),
          waits: waits(alert) ? 1 : 0,
          east: alert.point[0] > eastern ? 1 : 0,
        }),
      ),
    );
    for (const kind of AFFECTED) {
      const items = answer.alerts.items.flatMap((alert) =>
        alert.place?.kind === kind ? [{ id: alert.place.id, level: levelOf(alert) }] : [],
      );
      const { filter, colour } = affectedBy(items);
      this.map.setFilter(`affected/${kind}`, filter);
      this.map.setFilter(`affected/${kind}/line`, filter);
      this.map.setPaintProperty(`affected/${kind}`, 'fill-color', colour);
      this.map.setPaintProperty(`affected/${kind}/line`, 'line-color', colour);
    }
  }

  /** Only what nobody has acknowledged flashes, and for those who asked for calm it stands lit. */
  #blink(): void {
    const waiting = this.#answer?.alerts.items.some(waits) ?? false;
    const lit = !waiting || this.#calm.matches || !this.#lit;
    if (lit === this.#lit || !this.map.getLayer('alerts/ring')) return;
    this.#lit = lit;
    this.map.setPaintProperty('alerts/ring', 'circle-opacity', lit ? 0.28 : 0);
    this.map.setPaintProperty('alerts/ring', 'circle-stroke-opacity', lit ? 1 : 0);
  }

  async #readNames(): Promise<void> {
    try {
      const { place, kind } = this.#options;
      const list = await namesWithin(place, levelBelow(kind), NAMES_MAX, this.#life.signal);
      this.#names = list.features.flatMap(({ id, geometry, properties }) => {
        const at = geometry && innerPoint(geometry);
        return at ? [point(id, at, { name: properties.name })] : [];
      });
      this.#tell();
    } catch {
      // A map without names still shows where something is; they are read again when the link is back.
    }
  }
}

const WORLD: Position[] = [
  [-180, -85],
  [180, -85],
  [180, 85],
  [-180, 85],
  [-180, -85],
];

/** The edge of the place, and everything outside it, which steps back. */
function surroundings(outline: Geometry): Feature[] {
  const polygons =
    outline.type === 'Polygon' ? [outline.coordinates] : outline.type === 'MultiPolygon' ? outline.coordinates : [];
  if (polygons.length === 0) return [];
  const outer = polygons.flatMap(([ring]) => (ring ? [ring] : []));
  return [
    { type: 'Feature', properties: { part: 'outside' }, geometry: { type: 'Polygon', coordinates: [WORLD, ...outer] } },
    { type: 'Feature', properties: { part: 'edge' }, geometry: { type: 'MultiPolygon', coordinates: polygons } },
  ];
}

export function canDraw(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}
