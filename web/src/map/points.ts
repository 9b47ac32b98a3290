import type { Feature, Point } from 'geojson';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import { asProblem, isAbandoned, server, type Bbox, type LayerName, type MatterKind, type PlaceKind } from '../api';
import { innerPoint } from '../model/shape';
import { grown, holds, meet } from '../model/tile';
import { inLines } from './lines';
import { pointSourceId, pointSources, POINT_NAMES, type PointName } from './sources';

/** What one request brings, and how many we make before we say "the first n only". */
const PAGE = 1000;
const PAGES_MAX = 3;
/** Around the view, so that a small pan asks for nothing. */
const MARGIN_SHARE = 0.4;
/** A burst of changes is answered by one request. */
const FOLLOW_MS = 250;

export interface PointState {
  count: number;
  partial: boolean;
  failed: false | 'failed' | 'denied';
  /** Which kinds of it are there, for the legend. */
  categories: string[];
}

const isMatter = (name: PointName): name is MatterKind & PointName =>
  name === 'hazard' || name === 'alert' || name === 'issue';

/** What is a point by itself; of the others only the name is one. */
const STANDING: ReadonlySet<string> = new Set(['resource_site', 'hazard', 'issue', 'alert']);

interface Item {
  id: number;
  geometry: Feature['geometry'] | null;
  properties: Record<string, unknown>;
}

/** What stands beside the names of a level while a figure colours it. */
export interface Notes {
  level: PlaceKind;
  words: ReadonlyMap<number, string>;
}

/** Only what the style reads: a source is copied to a worker at every update. */
function asPoint(item: Item): Feature<Point> | null {
  const at = item.geometry && innerPoint(item.geometry);
  if (!at) return null;
  const { name, title, level, category, archive } = item.properties;
  const fromArchive = (archive as { category?: unknown } | undefined)?.category;
  return {
    type: 'Feature',
    id: item.id,
    geometry: { type: 'Point', coordinates: at },
    properties: {
      id: item.id,
      name,
      title: typeof title === 'string' ? inLines(title) : title,
      level,
      category: fromArchive ?? category,
    },
  };
}

/** The points of one noun: asked for where the map looks, kept fresh from the feed. */
class Points {
  #loaded: { box: Bbox; partial: boolean; zoom: number } | null = null;
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #features: Feature<Point>[] = [];
  #words: ReadonlyMap<number, string> | null = null;
  #only: ReadonlySet<string> | null = null;
  #counted: ReadonlySet<number> = new Set();

  constructor(
    readonly name: PointName,
    private readonly map: MapLibreMap,
    private readonly report: (name: PointName, state: PointState) => void,
    private readonly found: () => void,
    /** The day the map is of; undefined for now. */
    private readonly day?: string,
  ) {}

  follow(view: Bbox, zoom: number, wanted: boolean): void {
    if (!wanted || zoom < pointSources[this.name].minZoom) return;
    const loaded = this.#loaded;
    const enough = loaded && holds(loaded.box, view) && !(loaded.partial && zoom > loaded.zoom + 0.5);
    if (!enough) void this.#load(grown(view, MARGIN_SHARE), zoom);
  }

  changed(envelope: Bbox | null): void {
    const loaded = this.#loaded;
    if (!loaded || (envelope && !meet(envelope, loaded.box))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(loaded.box, loaded.zoom), FOLLOW_MS);
  }

  /** Sets the figure of each place beside its name, or takes it away. */
  note(words: ReadonlyMap<number, string> | null): void {
    if (words === this.#words) return;
    this.#words = words;
    this.#put();
  }

  /** Only what the topic is about; null for everything. */
  only(categories: readonly string[] | null): void {
    this.#only = categories && new Set(categories);
    this.#put();
  }

  count(ids: readonly number[]): void {
    this.#counted = new Set(ids);
  }

  /** What an answer counted, as far as it is loaded; each by itself, also where a disc stands for many. */
  get counted(): Feature<Point>[] {
    const ids = this.#counted;
    return ids.size ? this.#features.filter(({ id }) => ids.has(Number(id))) : [];
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  #put(): void {
    const loaded = this.#loaded;
    if (!loaded) return;
    const only = this.#only;
    const features = only
      ? this.#features.filter(({ properties }) => only.has(String(properties?.['category'])))
      : this.#features;
    const words = this.#words;
    const noted = words
      ? features.map((feature) => {
          const figure = words.get(Number(feature.id));
          return figure === undefined ? feature : { ...feature, properties: { ...feature.properties, figure } };
        })
      : features;
    void this.map
      .getSource<GeoJSONSource>(pointSourceId(this.name))
      ?.setData({ type: 'FeatureCollection', features: noted });
    const categories = [...new Set(features.map(({ properties }) => String(properties?.['category'] ?? 'other')))];
    this.report(this.name, { count: features.length, partial: loaded.partial, failed: false, categories });
  }

  async #load(box: Bbox, zoom: number): Promise<void> {
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    this.#loaded = { box, partial: false, zoom };
    try {
      const features: Feature<Point>[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const list = isMatter(this.name)
          ? await server.mattersIn(this.name, box, PAGE, cursor, signal)
          : await server.placesIn(this.name as PlaceKind, box, PAGE, cursor, signal, this.day);
        for (const item of list.features) {
          const point = asPoint(item as unknown as Item);
          if (point) features.push(point);
        }
        cursor = list.next ?? undefined;
        if (!cursor) break;
      }
      this.#loaded = { box, partial: cursor !== undefined, zoom };
      this.#features = features;
      this.#put();
      if (this.#counted.size) this.found();
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.#loaded = null;
      const failed = asProblem(thrown).status === 403 ? 'denied' : 'failed';
      this.report(this.name, { count: 0, partial: false, failed, categories: [] });
    }
  }
}

/** All point nouns together. */
export class AllPoints {
  readonly #points: Points[];

  constructor(
    map: MapLibreMap,
    report: (name: PointName, state: PointState) => void,
    /** What an answer counted was drawn anew. */
    private readonly counted: (features: Feature<Point>[]) => void,
    day?: string,
  ) {
    // What happened on a day gone by is not asked for: matters are of now.
    const names = day === undefined ? POINT_NAMES : POINT_NAMES.filter((name) => !isMatter(name));
    this.#points = names.map((name) => new Points(name, map, report, () => this.#found(), day));
  }

  follow(view: Bbox, zoom: number, isShown: (name: LayerName) => boolean): void {
    for (const points of this.#points) points.follow(view, zoom, isShown(points.name));
  }

  changed(layers: readonly string[] | null, envelope: Bbox | null): void {
    for (const points of this.#points) {
      if (layers === null || layers.includes(points.name)) points.changed(envelope);
    }
  }

  note(notes: Notes | null): void {
    for (const points of this.#points) points.note(notes?.level === points.name ? notes.words : null);
  }

  /** Which resource sites the topic is about. */
  sites(categories: readonly string[] | null): void {
    for (const points of this.#points) if (points.name === 'resource_site') points.only(categories);
  }

  /** Which of what stands or happens an answer counted, by layer. */
  count(ids: Partial<Record<string, readonly number[]>>): void {
    for (const points of this.#points) if (STANDING.has(points.name)) points.count(ids[points.name] ?? []);
    this.#found();
  }

  #found(): void {
    this.counted(this.#points.flatMap((points) => points.counted));
  }

  stop(): void {
    for (const points of this.#points) points.stop();
  }
}
