import { describe, expect, it } from 'vitest';
import type { Place } from '../api';
import { grouped, houseOf, moved, pieces, ranked, readRecents, whereabouts, withRecent, type Recent } from './search';

const place = (id: number, name: string, code: string | null = null): Place =>
  ({ id, type: 'Feature', properties: { name, code, parent_names: {} } }) as unknown as Place;

describe('the mark in the list', () => {
  it('goes round at both ends', () => {
    expect(moved(-1, 3, 'ArrowDown')).toBe(0);
    expect(moved(2, 3, 'ArrowDown')).toBe(0);
    expect(moved(0, 3, 'ArrowUp')).toBe(2);
    expect(moved(-1, 3, 'ArrowUp')).toBe(2);
    expect(moved(1, 3, 'Home')).toBe(0);
    expect(moved(1, 3, 'End')).toBe(2);
  });

  it('is nowhere in an empty list', () => {
    expect(moved(0, 0, 'ArrowDown')).toBe(-1);
  });
});

describe('a match', () => {
  it('is cut out of the name', () => {
    expect(pieces('宽巷子社区', '巷子')).toEqual([
      { text: '宽', hit: false },
      { text: '巷子', hit: true },
      { text: '社区', hit: false },
    ]);
  });

  it('ignores case and stays text, whatever it is', () => {
    expect(pieces('<b>Garden</b>', 'GARDEN').map(({ text }) => text)).toEqual(['<b>', 'Garden', '</b>']);
  });

  it('that is none leaves the name whole', () => {
    expect(pieces('少城', '')).toEqual([{ text: '少城', hit: false }]);
    expect(pieces('İstanbul', 'stan')).toEqual([{ text: 'İstanbul', hit: false }]);
  });
});

describe('results', () => {
  it('come best first: whole name, beginning, within, code, the rest', () => {
    const found = [
      place(1, '老少城院'),
      place(2, '别处', '少城1'),
      place(3, '少城里'),
      place(4, '少城'),
      place(5, '标签'),
    ];
    expect(ranked(found, '少城').map(({ id }) => id)).toEqual([4, 3, 1, 2, 5]);
  });

  it('keep the server’s order among equals and lose doubles', () => {
    expect(ranked([place(9, 'a1'), place(3, 'a2'), place(9, 'a1')], 'a').map(({ id }) => id)).toEqual([9, 3]);
  });

  it('say where they lie', () => {
    const { properties } = place(1, '3栋');
    properties.parent_names = { street: '少城街道', community: '宽巷子社区', grid: '第1网格', compound: '12号院' };
    expect(whereabouts({ properties } as Place)).toBe('少城街道 · 宽巷子社区 · 12号院');
  });
});

describe('results by kind', () => {
  const of = (id: number, kind: string) => ({ id, properties: { kind, name: '' } }) as unknown as Place;

  it('begin with the kind of the best', () => {
    const all = [of(1, 'compound'), of(2, 'building'), of(3, 'compound')];
    expect(grouped(all).map(({ id }) => id)).toEqual([1, 3, 2]);
  });
});

describe('a house', () => {
  it('is asked for by its yard and number', () => {
    expect(houseOf('梧园巷3号院 3栋')).toEqual({ yard: '梧园巷3号院', house: '3栋' });
    expect(houseOf('青枫天境12号楼')).toEqual({ yard: '青枫天境', house: '12号楼' });
    expect(houseOf('3栋')).toBeNull();
    expect(houseOf('梧园巷3号院')).toBeNull();
  });
});

describe('what was opened lately', () => {
  it('is kept newest first, each once, and only as much as one reads', () => {
    let recents: Recent[] = [];
    for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 3]) recents = withRecent(recents, { id, kind: 'building', name: '' });
    expect(recents.map(({ id }) => id)).toEqual([3, 9, 8, 7, 6, 5, 4, 2]);
  });

  it('that somebody mangled is left out', () => {
    expect(readRecents(null)).toEqual([]);
    expect(
      readRecents([null, 3, { id: 'x' }, { id: 1, kind: 'nonsense', name: 'a' }, { id: 2, kind: 'grid', name: 'b' }]),
    ).toEqual([{ id: 2, kind: 'grid', name: 'b' }]);
  });
});
