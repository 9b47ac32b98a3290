import { describe, expect, it } from 'vitest';
import type { ShapeFinding } from '../api';
import { doubledArea, holds } from './area';
import { foundOn } from './found';
import { Frame, xOf, yOf } from './spot';

const frame = new Frame([104, 30]);
const overlap: ShapeFinding = {
  code: 'overlap',
  severity: 'block',
  message: 'they overlap',
  point: [104.0005, 30.0005],
  geometry: {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [104, 30],
          [104.001, 30],
          [104.001, 30.001],
          [104, 30.001],
          [104, 30],
        ],
      ],
      [
        [
          [104.002, 30],
          [104.003, 30],
          [104.003, 30.002],
          [104.002, 30],
        ],
      ],
    ],
  },
};

describe('a finding where it is', () => {
  it('is the ground it is about, all parts of it, and the spot to look at', () => {
    const [found] = foundOn([overlap], frame);
    expect(found?.area).toHaveLength(2);
    expect(found?.box).toEqual([104, 30, 104.003, 30.002]);
    expect(found?.at).toEqual([104.0005, 30.0005]);
  });

  it('is a spot where the server tells of no ground, under either of its names', () => {
    const { code, severity, message, point } = overlap;
    const told = { code, severity, message, point: point ?? null };
    for (const finding of [told, { ...told, geometry: null }, { code, severity, message, at: point ?? null }])
      expect(foundOn([finding], frame)).toEqual([{ finding, index: 0, area: [], at: point, box: null }]);
  });

  it('without a spot is looked at inside its ground', () => {
    const [found] = foundOn([{ ...overlap, point: null }], frame);
    const spot = frame.at(found?.at ?? [0, 0]);
    expect(holds(found?.area ?? [], xOf(spot), yOf(spot))).toBe(true);
    expect(doubledArea(found?.area ?? [])).toBeGreaterThan(0);
  });

  it('that is about no place on the map is none', () => {
    const [found] = foundOn([{ code: 'codes_ordered', severity: 'warn', message: '' }], frame);
    expect(found).toMatchObject({ area: [], at: null, box: null });
  });
});
