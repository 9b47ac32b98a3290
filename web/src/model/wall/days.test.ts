import { describe, expect, it } from 'vitest';
import { compare } from './days';

const answer = (counts: number[], mean?: number) => ({
  days: counts.map((issues_reported, at) => ({ date: `2026-03-0${at + 1}`, issues_reported })),
  week_mean_by_now: mean === undefined ? {} : { issues_reported: mean },
});

describe('today against the last seven days', () => {
  it('is more or fewer only beyond what chance does', () => {
    const trend = (today: number, mean: number) => compare(answer([4, 5, today], mean), 'issues_reported').trend;
    expect(trend(9, 4)).toBe('more');
    expect(trend(1, 4)).toBe('fewer');
    expect(trend(5, 4)).toBe('same');
    expect(trend(110, 100)).toBe('same');
    expect(trend(130, 100)).toBe('more');
  });

  it('says nothing of the usual where nothing is known', () => {
    expect(compare(answer([4, 5, 6]), 'issues_reported')).toEqual({
      bars: [4, 5, 6],
      today: 6,
      mean: null,
      trend: 'same',
    });
    expect(compare(answer([]), 'hazards_found')).toMatchObject({ bars: [], today: 0 });
  });
});
