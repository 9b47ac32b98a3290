import { describe, expect, it } from 'vitest';
import type { Me, Place } from '../api';
import { below, reachOf, whyNotAmend, whyNotHandOver } from './may';

const me = (more: object): Me =>
  ({
    places: [{ id: 5, kind: 'grid', name: '一网格', bbox: [0, 0, 1, 1] }],
    duties: { draws: [], amends: ['building'] },
    may: { place_amend: 'own' },
    ...more,
  }) as unknown as Me;
const house = (more: object = {}): Place =>
  ({ id: 9, properties: { kind: 'building', effective_to: null, ...more } }) as unknown as Place;

describe('a button says why it cannot be pressed', () => {
  it('and opens where role, duty and ground agree', () => {
    expect(whyNotAmend(me({}), house(), [5])).toBeNull();
    expect(whyNotAmend(me({ may: { place_amend: 'none' } }), house(), [5])).toBe('role');
    expect(whyNotAmend(me({}), house({ kind: 'compound' }), [5])).toBe('duty');
    expect(whyNotAmend(me({}), house(), [6])).toBe('ground');
    expect(whyNotAmend(me({ may: { place_amend: 'all' } }), house(), [])).toBeNull();
    expect(whyNotAmend(me({}), house({ effective_to: '2026-01-01' }), [5])).toBe('retired');
    expect(whyNotAmend(me({}), house({ withheld: ['residents'] }), [5])).toBe('withheld');
  });

  it('also where an older server only says yes or no', () => {
    const old = me({ may: { 'place.amend': true, 'post.manage': false } });
    expect(reachOf(old, 'place_amend')).toBe('own');
    expect(whyNotHandOver(old, 5, [])).toBe('role');
    expect(reachOf(old, 'backup')).toBeNull();
  });
});

describe('the levels below', () => {
  it('follow the Scheme, which may leave levels out', () => {
    expect(below('community', null)).toEqual(['compound', 'grid']);
    expect(below('community', ['compound', 'micro_grid', 'building'])).toEqual(['compound', 'micro_grid']);
    expect(below('building', null)).toEqual([]);
  });
});
