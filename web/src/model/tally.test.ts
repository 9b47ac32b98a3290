import { describe, expect, it } from 'vitest';
import type { FiguresItem } from '../api';
import { told } from './breaks';
import { colour, readTally, tallies, TALLY_NAMES, writeTally, WITHHELD_CLASS } from './tally';

const place = (id: number, more: Partial<FiguresItem> = {}): FiguresItem => ({
  id,
  name: `第${id}社区`,
  code: null,
  area_m2: 500_000,
  buildings: 10,
  compounds: 2,
  resource_sites: 3,
  capacity: 40,
  people: { residents: 1000 * id, households: 400, over_60: 250, over_60_alone: 12, children: 80, shops: 5 },
  issues_open: 1,
  hazards_standing: 0,
  alerts_active: 0,
  freshness: { fresh: 3, due: 1, overdue: 0, unknown: 0 },
  ...more,
});

describe('the map coloured by a figure', () => {
  it('puts every place where its figure says', () => {
    const { states, classes, values } = colour([place(1), place(2), place(3)], 'residents');
    expect(classes).toHaveLength(3);
    expect([...states]).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(values.get(2)).toBe(2000);
  });

  it('tells what is withheld from what is not known, and both from nought', () => {
    const hidden = place(1, { people: null });
    const unknown = place(2, { people: { residents: null } });
    const nought = place(3, { people: { residents: 0 } });
    const { states, withheld, none, values } = colour([hidden, unknown, nought], 'residents');
    expect([withheld, none]).toEqual([1, 1]);
    expect(states.get(1)).toBe(WITHHELD_CLASS);
    expect(states.has(2)).toBe(false);
    expect(values.get(3)).toBe(0);
  });

  it('relates people to ground and parts to wholes', () => {
    expect(tallies.density.of(place(1))).toBe(2000);
    expect(tallies.over_60_share.of(place(1))).toBe(25);
    expect(tallies.fresh_share.of(place(1))).toBe(75);
  });

  it('does not divide by nothing', () => {
    expect(tallies.density.of(place(1, { area_m2: 0 }))).toBe('none');
    expect(tallies.over_60_share.of(place(1, { people: { residents: 0, over_60: 0 } }))).toBe('none');
    expect(tallies.fresh_share.of(place(1, { freshness: { fresh: 0, due: 0, overdue: 0, unknown: 0 } }))).toBe('none');
  });

  it('can use classes of another date, so that two maps compare', () => {
    const { classes } = colour([place(1), place(2), place(3)], 'residents');
    const later = colour([place(9)], 'residents', classes);
    expect(later.states.get(9)).toBe(2);
  });
});

describe('a figure in a link', () => {
  it('reads as it was written', () => {
    for (const name of TALLY_NAMES)
      expect(readTally(writeTally({ level: 'grid', name }))).toEqual({ level: 'grid', name });
  });

  it('that nobody knows colours nothing', () => {
    for (const text of [null, '', 'none', 'grid', 'grid.secrets', 'alert.residents', '<b>.x'])
      expect(readTally(text)).toBeNull();
  });
});

describe('the words of a class', () => {
  it('do not overlap where figures are whole', () => {
    expect(told({ from: 1, to: 10, count: 4 }, false)).toEqual({ from: 1, to: 9 });
    expect(told({ from: 10, to: 25, count: 4 }, true)).toEqual({ from: 10, to: 25 });
    expect(told({ from: 0, to: 1, count: 4 }, false)).toEqual({ from: 0, to: 0 });
    expect(told({ from: 1.5, to: 2.5, count: 4 }, false, 1)).toEqual({ from: 1.5, to: 2.4 });
  });
});
