import { describe, expect, it } from 'vitest';
import type { Bbox } from '../api';
import { Freshness } from './fresh';
import { grown, holds, meet, span, tileAt, tilesTouched, touches } from './tile';

/** The north-west corner of a tile, by the textbook. */
function corner(x: number, y: number, z: number): [number, number] {
  const n = Math.PI * (1 - (2 * y) / 2 ** z);
  return [(x / 2 ** z) * 360 - 180, (Math.atan(Math.sinh(n)) * 180) / Math.PI];
}

describe('tiles', () => {
  it('are numbered as everybody numbers them', () => {
    const { x, y } = tileAt([104.0633, 30.6598], 14);
    expect([Math.floor(x), Math.floor(y)]).toEqual([12928, 6724]);
  });

  it('agree with the textbook inverse', () => {
    for (const z of [0, 5, 11, 16]) {
      const { x, y } = tileAt(corner(2 ** z * 0.8, 2 ** z * 0.4, z), z);
      expect(x).toBeCloseTo(2 ** z * 0.8, 6);
      expect(y).toBeCloseTo(2 ** z * 0.4, 6);
    }
  });

  it('beyond the poles are the last ones', () => {
    expect(span([-180, -90, 180, 90], 2)).toEqual({ x0: 0, x1: 3, y0: 0, y1: 3 });
  });

  it('touched by an envelope are exactly those a plain loop finds', () => {
    const box: Bbox = [104.05, 30.65, 104.07, 30.67];
    const named = new Set(tilesTouched(box, 12, 14)?.map(({ z, x, y }) => `${z}/${x}/${y}`));
    for (let z = 12; z <= 14; z++) {
      const around = tileAt([104.06, 30.66], z);
      for (let x = Math.floor(around.x) - 4; x < around.x + 4; x++) {
        for (let y = Math.floor(around.y) - 4; y < around.y + 4; y++) {
          expect(named.has(`${z}/${x}/${y}`)).toBe(touches(box, { z, x, y }));
        }
      }
    }
  });

  it('next to an edge are touched too, for the margin a tile is cut with', () => {
    const [west, north] = corner(100, 60, 8);
    const justEast: Bbox = [west + 0.001, north - 0.5, west + 0.1, north - 0.2];
    expect(touches(justEast, { z: 8, x: 99, y: 60 })).toBe(true);
    const wellEast: Bbox = [west + 0.5, north - 0.5, west + 0.6, north - 0.2];
    expect(touches(wellEast, { z: 8, x: 99, y: 60 })).toBe(false);
  });

  it('too many to name are not named', () => {
    expect(tilesTouched([103, 30, 105, 31], 0, 16)).toBeNull();
  });
});

describe('envelopes', () => {
  it('meet when they share an edge', () => {
    expect(meet([0, 0, 1, 1], [1, 0, 2, 1])).toBe(true);
    expect(meet([0, 0, 1, 1], [1.1, 0, 2, 1])).toBe(false);
  });

  it('hold themselves, and are held when grown', () => {
    const box: Bbox = [104, 30, 105, 31];
    expect(holds(box, box)).toBe(true);
    expect(holds(grown(box, 0.5), box)).toBe(true);
    expect(holds(box, grown(box, 0.5))).toBe(false);
  });
});

describe('freshness', () => {
  it('is asked of tiles that a change touched, and of no others', () => {
    const fresh = new Freshness();
    fresh.note(41, [104.05, 30.65, 104.07, 30.67]);
    fresh.note(42, [104.06, 30.66, 104.061, 30.661]);
    expect(fresh.needed({ z: 14, x: 12927, y: 6724 })).toBe(42);
    expect(fresh.needed({ z: 14, x: 12000, y: 6724 })).toBeNull();
  });

  it('of everything is asked after a change that names no envelope', () => {
    const fresh = new Freshness();
    fresh.note(7, null);
    expect(fresh.needed({ z: 3, x: 0, y: 0 })).toBe(7);
    fresh.forget();
    expect(fresh.needed({ z: 3, x: 0, y: 0 })).toBeNull();
  });
});
