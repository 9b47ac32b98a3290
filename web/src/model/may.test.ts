import { describe, expect, it } from 'vitest';
import type { Me, Place } from '../api';
import { below, reachOf, redrawable, whyNotAmend, whyNotHandOver } from './may';

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

describe('the desk on which a place’s own outline is drawn', () => {
  const part = (kind: string, more: object = {}) => house({ kind, parents: { grid: 5, community: 4 }, ...more });
  const drawer = me({
    may: { place_draw: 'own' },
    duties: { draws: ['micro_grid', 'compound'], amends: [] },
    scheme: {},
  });

  it('is that of the place it is a part of, for who may draw there', () => {
    expect(redrawable(drawer, part('micro_grid'), [5, 4])).toBe(5);
    expect(redrawable(drawer, part('compound'), [5, 4])).toBe(4);
    expect(redrawable(drawer, part('micro_grid'), [6])).toBeNull();
    expect(redrawable(drawer, part('building'), [5])).toBeNull();
    expect(redrawable(drawer, part('grid'), [5, 4])).toBeNull();
    expect(redrawable(drawer, part('micro_grid', { effective_to: '2026-01-01' }), [5])).toBeNull();
    expect(redrawable(me({ scheme: {} }), part('micro_grid'), [5])).toBeNull();
  });
});

describe('the levels below', () => {
  it('follow the Scheme, which may leave levels out', () => {
    expect(below('community', null)).toEqual(['compound', 'grid']);
    expect(below('community', ['compound', 'micro_grid', 'building'])).toEqual(['compound', 'micro_grid']);
    expect(below('building', null)).toEqual([]);
  });
});
