import { describe, expect, it } from 'vitest';
import type { WallAlert } from '../../api';
import { arrange, type Line } from './arrange';

let nextId = 1;
const alert = (level: number, title: string, minutesAgo: number, more: Partial<WallAlert> = {}): WallAlert => ({
  id: nextId++,
  version: 1,
  level,
  category: 'smoke',
  title,
  onset: new Date(Date.UTC(2026, 2, 1, 12, -minutesAgo)).toISOString(),
  expires: null,
  acknowledged_at: null,
  point: [104, 30],
  place: { id: 100 + nextId, kind: 'compound', name: '院' },
  people_affected: null,
  responsible: [],
  nearest: [],
  ...more,
});
const counts = (alerts: WallAlert[]) => {
  const byLevel: Record<string, number> = {};
  for (const { level } of alerts) byLevel[level] = (byLevel[level] ?? 0) + 1;
  return byLevel;
};
const told = (lines: Line[]) =>
  lines.map((line) =>
    line.what === 'one'
      ? line.alert.title
      : line.what === 'group'
        ? `${line.title}×${line.alerts.length}`
        : `+${line.count}`,
  );

describe('alerts on a wall', () => {
  it('stand alone while there is room, the worst and newest first', () => {
    const alerts = [alert(3, '积水', 1), alert(1, '燃气', 50), alert(1, '火情', 2), alert(4, '停梯', 0)];
    expect(told(arrange(alerts, counts(alerts), 6))).toEqual(['火情', '燃气', '积水', '停梯']);
  });

  it('go behind those that nobody has acknowledged, whatever their level', () => {
    const alerts = [alert(1, '已知', 5, { acknowledged_at: '2026-03-01T12:00:00Z' }), alert(3, '新的', 1)];
    expect(told(arrange(alerts, counts(alerts), 6))).toEqual(['新的', '已知']);
  });

  it('of one sort become one line that says how many, since when and at how many places', () => {
    const same = Array.from({ length: 30 }, (_, at) =>
      alert(2, '烟感报警', at, { place: { id: at % 9, kind: 'compound', name: '院' } }),
    );
    const alerts = [...same, alert(1, '燃气', 3)];
    const lines = arrange(alerts, counts(alerts), 4);
    expect(told(lines)).toEqual(['燃气', '烟感报警×30']);
    expect(lines[1]).toMatchObject({ places: 9, since: Date.UTC(2026, 2, 1, 12, -29) });
  });

  it('that find no line are counted by level, and nothing is lost', () => {
    const alerts = Array.from({ length: 12 }, (_, at) => alert((at % 4) + 1, `事${at}`, at));
    const lines = arrange(alerts, counts(alerts), 5);
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toEqual({
      what: 'rest',
      key: 'rest',
      count: 8,
      byLevel: [
        [2, 2],
        [3, 3],
        [4, 3],
      ],
    });
  });

  it('that the answer had no room to list are counted too', () => {
    const alerts = Array.from({ length: 50 }, () => alert(2, '烟感', 1));
    const lines = arrange(alerts, { 2: 73, 4: 2 }, 5);
    expect(told(lines)).toEqual(['烟感×50', '+25']);
    expect(lines[1]).toMatchObject({
      byLevel: [
        [2, 23],
        [4, 2],
      ],
    });
  });

  it('need no room when there are none', () => {
    expect(arrange([], {}, 5)).toEqual([]);
  });
});
