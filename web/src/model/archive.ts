import type { ArchiveValue, Place, PlaceKind } from '../api';

/**
 * The archive as a form: which fields a kind of place has, on which page, and how each is typed. Reading and editing use the
 * same table, so that nothing can be shown that cannot be edited.
 */
export type Input = 'text' | 'lines' | 'count' | 'year' | 'yes_no' | 'choice' | 'rows';

export interface Field {
  /** Where the value lies in the place's properties: "archive.people_base.over_60". */
  path: string;
  input: Input;
  needed?: true;
  choices?: readonly string[];
  /** Of `rows`: what one entry holds; the first is needed. */
  columns?: readonly { name: string; input: 'text' | 'count' }[];
}

export type TabName =
  'people_base' | 'resources' | 'service_bodies' | 'service_items' | 'response_flow' | 'building' | 'size' | 'site';

export interface Tab {
  name: TabName;
  fields: Field[];
}

const at = (prefix: string, input: Input, ...names: string[]): Field[] =>
  names.map((name) => ({ path: `${prefix}.${name}`, input }));

const COMPOUND_KINDS = ['commodity', 'affordable', 'resettlement', 'old', 'work_unit', 'courtyard', 'street_front'];
const GRID_TIERS = ['general', 'exclusive'];

const compound: Tab[] = [
  {
    name: 'people_base',
    fields: [
      ...at('archive', 'count', 'households', 'residents'),
      ...at('archive.people_base', 'count', 'over_60', 'over_60_alone', 'children', 'registered', 'floating'),
      ...at('archive.people_base', 'count', 'disabled', 'allowance_households'),
    ],
  },
  {
    name: 'resources',
    fields: [
      ...at('archive.resources', 'count', 'common_rooms', 'parking_spaces', 'chargers', 'lifts', 'hydrants', 'gates'),
      ...at('archive.resources', 'count', 'green_m2'),
    ],
  },
  {
    name: 'service_bodies',
    fields: [
      { path: 'archive.property_firm', input: 'text' },
      { path: 'archive.owners_committee', input: 'yes_no' },
      { path: 'archive.service_bodies.party_branch', input: 'text' },
      { path: 'archive.service_bodies.social_organisations', input: 'lines' },
      { path: 'archive.service_bodies.volunteers', input: 'count' },
    ],
  },
  {
    name: 'service_items',
    fields: [
      {
        path: 'archive.service_items',
        input: 'rows',
        columns: [
          { name: 'title', input: 'text' },
          { name: 'body', input: 'text' },
          { name: 'hours', input: 'text' },
        ],
      },
    ],
  },
  {
    name: 'response_flow',
    fields: [
      {
        path: 'archive.response_flow',
        input: 'rows',
        columns: [
          { name: 'step', input: 'text' },
          { name: 'post', input: 'text' },
          { name: 'within_minutes', input: 'count' },
        ],
      },
    ],
  },
];

const building: Tab[] = [
  {
    name: 'people_base',
    fields: at('archive', 'count', 'households', 'residents', 'over_60', 'over_60_alone', 'children', 'shops'),
  },
  {
    name: 'building',
    fields: [...at('archive', 'count', 'floors', 'entrances'), ...at('archive', 'year', 'build_year')],
  },
];

const office: Tab[] = [{ name: 'service_bodies', fields: at('archive', 'text', 'office', 'duty_phone') }];

const tabs: Record<PlaceKind, Tab[]> = {
  district: office,
  street: office,
  community: office,
  grid: [],
  micro_grid: [{ name: 'size', fields: at('archive', 'count', 'households', 'shops') }],
  compound,
  building,
  resource_site: [
    {
      name: 'site',
      fields: [...at('archive', 'count', 'capacity'), ...at('archive', 'text', 'hours', 'phone')],
    },
  ],
};

/** The pages of a kind's archive: five for a compound, fitting ones for the others. */
export const tabsOf = (kind: PlaceKind): readonly Tab[] => tabs[kind];

/** What every place has beside its pages, and what says what sort of place it is. */
export function basics(kind: PlaceKind): Field[] {
  const fields: Field[] = [
    { path: 'name', input: 'text', needed: true },
    { path: 'address', input: 'text' },
    { path: 'tags', input: 'lines' },
  ];
  if (kind === 'compound') {
    fields.push({ path: 'archive.kind', input: 'choice', choices: COMPOUND_KINDS });
    fields.push({ path: 'archive.build_year', input: 'year' });
  }
  if (kind === 'grid') fields.push({ path: 'archive.tier', input: 'choice', choices: GRID_TIERS });
  if (kind === 'resource_site') fields.push({ path: 'archive.category', input: 'text', needed: true });
  return fields;
}

export const allFields = (kind: PlaceKind): Field[] => [...basics(kind), ...tabs[kind].flatMap(({ fields }) => fields)];

/** The last part of a path: the word table knows fields by it. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

type Bag = { [name: string]: ArchiveValue };
const isBag = (value: unknown): value is Bag => value !== null && typeof value === 'object' && !Array.isArray(value);

export function valueAt(properties: object, path: string): ArchiveValue | undefined {
  let value: unknown = properties;
  for (const step of path.split('.')) {
    if (!isBag(value)) return undefined;
    value = value[step];
  }
  return value as ArchiveValue | undefined;
}

/** One entry of a list, as typed. */
export type Row = Record<string, string>;
/** What stands in a form: always text, so that half-typed numbers survive; entries of lists are rows of texts. */
export type Typed = string | Row[];
export type Values = Record<string, Typed>;

