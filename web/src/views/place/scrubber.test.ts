import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import type { Feature } from 'geojson';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryItem, Place } from '../../api';
import { language } from '../../text';
import type { Sight } from '../../map/sight.svelte';
import OutlineScrubber from './OutlineScrubber.svelte';

const square = (east: number) => ({
  type: 'Polygon' as const,
  coordinates: [
    [
      [104, 30],
      [east, 30],
      [east, 30.001],
      [104, 30.001],
      [104, 30],
    ],
  ],
});
const place = {
  type: 'Feature',
  id: 7,
  geometry: square(104.001),
  properties: { kind: 'building', name: '3栋', version: 2 },
} as Place;
const outlines: HistoryItem[] = [
  { seq: 9, at: '2026-03-02T08:00:00Z', actor: 'account:li', version: 2, what: 'amended', fields: ['geometry'] },
  { seq: 4, at: '2026-03-01T08:00:00Z', actor: null, version: 1, what: 'created' },
];

const sketched: [string, Feature[]][] = [];
const fits: unknown[] = [];
const sight = {
  stage: { sketch: (name: string, features: Feature[]) => sketched.push([name, features]) },
  fit: (box: unknown) => fits.push(box),
} as unknown as Sight;
const covered = () => ({ top: 0, right: 0, bottom: 0, left: 0 });

beforeEach(() => {
  language.choose('zh');
  sketched.length = fits.length = 0;
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ ...place, geometry: square(104.002) }))));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const slider = () => screen.getByRole('slider');
async function slide(step: number): Promise<void> {
  (slider() as HTMLInputElement).value = String(step);
  await fireEvent.input(slider());
}

describe('the slider over the outlines a place had', () => {
  it('draws the one it stands on, dashed and with its date, and says what became of it', async () => {
    render(OutlineScrubber, { place, outlines, sight, covered, bringBack: null });
    expect(slider().getAttribute('aria-valuetext')).toMatch(/现在的边界.*li/);
    await slide(0);
    expect(await screen.findByText(/^此后划入 0 平方米，划出 .+$/)).toBeTruthy();
    expect(slider().getAttribute('aria-valuetext')).toMatch(/2026\/03\/01 16:00，新建$/);
    const [line, words] = sketched.at(-1)?.[1] ?? [];
    expect(line).toMatchObject({ geometry: square(104.002), properties: { side: 'past' } });
    expect(words?.properties).toMatchObject({ side: 'words', words: '2026/03/01 16:00 的边界' });
    expect(fits).toHaveLength(1);
    expect(screen.queryByRole('button'), 'nobody may draw here').toBeNull();
  });

  it('takes it off the map by Escape, and when one leaves', async () => {
    const { unmount } = render(OutlineScrubber, { place, outlines, sight, covered, bringBack: () => undefined });
    await slide(0);
    await screen.findByText(/^此后划入/);
    await fireEvent.keyDown(window, { key: 'Escape' });
    expect(slider()).toHaveProperty('value', '1');
    expect(sketched.at(-1)).toEqual(['compared', []]);
    await slide(0);
    expect(sketched.at(-1)?.[1]).toHaveLength(2);
    unmount();
    expect(sketched.at(-1)).toEqual(['compared', []]);
  });

  it('brings back the outline that is looked at', async () => {
    const brought: number[] = [];
    render(OutlineScrubber, { place, outlines, sight, covered, bringBack: ({ seq }) => brought.push(seq) });
    await slide(0);
    await fireEvent.click(await screen.findByRole('button'));
    expect(brought).toEqual([4]);
  });
});
