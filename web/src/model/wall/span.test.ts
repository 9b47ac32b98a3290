import { describe, expect, it } from 'vitest';
import { age, running, skew } from './span';

describe('a running clock', () => {
  it('counts minutes and seconds, then hours, then days', () => {
    expect(running(0)).toEqual({ clock: '00:00' });
    expect(running(247_000)).toEqual({ clock: '04:07' });
    expect(running(3_599_999)).toEqual({ clock: '59:59' });
    expect(running(3_600_000)).toEqual({ clock: '1:00:00' });
    expect(running(86_399_000)).toEqual({ clock: '23:59:59' });
    expect(running(2 * 86_400_000 + 5 * 3_600_000)).toEqual({ days: 2, hours: 5 });
  });

  it('never runs backwards when something begins by a clock ahead of ours', () => {
    expect(running(-5_000)).toEqual({ clock: '00:00' });
    expect(running(NaN)).toEqual({ clock: '00:00' });
  });
});

describe('an age', () => {
  it('is told from the first second on', () => {
    expect(age(12_400)).toEqual({ n: 12, unit: 'second' });
    expect(age(59_999)).toEqual({ n: 59, unit: 'second' });
    expect(age(60_000)).toEqual({ n: 1, unit: 'minute' });
    expect(age(7_200_000)).toEqual({ n: 2, unit: 'hour' });
    expect(age(9 * 86_400_000)).toEqual({ n: 9, unit: 'day' });
  });

  it('is never negative', () => {
    expect(age(-1)).toEqual({ n: 0, unit: 'second' });
  });
});

describe('the clock of a screen', () => {
  it('is set right by the server when it is wrong', () => {
    expect(skew(100_000, 10_000, 10_200)).toBe(89_900);
    expect(skew(1_000, 60_000, 60_000)).toBe(-59_000);
  });

  it('is left alone when it is right, and when the server says nothing', () => {
    expect(skew(11_000, 10_000, 10_400)).toBe(0);
    expect(skew(NaN, 10_000, 10_400)).toBe(0);
  });
});
