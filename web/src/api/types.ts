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

/** Pictures of somebody else's map beneath ours, where the operator configured one. */
export interface BasePicture {
  datum: 'wgs84' | 'gcj02';
  /** Whose map it is and its 审图号. */
  attribution: string;
  min_zoom: number;
  max_zoom: number;
}

export type LayerName = PlaceKind | MatterKind | BaseLayer | 'base_raster';

/** West, south, east, north in degrees. */
export type Bbox = [number, number, number, number];
export type LonLat = [number, number];

export interface Me {
  account: { id: number; name: string; display_name?: string | null };
  role: string;
  places: { id: number; kind: PlaceKind; name: string; bbox: Bbox }[];
  must_change_password?: boolean;
  scheme: {
    name: string;
    title: { zh: string; en: string };
    centre?: LonLat | null;
    time_zone: string;
    levels?: {
      kind: string;
      title: { zh: string; en: string };
      size?: { min?: number; max?: number; unit: string };
    }[];
  };
  /** How far each right reaches, by action; an older server says true or false, with dots in the names. */
  may?: Record<string, unknown>;
  /** Kinds of places that this role draws and amends by the Scheme's duty list. */
  duties?: { draws: string[]; amends: string[] };
  draws?: string[];
  amends?: string[];
  build: string;
  epoch: number;
  head: number;
  demo: boolean;
  /** Extent of all places; null while there is no map. */
  bbox: Bbox | null;
  base?: BasePicture | null;
}

/** How fresh an archive is, 保鲜. */
export const FRESHNESS = ['fresh', 'due', 'overdue', 'unknown'] as const;
export type Freshness = (typeof FRESHNESS)[number];

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
  /** The day somebody last vouched for the archive; absent where the server does not keep it. */
  checked_on?: string | null;
  freshness?: Freshness | null;
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

export type EdgeRule = 'inner_point' | 'any' | 'share';

/** A post inside an area, with what it looks after. */
export interface PostLoad {
  id: number;
  title: string;
  place: number;
  place_name: string;
  role: string;
  person?: { name: string } | null;
  figures: { households?: number; residents?: number; shops?: number; buildings?: number; issues_open?: number };
}

/** The one answer about an area. */
export interface Answer {
  area_m2: number;
  rule: EdgeRule;
  /** The day it is answered for; absent: now. */
  at?: string | null;
  as_of: { epoch: number; seq: number };
  compounds?: { count: number; by_kind?: Record<string, number> };
  buildings?: { count: number; by_kind?: Record<string, number> };
  people?: People | null;
  people_withheld?: string;
  resource_sites?: { count: number; by_category?: Record<string, number>; capacity?: number };
  issues?: { open: number; by_category?: Record<string, number> };
  hazards?: { standing: number; by_category?: Record<string, number> };
  alerts?: { active: number; by_level?: Record<string, number> };
  freshness?: Partial<Record<Freshness, number>>;
  posts?: PostLoad[];
  posts_unlisted?: number;
  /** What was counted, by layer, where it was asked for. */
  places?: Partial<Record<string, number[]>>;
  unlisted?: number;
}

/** Post 岗位 and who holds it. */
export interface Post {
  id: number;
  title: string;
  role: string;
  place: number;
  version: number;
  holder: { name: string; account: string | null; from: string } | null;
}

/** Something a refusal asks to be mended. */
export interface Finding {
  code: string;
  severity: 'block' | 'warn' | 'note';
  message: string;
  path?: string;
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
