import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type ExpressionSpecification, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Feature, FeatureCollection } from 'geojson';
import type { Bbox, LonLat } from '../../api';
import type { Theme } from '../../model/theme.svelte';
import { palettes } from '../palette';
import { BASE, GROUND } from '../sources';
import { insetColours } from './colours';
import { styleOf } from '../style';

setWorkerUrl(workerUrl);

const PADDING_PX = 28;
const ZOOM_FIT_MAX = 18;
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

const colourOf = (theme: Theme): ExpressionSpecification => {
  const colours = insetColours[theme];
  return [
    'match',
    ['coalesce', ['get', 'what'], 'changed'],
    'bad',
    colours.bad,
    'new',
    colours.new,
    'same',
    colours.same,
    colours.changed,
  ];
};

export interface InsetOptions {
  container: HTMLElement;
  label: string;
  theme: Theme;
  extent: Bbox;
}

/** A small map beside a list: the ground as on the map page, and over it what the list is about. */
export class Inset {
  readonly map: MapLibreMap;
  #shown: FeatureCollection = EMPTY;
  #marked: LonLat | null = null;
  #theme: Theme;

  constructor({ container, label, theme, extent }: InsetOptions) {
    this.#theme = theme;
    const ground: readonly string[] = [...BASE, ...GROUND];
    this.map = new MapLibreMap({
      container,
      style: styleOf(theme, (name) => ground.includes(name)),
      bounds: extent,
      fitBoundsOptions: { padding: PADDING_PX },
      maxPitch: 0,
      attributionControl: false,
      fadeDuration: 0,
      dragRotate: false,
      locale: { 'Map.Title': label },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.on('style.load', () => this.#draw());
  }

  show(features: FeatureCollection): void {
    this.#shown = features;
    this.#put();
  }

  mark(at: LonLat | null): void {
    this.#marked = at;
    this.#put();
    if (at) this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), 16), duration: 300 });
  }

  fit(box: Bbox): void {
    this.map.fitBounds(box, { padding: PADDING_PX, maxZoom: ZOOM_FIT_MAX, duration: 0 });
  }

  remove(): void {
    this.map.remove();
  }

  #put(): void {
    void this.map.getSource<GeoJSONSource>('inset')?.setData(this.#shown);
    const mark: Feature[] = this.#marked
      ? [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: this.#marked } }]
      : [];
    void this.map.getSource<GeoJSONSource>('inset-mark')?.setData({ type: 'FeatureCollection', features: mark });
  }

  #draw(): void {
    const { map } = this;
    const colour = colourOf(this.#theme);
    const palette = palettes[this.#theme];
    const bad: ExpressionSpecification = ['==', ['get', 'what'], 'bad'];
    if (map.getSource('inset')) return;
    map.addSource('inset', { type: 'geojson', data: EMPTY });
    map.addSource('inset-mark', { type: 'geojson', data: EMPTY });
    map.addLayer({
      id: 'inset/fill',
      type: 'fill',
      source: 'inset',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': colour, 'fill-opacity': 0.25 },
    });
    map.addLayer({
      id: 'inset/line',
      type: 'line',
      source: 'inset',
      filter: ['all', ['!=', ['geometry-type'], 'Point'], ['!', bad]],
      paint: { 'line-color': colour, 'line-width': ['match', ['get', 'what'], 'same', 1, 2] },
    });
    map.addLayer({
      id: 'inset/bad',
      type: 'line',
      source: 'inset',
      filter: ['all', ['!=', ['geometry-type'], 'Point'], bad],
      paint: { 'line-color': colour, 'line-width': 2.4, 'line-dasharray': [2, 1.4] },
    });
    map.addLayer({
      id: 'inset/point',
      type: 'circle',
      source: 'inset',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-color': colour,
        'circle-radius': ['match', ['get', 'what'], 'bad', 6, 4.5],
        'circle-stroke-color': palette.halo,
        'circle-stroke-width': 1.2,
      },
    });
    map.addLayer({
      id: 'inset/mark',
      type: 'circle',
      source: 'inset-mark',
      paint: {
        'circle-radius': 13,
        'circle-color': palette.accent,
        'circle-opacity': 0.18,
        'circle-stroke-color': palette.accent,
        'circle-stroke-width': 3,
      },
    });
    this.#put();
  }
}