function typed(field: Field, value: ArchiveValue | undefined): Typed {
  if (field.input === 'rows') {
    const rows = Array.isArray(value) ? value.filter(isBag) : [];
    return rows.map((row) =>
      Object.fromEntries((field.columns ?? []).map(({ name }) => [name, String(row[name] ?? '')])),
    );
  }
  if (field.input === 'lines') return Array.isArray(value) ? value.map(String).join('\n') : '';
  if (field.input === 'yes_no') return value === true ? 'yes' : value === false ? 'no' : '';
  return value === null || value === undefined ? '' : String(value);
}

export function readValues(place: Place): Values {
  const { properties } = place;
  return Object.fromEntries(
    allFields(properties.kind).map((field) => [field.path, typed(field, valueAt(properties, field.path))]),
  );
}

export const same = (a: Typed | undefined, b: Typed | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

export const changedPaths = (base: Values, mine: Values): string[] =>
  Object.keys(mine).filter((path) => !same(base[path], mine[path]));

/** A count beyond this is a slip of the keyboard; a city has fewer people. */
export const COUNT_MAX = 9_999_999;
export const YEAR_FROM = 1000;
export const YEAR_TO = 2200;

export type Complaint = 'needed' | 'whole' | 'year' | 'too_big';

function wrongCount(text: string): Complaint | null {
  if (text.trim() === '') return null;
  if (!/^\d+$/.test(text.trim())) return 'whole';
  return Number(text) > COUNT_MAX ? 'too_big' : null;
}

export function complaintOf(field: Field, value: Typed): Complaint | null {
  if (typeof value !== 'string') {
    for (const row of value) {
      for (const [at, column] of (field.columns ?? []).entries()) {
        const text = row[column.name] ?? '';
        if (at === 0 && text.trim() === '') return 'needed';
        const wrong = column.input === 'count' ? wrongCount(text) : null;
        if (wrong) return wrong;
      }
    }
    return null;
  }
  if (field.needed && value.trim() === '') return 'needed';
  if (field.input === 'count') return wrongCount(value);
  if (field.input === 'year' && value.trim() !== '') {
    const year = /^\d{4}$/.test(value.trim()) ? Number(value) : NaN;
    return year >= YEAR_FROM && year <= YEAR_TO ? null : 'year';
  }
  return null;
}

export function complaints(kind: PlaceKind, values: Values): Record<string, Complaint> {
  const found: Record<string, Complaint> = {};
  for (const field of allFields(kind)) {
    const wrong = complaintOf(field, values[field.path] ?? '');
    if (wrong) found[field.path] = wrong;
  }
  return found;
}

const lines = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

function untyped(field: Field, value: Typed): ArchiveValue | undefined {
  if (typeof value !== 'string') {
    const columns = field.columns ?? [];
    return value.map((row) =>
      Object.fromEntries(
        columns.flatMap(({ name, input }) => {
          const text = (row[name] ?? '').trim();
          return text === '' ? [] : [[name, input === 'count' ? Number(text) : text]];
        }),
      ),
    );
  }
  const text = value.trim();
  if (field.input === 'lines') return lines(value);
  if (text === '') return undefined;
  if (field.input === 'count' || field.input === 'year') return Number(text);
  if (field.input === 'yes_no') return text === 'yes';
  return text;
}

/** What the server takes of a place; the rest it tells. */
const TAKEN = ['kind', 'name', 'code', 'address', 'tags', 'effective_from', 'source', 'archive'] as const;

/** The place as it shall become: only what was edited differs from `base`, whatever else its archive holds. */
export function withValues(base: Place, values: Values): Place {
  const from = base.properties;
  const properties = JSON.parse(JSON.stringify(Object.fromEntries(TAKEN.map((name) => [name, from[name]])))) as Bag;
  const before = readValues(base);
  for (const field of allFields(from.kind)) {
    const value = values[field.path];
    if (value === undefined || same(value, before[field.path])) continue;
    const steps = field.path.split('.');
    const last = steps.pop() ?? '';
    let bag = properties;
    for (const step of steps) {
      const inner = bag[step];
      bag = isBag(inner) ? inner : ((bag[step] = {}) as Bag);
    }
    const next = untyped(field, value);
    if (next === undefined) Reflect.deleteProperty(bag, last);
    else bag[last] = next;
  }
  return { ...base, properties: { ...from, ...properties } } as Place;
}

/** The same, as it travels: what the server only tells is left out. */
export function asSent(place: Place): Place {
  const { properties } = place;
  return {
    type: 'Feature',
    id: place.id,
    geometry: place.geometry,
    properties: Object.fromEntries(TAKEN.map((name) => [name, properties[name]])),
  } as unknown as Place;
}

export interface Clash {
  path: string;
  was: Typed;
  theirs: Typed;
  mine: Typed;
}

/** Two people changed one place: what only one of them touched is taken over, what both touched is a clash. */
export function merged(base: Values, theirs: Values, mine: Values): { values: Values; clashes: Clash[] } {
  const values: Values = { ...theirs };
  const clashes: Clash[] = [];
  for (const path of changedPaths(base, mine)) {
    const [was, other, own] = [base[path] ?? '', theirs[path] ?? '', mine[path] ?? ''];
    values[path] = own;
    if (!same(was, other) && !same(other, own)) clashes.push({ path, was, theirs: other, mine: own });
  }
  return { values, clashes };
}

/** The field a finding is about: its own path, or the form's field whose path begins or ends like it. */
export function fieldOfFinding(path: string | undefined, kind: PlaceKind): string | null {
  if (!path) return null;
  const paths = allFields(kind).map((field) => field.path);
  const clean = path.replace(/^properties\./, '').replace(/\[\d+\]|\.\d+(?=\.|$)/g, '');
  return (
    paths.find((known) => known === clean) ??
    paths.find((known) => clean.startsWith(`${known}.`)) ??
    paths.find((known) => known.endsWith(`.${nameOf(clean)}`)) ??
    null
  );
}
