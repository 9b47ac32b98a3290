import type { DayFigure, WallAnswer } from '../../api';

export interface Compared {
  /** Each day, the oldest first; the last is today so far. */
  bars: number[];
  today: number;
  /** What was usual by this time of day; null where the server cannot say. */
  mean: number | null;
  trend: 'more' | 'fewer' | 'same';
}

/** Counts of a day differ by chance: within this share of the usual, and within one, it is as usual. */
const USUAL_SHARE = 0.2;
const USUAL_COUNT = 1;

export function compare(answer: Pick<WallAnswer, 'days' | 'week_mean_by_now'>, figure: DayFigure): Compared {
  const bars = answer.days.map((day) => day[figure] ?? 0);
  const today = bars.at(-1) ?? 0;
  const mean = answer.week_mean_by_now[figure] ?? null;
  const apart = today - (mean ?? today);
  const usual = Math.abs(apart) <= Math.max(USUAL_COUNT, (mean ?? 0) * USUAL_SHARE);
  return { bars, today, mean, trend: usual ? 'same' : apart > 0 ? 'more' : 'fewer' };
}
