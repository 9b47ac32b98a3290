import { describe, expect, it } from 'vitest';
import { breaks, classOf, CLASSES_MAX } from './breaks';

/** A small generator with a fixed seed, so that a failure can be seen again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('classes of a coloured map', () => {
  it('hold every value exactly once, whatever the values', () => {
    const next = random(20_260);
    for (let round = 0; round < 300; round++) {
      const spread = 10 ** Math.floor(next() * 6);
      const digits = round % 2;
      const values = Array.from({ length: 1 + Math.floor(next() * 200) }, () => {
        const value = next() ** 3 * spread;
        return digits ? value : Math.floor(value);
      });
      const classes = breaks(values, CLASSES_MAX, digits);
      expect(classes.length, `round ${round}`).toBeGreaterThan(0);
      expect(classes.length).toBeLessThanOrEqual(CLASSES_MAX);
      expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      for (const value of values) {
        const at = classOf(value, classes);
        const { from, to } = classes[at] ?? { from: NaN, to: NaN };
        expect(value).toBeGreaterThanOrEqual(from);
        if (at < classes.length - 1) expect(value).toBeLessThan(to);
        else expect(value).toBeLessThanOrEqual(to);
      }
      classes.forEach(({ from, to, count }, at) => {
        if (at > 0) expect(from).toBe(classes[at - 1]?.to);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(count).toBeGreaterThan(0);
      });
    }
  });

  it('hold about as many places each, at round numbers', () => {
    const values = Array.from({ length: 600 }, (_, at) => 137 + at * 13);
    const classes = breaks(values);
    expect(classes).toHaveLength(CLASSES_MAX);
    for (const { count } of classes) expect(count).toBeGreaterThan(60);
    // Two or three leading figures, the rest noughts.
    for (const { from } of classes.slice(1)) expect(String(from).replace(/0+$/, '').length).toBeLessThanOrEqual(3);
  });

  it('are one for each value where there are few', () => {
    expect(breaks([0, 0, 2, 2, 5]).map(({ from, count }) => [from, count])).toEqual([
      [0, 2],
      [2, 2],
      [5, 1],
    ]);
    expect(breaks([7, 7, 7])).toEqual([{ from: 7, to: 7, count: 3 }]);
  });

  it('are none where nothing is known', () => {
    expect(breaks([])).toEqual([]);
    expect(breaks([NaN, Infinity])).toEqual([]);
    expect(classOf(3, [])).toBe(-1);
  });

  it('do not break on a flood of noughts', () => {
    const classes = breaks([...Array<number>(500).fill(0), 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(classes[0]).toMatchObject({ from: 0 });
    expect(classes.every(({ count }) => count > 0)).toBe(true);
  });
});
