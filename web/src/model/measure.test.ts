import { describe, expect, it } from 'vitest';
import { circle, crossesItself, distance, pathLength, ringArea } from './measure';

describe('a measured distance', () => {
  it('is the geodesic: Flinders Peak to Buninyong is 54,972.271 m', () => {
    const flinders: [number, number] = [144.42486788888888, -37.95103341666667];
    const buninyong: [number, number] = [143.92649552777777, -37.65282113888889];
    expect(distance(flinders, buninyong)).toBeCloseTo(54_972.271, 1);
  });

  it('is the same both ways, and nothing from a point to itself', () => {
    const a: [number, number] = [104.05, 30.66];
    const b: [number, number] = [104.06, 30.67];
    expect(distance(a, b)).toBeCloseTo(distance(b, a), 9);
    expect(distance(a, a)).toBe(0);
  });

  it('adds up along a line', () => {
    const line: [number, number][] = [
      [104.05, 30.66],
      [104.06, 30.66],
      [104.06, 30.67],
    ];
    const [a, b, c] = line;
    expect(pathLength(line)).toBeCloseTo(distance(a ?? [0, 0], b ?? [0, 0]) + distance(b ?? [0, 0], c ?? [0, 0]), 6);
    expect(pathLength([])).toBe(0);
  });

  it('gives a number even between opposite ends of the earth', () => {
    expect(distance([0, 0], [179.9, 0.1])).toBeGreaterThan(19_900_000);
  });
});

describe('a measured patch', () => {
  it('is the ground of the ellipsoid: a square degree, against a slow sum of thin strips', () => {
    const [a, f] = [6_378_137, 1 / 298.257223563];
    const e2 = f * (2 - f);
    for (const south of [0, 30, 60]) {
      const degree: [number, number][] = [
        [104, south],
        [105, south],
        [105, south + 1],
        [104, south + 1],
      ];
      const strips = 20_000;
      let sum = 0;
      for (let at = 0; at < strips; at++) {
        const latitude = ((south + (at + 0.5) / strips) * Math.PI) / 180;
        const w = 1 - e2 * Math.sin(latitude) ** 2;
        sum += (((a ** 2 * (1 - e2) * Math.cos(latitude)) / w ** 2) * (Math.PI / 180) ** 2) / strips;
      }
      expect(ringArea(degree) / sum, `from ${south}°`).toBeCloseTo(1, 8);
    }
  });

  it('does not mind which way round it was drawn, nor whether it was closed', () => {
    const yard: [number, number][] = [
      [104.05, 30.66],
      [104.051, 30.66],
      [104.051, 30.661],
      [104.05, 30.661],
    ];
    const ground = ringArea(yard);
    expect(ground).toBeGreaterThan(10_000);
    expect(ringArea([...yard].reverse())).toBeCloseTo(ground, 6);
    expect(ringArea([...yard, [104.05, 30.66]])).toBeCloseTo(ground, 6);
  });

  it('is nothing while two points make no patch', () => {
    expect(ringArea([])).toBe(0);
    expect(
      ringArea([
        [0, 0],
        [1, 1],
      ]),
    ).toBe(0);
  });

  it('says when its edges cross', () => {
    const bow: [number, number][] = [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ];
    expect(crossesItself(bow)).toBe(true);
    expect(crossesItself([bow[0] ?? [0, 0], bow[2] ?? [0, 0], bow[1] ?? [0, 0], bow[3] ?? [0, 0]])).toBe(false);
  });
});

describe('a circle of so many metres', () => {
  it('is as far away everywhere, and closed', () => {
    const ring = circle([104.05, 30.66], 500);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const point of ring) expect(distance([104.05, 30.66], point)).toBeCloseTo(500, 0);
  });
});
