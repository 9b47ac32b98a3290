import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Place } from '../api';
import { search } from '../model/search.svelte';
import PlaceDetails from './PlaceDetails.svelte';
import SearchBox from './SearchBox.svelte';

const HOSTILE = '<img src=x onerror="alert(1)">{@html 1}';

const place: Place = {
  type: 'Feature',
  id: 7,
  geometry: { type: 'Point', coordinates: [104, 30] },
  properties: {
    kind: 'compound',
    name: HOSTILE,
    code: HOSTILE,
    address: HOSTILE,
    tags: [HOSTILE],
    version: 1,
    effective_from: '2024-05-01',
    effective_to: null,
    source: { name: HOSTILE },
    parents: { street: 2 },
    parent_names: { street: HOSTILE },
    area_m2: 10,
    archive: { kind: 'old', property_firm: HOSTILE, service_items: [{ title: HOSTILE, body: HOSTILE }] },
    withheld: ['residents'],
    changed_at: '2026-03-01T00:00:00Z',
    changed_seq: 3,
  },
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  search.clear();
});

describe('what came from outside', () => {
  it('is text in the panel, never markup', () => {
    const { container } = render(PlaceDetails, { place, goto: () => undefined });
    expect(container.querySelector('img')).toBeNull();
    expect(screen.getByRole('heading', { level: 2 }).textContent).toBe(HOSTILE);
  });

  it('is text in the search results, never markup', async () => {
    const list = { type: 'FeatureCollection', features: [place], numberReturned: 1, numberMatched: 1 };
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(list))));
    const { container } = render(SearchBox, { chosen: () => undefined });
    const box = screen.getByRole('combobox');
    await fireEvent.focus(box);
    await fireEvent.input(box, { target: { value: 'img' } });
    const option = await screen.findByRole('option');
    expect(option.textContent).toContain(HOSTILE);
    expect(container.querySelector('img')).toBeNull();
  });
});

describe('the search box', () => {
  it('opens the first result with Enter, another with the arrows', async () => {
    const features = [1, 2, 3].map((id) => ({ ...place, id }));
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ features, numberMatched: 3 }))));
    const opened: number[] = [];
    render(SearchBox, { chosen: ({ id }) => opened.push(id) });
    const box = screen.getByRole('combobox');
    for (const keys of [['Enter'], ['ArrowDown', 'ArrowDown', 'Enter'], ['ArrowUp', 'Enter']]) {
      search.clear();
      await fireEvent.focus(box);
      await fireEvent.input(box, { target: { value: 'x' } });
      await screen.findAllByRole('option');
      for (const key of keys) await fireEvent.keyDown(box, { key });
    }
    expect(opened).toEqual([1, 2, 3]);
  });

  it('says why when the search fails', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
    render(SearchBox, { chosen: () => undefined });
    const box = screen.getByRole('combobox');
    await fireEvent.focus(box);
    await fireEvent.input(box, { target: { value: 'x' } });
    expect(await screen.findByText(/连不上服务器|cannot be reached/)).toBeTruthy();
  });
});

describe('figures a reader has no right to', () => {
  it('are said to be withheld, not left out in silence', async () => {
    render(PlaceDetails, { place, goto: () => undefined });
    // The archive's pages are fetched when a place is opened.
    expect(
      await screen.findByText(/居民：无权查看|Residents: not yours to see/, undefined, { timeout: 10_000 }),
    ).toBeTruthy();
  }, 15_000);
});
