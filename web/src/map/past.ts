import { Map as MapLibreMap, type GeoJSONSource } from 'maplibre-gl';
import type { Bbox, LayerName } from '../api';
import { isMatterLayer } from '../model/shown.svelte';
import type { Theme } from '../model/theme.svelte';
import { outside } from '../model/veil';
import { addBadges } from './badges';
import { AllPoints } from './points';
import { styleOf } from './style';
import { TintBrush, type Tint } from './tint';

const TILE = /\/tiles\/[^/]+\/\d+\/\d+\/\d+\.mvt$/;

export interface PastOptions {
  container: HTMLElement;
  /** The map of now, whose view this one keeps. */
  beside: MapLibreMap;
  day: string;
  theme: Theme;
  isShown: (name: LayerName) => boolean;
}

/**
 * The map as it stood on a day gone by 往日地图, laid over the map of now while two dates are compared. It cannot be touched:
 * it goes where the other goes. Matters are left out, for what is open today was not open then.
 */
export class PastStage {
  readonly #map: MapLibreMap;
  readonly #points: AllPoints;
  readonly #tint: TintBrush;
  readonly #beside: MapLibreMap;
  readonly #isShown: (name: LayerName) => boolean;
  readonly #follow = () => this.#jump();

  constructor({ container, beside, day, theme, isShown }: PastOptions) {
    this.#beside = beside;
    this.#isShown = (name) => isShown(name) && !isMatterLayer(name);
    this.#map = new MapLibreMap({
      container,
      style: styleOf(theme, this.#isShown),
      center: beside.getCenter(),
      zoom: beside.getZoom(),
      bearing: beside.getBearing(),
      pitch: beside.getPitch(),
      maxPitch: beside.getMaxPitch(),
      maxZoom: beside.getMaxZoom(),
      interactive: false,
      attributionControl: false,
      maxTileCacheSize: 0,
      fadeDuration: 0,
      transformRequest: (url) => ({ url: TILE.test(url) ? `${url}?at=${day}&known=${day}` : url }),
    });
    // What cannot be touched need not be named: the slider says what this is.
    this.#map.getCanvas().setAttribute('aria-hidden', 'true');
    this.#map.getCanvas().removeAttribute('tabindex');
    addBadges(this.#map, theme);
    this.#points = new AllPoints(
      this.#map,
      () => undefined,
      () => undefined,
      day,
    );
    this.#tint = new TintBrush(this.#map);
    this.#map.once('style.load', () => {
      this.#look();
      void this.#veil(day);
    });
    this.#map.on('moveend', () => this.#look());
    beside.on('move', this.#follow);
    beside.on('resize', this.#follow);
  }

  tally(tint: Tint | null, words: ReadonlyMap<number, string>): void {
    this.#tint.paint(tint);
    this.#points.note(tint && { level: tint.level, words });
  }

  sites(categories: readonly string[] | null): void {
    this.#points.sites(categories);
  }

  /** Layers were switched, or day turned to night. */
  restyle(theme: Theme): void {
    this.#map.setStyle(styleOf(theme, this.#isShown), {
      transformStyle: (before, after) => ({ ...after, sources: { ...after.sources, ...before?.sources } }),
    });
    addBadges(this.#map, theme);
    this.#tint.again();
    this.#look();
  }

  remove(): void {
    this.#beside.off('move', this.#follow);
    this.#beside.off('resize', this.#follow);
    this.#points.stop();
    this.#map.remove();
  }

  async #veil(day: string): Promise<void> {
    try {
      const features = await outside(day);
      void this.#map.getSource<GeoJSONSource>('mask')?.setData({ type: 'FeatureCollection', features });
    } catch {
      // The map is as true without the veil.
    }
  }

  #jump(): void {
    this.#map.jumpTo({
      center: this.#beside.getCenter(),
      zoom: this.#beside.getZoom(),
      bearing: this.#beside.getBearing(),
      pitch: this.#beside.getPitch(),
    });
  }

  #look(): void {
    const bounds = this.#map.getBounds();
    const view: Bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.#points.follow(view, this.#map.getZoom(), this.#isShown);
  }
}
