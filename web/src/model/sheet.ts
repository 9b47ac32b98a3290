import type { Answer, PostLoad } from '../api';
import { wordFor, type Text } from '../text';

/** An answer as rows: panel, table and CSV are made of these same rows, so they cannot disagree. */
export interface Sheet {
  groups: Group[];
  posts: { head: string[]; rows: (string | number)[][] } | null;
}

export interface Group {
  title: string;
  rows: Row[];
}

export interface Row {
  label: string;
  value: number;
  /** It is a part of the row before that is marked as a whole. */
  part?: true;
}

const byCount = (of: Record<string, number> | undefined, word: (name: string) => string): Row[] =>
  Object.entries(of ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([name, value]) => ({ label: word(name), value, part: true as const }));

/** The alert levels as the server names them, worst first. */
const LEVELS = { red: 'level1', orange: 'level2', yellow: 'level3', blue: 'level4' } as const;

function people(answer: Answer, text: Text): Row[] {
  const words: Record<string, string> = { ...text.figure, adults: text.ask.adults };
  const order = ['residents', 'children', 'adults', 'over_60', 'over_60_alone', 'households', 'shops'] as const;
  const parts: readonly string[] = ['children', 'adults', 'over_60', 'over_60_alone'];
  return order.flatMap((name) => {
    const value = answer.people?.[name];
    if (typeof value !== 'number') return [];
    const row: Row = { label: words[name] ?? name, value };
    return [parts.includes(name) ? { ...row, part: true as const } : row];
  });
}

function load({ figures }: PostLoad): (string | number)[] {
  const { households, residents, shops, buildings, issues_open: issues } = figures;
  return [households, residents, shops, buildings, issues].map((value) => value ?? '');
}

export function sheetOf(answer: Answer, text: Text): Sheet {
  const { ask, figure } = text;
  const { buildings, compounds, issues, hazards, alerts, resource_sites: sites, freshness, posts } = answer;
  const groups: Group[] = [];
  const add = (title: string, rows: Row[]) => {
    if (rows.length) groups.push({ title, rows });
  };
  const total = (value: number): Row => ({ label: ask.total, value });
  const category = (name: string) => wordFor(text.category, name);
  add(ask.groups.people, people(answer, text));
  if (buildings) {
    add(ask.groups.buildings, [
      total(buildings.count),
      ...byCount(buildings.by_kind, (kind) => wordFor(ask.buildingKind, kind)),
    ]);
  }
  if (compounds) {
    add(ask.groups.compounds, [
      total(compounds.count),
      ...byCount(compounds.by_kind, (kind) => wordFor(text.compoundKind, kind)),
    ]);
  }
  if (alerts) {
    const levels = Object.entries(LEVELS).flatMap(([name, word], at) => {
      const value = alerts.by_level?.[name] ?? alerts.by_level?.[String(at + 1)];
      return value ? [{ label: text.alert[word], value, part: true as const }] : [];
    });
    add(ask.groups.alerts, [total(alerts.active), ...levels]);
  }
  if (hazards) add(ask.groups.hazards, [total(hazards.standing), ...byCount(hazards.by_category, category)]);
  if (issues) add(ask.groups.issues, [total(issues.open), ...byCount(issues.by_category, category)]);
  if (sites) {
    const capacity = sites.capacity === undefined ? [] : [{ label: figure.capacity, value: sites.capacity }];
    add(ask.groups.resources, [total(sites.count), ...byCount(sites.by_category, category), ...capacity]);
  }
  if (freshness) {
    const rows = Object.entries(freshness).map(([name, value = 0]) => ({
      label: wordFor(text.place.fresh, name),
      value,
      part: true as const,
    }));
    add(ask.groups.freshness, rows);
  }
  return {
    groups,
    posts: posts?.length
      ? {
          head: [
            ask.post,
            ask.holder,
            ask.postPlace,
            figure.households,
            figure.residents,
            figure.shops,
            figure.buildings,
            figure.issues,
          ],
          rows: posts.map((post) => [
            post.title,
            post.person?.name ?? text.place.vacantPost,
            post.place_name,
            ...load(post),
          ]),
        }
      : null,
  };
}

/** A text that a spreadsheet would run as a formula is told to be a text. */
export const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cell(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : harmless(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Excel takes a file for UTF-8 only when it begins with this mark. */
const BOM = '\uFEFF';

/** The same rows as a file; `head` says what was asked, under which rule and when. */
export function csvOf(sheet: Sheet, head: [string, string][], text: Text): string {
  const lines: (string | number)[][] = [
    ...head,
    [],
    [text.ask.section, text.ask.item, text.ask.value],
    ...sheet.groups.flatMap(({ title, rows }) => rows.map(({ label, value }) => [title, label, value])),
  ];
  if (sheet.posts) lines.push([], [text.ask.groups.posts], sheet.posts.head, ...sheet.posts.rows);
  return `${BOM}${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
