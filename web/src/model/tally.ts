import type { FiguresItem, PlaceKind } from '../api';
import { breaks, classOf, CLASSES_MAX, type Ramp, type ValueClass } from './breaks';

/** The figures by which the map can be coloured 专题指标, in the order of the list. */
export const TALLY_NAMES = [
  'residents',
  'households',
  'density',
  'over_60',
  'over_60_share',
  'over_60_alone',
  'children',
  'adults',
  'shops',
  'buildings',
  'compounds',
  'resource_sites',
  'capacity',
  'issues_open',
  'hazards_standing',
  'alerts_active',
  'fresh_share',
] as const;
export type TallyName = (typeof TALLY_NAMES)[number];
export type TallyGroup = 'people' | 'ground' | 'matters' | 'archive';
export type TallyUnit =
  | 'people'
  | 'households'
  | 'shops'
  | 'density'
  | 'percent'
  | 'buildings'
  | 'compounds'
  | 'sites'
  | 'capacity'
  | 'matters';

/** Levels a figure can be counted to, largest first. */
export const TALLY_LEVELS = [
  'district',
  'street',
  'community',
  'grid',
  'micro_grid',
  'compound',
  'building',
] as const satisfies readonly PlaceKind[];
export type TallyLevel = (typeof TALLY_LEVELS)[number];

/** Which figure, counted to which level. */
export interface TallyChoice {
  name: TallyName;
  level: TallyLevel;
}

/** What is known of a place: a number, nothing at all, or nothing for this reader. */
export type Value = number | 'none' | 'withheld';

interface Tally {
  group: TallyGroup;
  unit: TallyUnit;
  ramp: Ramp;
  digits: number;
  of(item: FiguresItem): Value;
}

const SQUARE_METERS_PER_KM2 = 1_000_000;

type PeopleField = Exclude<keyof NonNullable<FiguresItem['people']>, never>;
const people = (field: PeopleField, unit: TallyUnit): Tally => ({
  group: 'people',
  unit,
  ramp: 'ground',
  digits: 0,
  of: (item) => (item.people === null ? 'withheld' : (item.people[field] ?? 'none')),
});
const count = (field: 'buildings' | 'compounds' | 'resource_sites' | 'capacity', unit: TallyUnit): Tally => ({
  group: 'ground',
  unit,
  ramp: 'ground',
  digits: 0,
  of: (item) => item[field] ?? 'none',
});
const happening = (field: 'issues_open' | 'hazards_standing' | 'alerts_active'): Tally => ({
  group: 'matters',
  unit: 'matters',
  ramp: 'matters',
  digits: 0,
  of: (item) => item[field] ?? 'withheld',
});
const share = (part: number | null | undefined, whole: number | null | undefined): Value =>
  part === null || part === undefined || !whole ? 'none' : (100 * part) / whole;

export const tallies: Record<TallyName, Tally> = {
  residents: people('residents', 'people'),
  households: people('households', 'households'),
  density: {
    ...people('residents', 'density'),
    of: ({ people, area_m2 }) => {
      if (people === null) return 'withheld';
      const residents = people.residents;
      return residents === null || residents === undefined || !area_m2
        ? 'none'
        : Math.round((residents * SQUARE_METERS_PER_KM2) / area_m2);
    },
  },
  over_60: people('over_60', 'people'),
  over_60_share: {
    ...people('over_60', 'percent'),
    digits: 1,
    of: ({ people }) => (people === null ? 'withheld' : share(people.over_60, people.residents)),
  },
  over_60_alone: people('over_60_alone', 'people'),
  children: people('children', 'people'),
  adults: people('adults', 'people'),
  shops: people('shops', 'shops'),
  buildings: count('buildings', 'buildings'),
  compounds: count('compounds', 'compounds'),
  resource_sites: count('resource_sites', 'sites'),
  capacity: count('capacity', 'capacity'),
  issues_open: happening('issues_open'),
  hazards_standing: happening('hazards_standing'),
  alerts_active: happening('alerts_active'),
  fresh_share: {
    group: 'archive',
    unit: 'percent',
    ramp: 'ground',
    digits: 1,
    of: ({ freshness }) =>
      freshness
        ? share(freshness.fresh, freshness.fresh + freshness.due + freshness.overdue + freshness.unknown)
        : 'none',
  },
};

/** The map by one figure: its classes, and where each place falls. */
export interface Coloured {
  classes: ValueClass[];
  /** Class by place; -1 withheld. A place without a figure is not in it. */
  states: Map<number, number>;
  values: Map<number, number>;
  withheld: number;
  none: number;
}

export const WITHHELD_CLASS = -1;

export function colour(items: readonly FiguresItem[], name: TallyName, given?: readonly ValueClass[]): Coloured {
  const tally = tallies[name];
  const values = new Map<number, number>();
  const states = new Map<number, number>();
  let withheld = 0;
  let none = 0;
  for (const item of items) {
    const value = tally.of(item);
    if (value === 'withheld') {
      withheld++;
      states.set(item.id, WITHHELD_CLASS);
    } else if (value === 'none') none++;
    else values.set(item.id, Number(value.toFixed(tally.digits)));
  }
  const classes = given ? [...given] : breaks([...values.values()], CLASSES_MAX, tally.digits);
  for (const [id, value] of values) states.set(id, Math.max(0, classOf(value, classes)));
  return { classes, states, values, withheld, none };
}

/** "community.residents", for the address. */
export const writeTally = ({ level, name }: TallyChoice): string => `${level}.${name}`;

export function readTally(text: string | null): TallyChoice | null {
  const [level, name] = (text ?? '').split('.');
  const knownLevel = TALLY_LEVELS.find((one) => one === level);
  const knownName = TALLY_NAMES.find((one) => one === name);
  return knownLevel && knownName ? { level: knownLevel, name: knownName } : null;
}
