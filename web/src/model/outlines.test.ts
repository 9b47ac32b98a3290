import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryItem } from '../api';
import { outlinesOf } from './outlines';
import { PastOutline } from './past_outline.svelte';

const item = (seq: number, what: string, fields?: string[]): HistoryItem => ({
  seq,
  what,
  at: `2026-03-0${seq}T08:00:00Z`,
  actor: 'worker',
  version: seq,
  ...(fields ? { fields } : {}),
});

describe('the outlines a place had', () => {
  it('are those of the Changes that drew it, newest first; what was only written is none', () => {
    const items = [
      item(1, 'created'),
      item(2, 'amended', ['name']),
      item(3, 'amended', ['geometry', 'name']),
      item(4, 'reparented', []),
      item(5, 'amended', ['geometry']),
    ];
    expect(outlinesOf(items).map(({ seq }) => seq)).toEqual([5, 3, 1]);
  });
});

describe('an old outline', () => {
  const square = {
    type: 'Polygon',
    coordinates: [
      [
        [104, 30],
        [104.001, 30],
        [104.001, 30.001],
        [104, 30],
      ],
    ],
  };
  let asked: string[] = [];
  const answers = (answer: (path: string) => [unknown, number]) =>
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(String(url).replace(/^https?:\/\/[^/]+/, ''));
      const [body, status] = answer(String(url));
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    });
  const plainly = (url: string): [unknown, number] =>
    url.includes('/figures') ? [{ people: { households: 41 } }, 200] : [{ geometry: square, properties: {} }, 200];

  beforeEach(() => {
    asked = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is read as the ledger knew it then, with what it held, once', async () => {
    answers(plainly);
    const past = new PastOutline(7, true);
    past.look(5);
    await vi.runAllTimersAsync();
    expect(past.part).toMatchObject({ state: 'ready', value: { seq: 5, geometry: square, households: 41 } });
    past.look(null);
    expect(past.part).toBeNull();
    past.look(5);
    expect(past.part?.state).toBe('ready');
    expect(asked.sort()).toEqual(['/api/v1/places/7/figures?known=5', '/api/v1/places/7?known=5']);
  });

  it('is asked for when the hand rests, not at every step on the way', async () => {
    answers(plainly);
    const past = new PastOutline(7, false);
    for (const seq of [5, 3, 1]) past.look(seq);
    await vi.runAllTimersAsync();
    expect(asked).toEqual(['/api/v1/places/7?known=1']);
    expect(past.part).toMatchObject({ state: 'ready', value: { seq: 1, households: null } });
  });

  it('is shown also where the figures of that day are withheld', async () => {
    answers((url) => (url.includes('/figures') ? [{ code: 'forbidden' }, 403] : plainly(url)));
    const past = new PastOutline(7, true);
    past.look(5);
    await vi.runAllTimersAsync();
    expect(past.part).toMatchObject({ state: 'ready', value: { households: null } });
  });

  it('that cannot be read says why', async () => {
    answers(() => [{ code: 'question_too_big' }, 422]);
    const past = new PastOutline(7, false);
    past.look(5);
    await vi.runAllTimersAsync();
    expect(past.part).toMatchObject({ state: 'failed', problem: { code: 'question_too_big' } });
  });
});
