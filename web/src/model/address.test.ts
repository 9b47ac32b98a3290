import { describe, expect, it } from 'vitest';
import { readView, sameSubject, writeView, type Look, type View } from './address';
import { LAYER_NAMES } from './shown.svelte';

const read = (hash: string) => readView(hash, LAYER_NAMES);

const usual: Look = { topic: 'all', layers: null, tally: undefined, relief: false, before: null };

describe('a link', () => {
  it('opens the view it was made from', () => {
    const view: View = {
      camera: { zoom: 15.25, lon: 104.06123, lat: 30.66001, bearing: 30 },
      subject: { what: 'place', id: 431 },
      ask: null,
      look: {
        topic: 'care',
        layers: ['alert', 'building'],
        tally: { level: 'grid', name: 'over_60' },
        relief: true,
        before: '2026-08-01',
      },
      language: 'en',
    };
    expect(read(writeView(view))).toEqual(view);
  });

  it('holds a matter as well as a place', () => {
    const view: View = {
      camera: null,
      subject: { what: 'matter', kind: 'hazard', id: 9 },
      ask: null,
      look: usual,
      language: null,
    };
    expect(writeView(view)).toBe('#hazard=9');
    expect(read('#hazard=9')).toEqual(view);
  });

  it('may switch everything off', () => {
    expect(read('#layers=').look.layers).toEqual([]);
    expect(read('').look.layers).toBeNull();
  });

  it('that somebody mangled still opens the map', () => {
    for (const hash of [
      '#map=abc/1/2',
      '#map=15/95/104',
      '#map=15//104',
      '#map=99/1/1',
      '#map=1e999/0/0',
      '#place=-3',
      '#place=1e5',
      '#place=99999999999999999999',
      '#lang=xx',
      '#%E0%A4%A',
    ]) {
      const { camera, subject, language } = read(hash);
      expect({ camera, subject, language }, hash).toEqual({ camera: null, subject: null, language: null });
    }
  });

  it('may take the colour off a topic that has one', () => {
    expect(read('#topic=care&tally=none').look.tally).toBeNull();
    expect(read('#topic=care').look.tally).toBeUndefined();
    expect(read('#topic=care&tally=grid.secrets').look.tally).toBeUndefined();
  });

  it('opens the usual look where it says something nobody knows', () => {
    expect(read('#topic=spies&relief=yes&before=2026-02-30').look).toEqual(usual);
  });

  it('keeps only layers that exist', () => {
    expect(read('#layers=alert,<b>,nonsense').look.layers).toEqual(['alert']);
  });
});

describe('subjects', () => {
  it('are the same by kind and id', () => {
    expect(sameSubject({ what: 'place', id: 1 }, { what: 'place', id: 1 })).toBe(true);
    expect(sameSubject({ what: 'place', id: 1 }, { what: 'matter', kind: 'issue', id: 1 })).toBe(false);
    expect(sameSubject({ what: 'matter', kind: 'alert', id: 1 }, { what: 'matter', kind: 'issue', id: 1 })).toBe(false);
    expect(sameSubject(null, null)).toBe(true);
  });
});
