import type { WallAlert } from '../../api';

/** One line of the list of alerts: an alert alone, many of one sort together, or all that found no line of their own. */
export type Line =
  | { what: 'one'; key: string; alert: WallAlert }
  | { what: 'group'; key: string; alerts: WallAlert[]; level: number; title: string; since: number; places: number }
  | { what: 'rest'; key: 'rest'; count: number; byLevel: [level: number, count: number][] };

export const LEVELS = [1, 2, 3, 4] as const;

export const levelOf = (alert: Pick<WallAlert, 'level'>): number => Math.min(4, Math.max(1, Math.round(alert.level)));

export const waits = (alert: Pick<WallAlert, 'acknowledged_at'>): boolean => alert.acknowledged_at === null;

const began = (alert: WallAlert): number => Date.parse(alert.onset) || 0;

/** What is not yet acknowledged before what is; the worse level first; the newer first. */
function urgency(a: WallAlert, b: WallAlert): number {
  return Number(waits(b)) - Number(waits(a)) || levelOf(a) - levelOf(b) || began(b) - began(a) || a.id - b.id;
}

function grouped(alerts: readonly WallAlert[]): Line[] {
  const sorts = new Map<string, WallAlert[]>();
  for (const alert of alerts) {
    const key = `${waits(alert)}/${levelOf(alert)}/${alert.category}/${alert.title}`;
    const sort = sorts.get(key);
    if (sort) sort.push(alert);
    else sorts.set(key, [alert]);
  }
  return [...sorts].map(([key, sort]): Line => {
    const [first] = sort;
    if (sort.length === 1 && first) return { what: 'one', key: String(first.id), alert: first };
    return {
      what: 'group',
      key,
      alerts: sort,
      level: first ? levelOf(first) : 4,
      title: first?.title ?? '',
      since: Math.min(...sort.map(began)),
      places: new Set(sort.map(({ place }) => place?.id).filter((id) => id !== undefined)).size,
    };
  });
}

function counted(alerts: readonly WallAlert[], line: Line): number {
  if (line.what === 'one') return 1;
  return line.what === 'group' ? line.alerts.length : alerts.length;
}

/**
 * The alerts as lines that fit: each alone while there is room, else those of one sort together, else the worst and one line
 * for the rest. `byLevel` counts all active ones, also those the answer has no room to list.
 */
export function arrange(items: readonly WallAlert[], byLevel: Partial<Record<string, number>>, rows: number): Line[] {
  const room = Math.max(1, rows);
  const alerts = [...items].sort(urgency);
  const total = LEVELS.reduce((sum, level) => sum + (byLevel[level] ?? 0), 0);
  const all = Math.max(total, alerts.length);
  let lines: Line[] =
    alerts.length <= room && all === alerts.length
      ? alerts.map((alert) => ({ what: 'one', key: String(alert.id), alert }))
      : grouped(alerts);
  if (lines.length <= room && all === alerts.length) return lines;
  lines = lines.slice(0, Math.max(1, room - 1));
  const shown = new Map<number, number>();
  for (const line of lines) {
    const level = line.what === 'one' ? levelOf(line.alert) : line.what === 'group' ? line.level : 4;
    shown.set(level, (shown.get(level) ?? 0) + counted(alerts, line));
  }
  const listed = (level: number) => alerts.filter((alert) => levelOf(alert) === level).length;
  const rest = LEVELS.map((level): [number, number] => [
    level,
    Math.max(byLevel[level] ?? 0, listed(level)) - (shown.get(level) ?? 0),
  ]).filter(([, count]) => count > 0);
  const count = rest.reduce((sum, [, more]) => sum + more, 0);
  return count > 0 ? [...lines, { what: 'rest', key: 'rest', count, byLevel: rest }] : lines;
}
