import type { Feature, FeatureCollection, Geometry, Point } from 'geojson';

/** What the server says and hears, as this page uses it. Ids are numbers below 2^53, unique across all layers. */

export const PLACE_KINDS = [
  'district',
  'street',
  'community',
  'grid',
  'micro_grid',
  'compound',
  'building',
  'resource_site',
] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

export const MATTER_KINDS = ['hazard', 'alert', 'issue'] as const;
export type MatterKind = (typeof MATTER_KINDS)[number];

export const BASE_LAYERS = ['base_green', 'base_water', 'base_road', 'base_rail'] as const;
export type BaseLayer = (typeof BASE_LAYERS)[number];

export type LayerName = PlaceKind | MatterKind | BaseLayer;

/** West, south, east, north in degrees. */
export type Bbox = [number, number, number, number];
export type LonLat = [number, number];

export interface Me {
  account: { id: number; name: string; display_name?: string | null };
  role: string;
  places: { id: number; kind: PlaceKind; name: string; bbox: Bbox }[];
  must_change_password?: boolean;
  scheme: { name: string; title: { zh: string; en: string }; centre?: LonLat | null; time_zone: string };
  build: string;
  epoch: number;
  head: number;
  demo: boolean;
  /** Extent of all places; null while there is no map. */
  bbox: Bbox | null;
}

export type ArchiveValue = string | number | boolean | null | ArchiveValue[] | { [field: string]: ArchiveValue };

export interface PlaceProperties {
  kind: PlaceKind;
  name: string;
  code: string | null;
  address: string | null;
  tags: string[];
  version: number;
  effective_from: string;
  effective_to: string | null;
  source: { name: string; id?: string | null } | null;
  parents: Partial<Record<PlaceKind, number>>;
  parent_names: Partial<Record<PlaceKind, string>>;
  area_m2: number | null;
  archive: { [field: string]: ArchiveValue };
  withheld?: string[];
  changed_at: string;
  changed_seq: number;
}

export type Place = Feature<Geometry, PlaceProperties> & { id: number; bbox?: Bbox };

export interface PlaceList extends FeatureCollection<Geometry, PlaceProperties> {
  features: Place[];
  numberReturned: number;
  numberMatched?: number;
  next?: string | null;
}

export interface People {
  households?: number | null;
  residents?: number | null;
  shops?: number | null;
  over_60?: number | null;
  over_60_alone?: number | null;
  children?: number | null;
  adults?: number | null;
}

/** The one answer about an area. */
export interface Answer {
  area_m2: number;
  rule: 'inner_point' | 'any' | 'share';
  as_of: { epoch: number; seq: number };
  compounds?: { count: number; by_kind?: Record<string, number> };
  buildings?: { count: number; floors?: number };
  people?: People | null;
  people_withheld?: string;
  resource_sites?: { count: number; by_category?: Record<string, number>; capacity?: number };
  issues?: { open: number; by_category?: Record<string, number> };
  hazards?: { standing: number; by_category?: Record<string, number> };
  alerts?: { active: number; by_level?: Record<string, number> };
}

/** How up to date archives are 保鲜, as counts of compounds and buildings. */
export interface FreshnessCounts {
  fresh: number;
  due: number;
  overdue: number;
  unknown: number;
}

/** The figures of one place, as the whole map is coloured by them. `people` is null where they are withheld. */
export interface FiguresItem {
  id: number;
  name: string;
  code: string | null;
  area_m2: number | null;
  buildings: number;
  compounds: number;
  resource_sites: number;
  capacity: number;
  people: People | null;
  issues_open: number | null;
  hazards_standing: number | null;
  alerts_active: number | null;
  freshness?: FreshnessCounts | null;
}

export interface FiguresList {
  as_of: { epoch: number; seq: number };
  at?: string;
  rule: Answer['rule'];
  level: PlaceKind;
  items: FiguresItem[];
  truncated: boolean;
}

export interface HistoryItem {
  seq: number;
  at: string;
  actor: string | null;
  post?: string | null;
  cause?: string | null;
  version: number;
  what: string;
  fields?: string[];
}

export interface Held {
  post: { id: number; title: string; place: number; level: string };
  person?: { name: string } | null;
}

export type Located = Partial<Record<PlaceKind, { id: number; name: string; code: string | null }>> & {
  responsible?: Held[];
};

export interface MatterProperties {
  kind: MatterKind;
  category: string;
  title: string;
  text?: string | null;
  /** 1 is red, 4 is blue. */
  level?: number | null;
  state: string;
  found_at?: string | null;
  onset?: string | null;
  expires?: string | null;
  reported_at?: string | null;
  source?: string | { name: string } | null;
  rung?: string | null;
  version?: number;
  changed_at?: string;
}

export type Matter = Feature<Geometry, MatterProperties> & { id: number };
export type MatterPoint = Feature<Point, MatterProperties> & { id: number };

export interface Hello {
  build: string;
  epoch: number;
  head: number;
}

export interface ChangeEvent {
  seq: number;
  at: string;
  layers: string[];
  ids: number[];
  envelope: Bbox | null;
}

export interface ResetEvent {
  reason: string;
  layers?: string[];
  envelope?: Bbox | null;
}
