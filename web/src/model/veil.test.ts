import type { Geometry } from 'geojson';
import { describe, expect, it } from 'vitest';
import { veil } from './veil';

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

  it('covers nothing where no outline is known', () => {
    expect(veil([])).toBeNull();
    expect(veil([null, { type: 'Point', coordinates: [1, 2] }])).toBeNull();
  });
});
