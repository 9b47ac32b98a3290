import { describe, expect, it } from 'vitest';
import type { Polygon, Position } from 'geojson';
import { envelopeOf, innerPoint } from './shape';

const polygon = (...rings: Position[][]): Polygon => ({ type: 'Polygon', coordinates: rings });

describe('an inner point', () => {
  it('of an L-shaped yard lies in the yard, not in the middle of its box', () => {
    const yard = polygon([
      [0, 0],
      [10, 0],
      [10, 1],
      [1, 1],
      [1, 10],
      [0, 10],
      [0, 0],
    ]);
    const [x, y] = innerPoint(yard) ?? [NaN, NaN];
    expect((x < 1 && y < 10) || (y < 1 && x < 10)).toBe(true);
  });

  it('avoids a hole', () => {
    const ring = polygon(
      [
        [0, 0],
        [9, 0],
        [9, 9],
        [0, 9],
        [0, 0],
      ],
      [
        [1, 1],
        [1, 8],
        [8, 8],
        [8, 1],
        [1, 1],
      ],
    );
    const [x, y] = innerPoint(ring) ?? [NaN, NaN];
    expect(x > 1 && x < 8 && y > 1 && y < 8).toBe(false);
  });

  it('of a point is the point', () => {
    expect(innerPoint({ type: 'Point', coordinates: [3, 4] })).toEqual([3, 4]);
  });

  it('of nothing is nothing', () => {
    expect(innerPoint({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
    expect(envelopeOf({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
  });
});
