import { describe, expect, it } from 'vitest';
import type { Place } from '../api';
import { moved, pieces, ranked, whereabouts } from './search';

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
