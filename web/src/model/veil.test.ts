import type { Geometry } from 'geojson';
import { describe, expect, it } from 'vitest';
import { fading, veil } from './veil';

const square = (at: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [at, 0],
      [at + 1, 0],
      [at + 1, 1],
      [at, 0],
    ],
  ],
});

describe('the veil over what is not ours', () => {
  it('has a hole for each outline', () => {
    expect(veil([square(100), square(102)])?.geometry.coordinates).toHaveLength(3);
  });

  it('knows exclaves', () => {
    const both: Geometry = {
      type: 'MultiPolygon',
      coordinates: [square(100), square(104)].map((one) => (one.type === 'Polygon' ? one.coordinates : [])),
    };
    expect(veil([both])?.geometry.coordinates).toHaveLength(3);
  });

  it('fades into paper in even steps, farther and farther out', () => {
    const sheets = fading([square(100)]);
    const shown = sheets.reduce((rest, { properties }) => rest * (1 - Number(properties?.['fade'])), 1);
    expect(shown, 'at last nothing shows through').toBe(0);
    const half = sheets.slice(0, sheets.length / 2);
    expect(half.reduce((rest, { properties }) => rest * (1 - Number(properties?.['fade'])), 1)).toBeCloseTo(0.5);
    const east = sheets.map(({ geometry }) => Math.max(...(geometry.coordinates[1] ?? []).map(([lon = 0]) => lon)));
    expect(east).toEqual([...east].sort((one, other) => one - other));
    expect(east[0]).toBeGreaterThan(101);
    expect(fading([])).toEqual([]);
  });

  it('covers nothing where no outline is known', () => {
    expect(veil([])).toBeNull();
    expect(veil([null, { type: 'Point', coordinates: [1, 2] }])).toBeNull();
  });
});
