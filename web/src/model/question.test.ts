import { describe, expect, it } from 'vitest';
import type { LonLat } from '../api';
import { readDay } from './address';
import {
  areaOf,
  blank,
  circle,
  crosses,
  drawn,
  PLACES_MAX,
  readQuestion,
  writeQuestion,
  type Question,
} from './question';

const read = (text: string) => readQuestion(text, readDay);
const square: LonLat[] = [
  [104, 30],
  [104.01, 30],
  [104.01, 30.01],
  [104, 30.01],
];

const [a, b, c, d] = square as [LonLat, LonLat, LonLat, LonLat];
const bowTie = [a, c, b, d];

describe('a link that asks', () => {
  it('asks the same again', () => {
    const questions: Question[] = [
      { ...blank('places'), places: [12, 9007199254740991] },
      { ...blank('shape'), ring: square, closed: true, rule: 'share' },
      { ...blank('circle'), centre: [104.061234, 30.66], radius: 450, rule: 'inner_point', day: '2026-01-31' },
    ];
    for (const question of questions) expect(read(writeQuestion(question))).toEqual(question);
  });

  it('that somebody mangled asks nothing it was not asked', () => {
    expect(read('')).toBeNull();
    expect(read('x1.2')).toBeNull();
    expect(read('s1.-2.x.99999999999999999999.1')?.places).toEqual([1]);
    expect(read(`s${Array.from({ length: 80 }, (_, i) => i + 1).join('.')}`)?.places).toHaveLength(PLACES_MAX);
    for (const text of ['p1,2;3,4', 'p1,2;3,x;5,6', 'p104,30;104.01,30.01;104.01,30;104,30.01', 'p200,30;1,2;3,4'])
      expect(read(text), text).toMatchObject({ ring: [], closed: false });
    for (const text of ['c104,30', 'c104,30,5', 'c104,30,1e9', 'c104,95,300'])
      expect(read(text)?.centre, text).toBeNull();
    expect(read('s1~nonsense~2026-02-30')).toMatchObject({ rule: 'inner_point', day: null });
  });
});

describe('the ground of a question', () => {
  it('is asked for once it is chosen', () => {
    expect(areaOf(blank('places'))).toBeNull();
    expect(areaOf({ ...blank('shape'), ring: square })).toBeNull();
    expect(areaOf({ ...blank('shape'), ring: square, closed: true })).toEqual({
      geometry: { type: 'Polygon', coordinates: [[...square, square[0]]] },
    });
    expect(areaOf({ ...blank('circle'), centre: [104, 30] })).toEqual({ point: [104, 30], radius_m: 300 });
  });

  it('may not cross itself', () => {
    expect(crosses(square)).toBe(false);
    expect(crosses(bowTie)).toBe(true);
  });

  it('shows where the next corner would fall', () => {
    const line = drawn({ ...blank('shape'), ring: square.slice(0, 2) }, [], [104.02, 30])[0];
    expect(line?.geometry).toMatchObject({ type: 'LineString', coordinates: [...square.slice(0, 2), [104.02, 30]] });
  });

  it('as a circle is as wide as it says', () => {
    const [ring = []] = circle([104, 30], 1000).coordinates;
    const [east = 0] = ring[0] ?? [];
    expect((east - 104) * 111_320 * Math.cos(Math.PI / 6)).toBeCloseTo(1000, 3);
    expect(ring[0]).toEqual(ring.at(-1)?.map((one, at) => (at === 0 ? one : expect.closeTo(30, 9))));
  });
});
