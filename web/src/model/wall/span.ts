/** Spans of time as a wall tells them: short, tabular, and running. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Unit = 'second' | 'minute' | 'hour' | 'day';

const two = (value: number) => String(value).padStart(2, '0');

/**
 * How long something has been going on: "04:07", "2:04:07", and beyond a day its days and hours, where seconds would only
 * be unrest. A start that lies ahead of us (a clock elsewhere) counts as now.
 */
export function running(ms: number): { clock: string } | { days: number; hours: number } {
  const span = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  if (span >= DAY) return { days: Math.floor(span / DAY), hours: Math.floor((span % DAY) / HOUR) };
  const hours = Math.floor(span / HOUR);
  const minutes = Math.floor((span % HOUR) / MINUTE);
  const seconds = Math.floor((span % MINUTE) / SECOND);
  return { clock: hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}` };
}

/** An age in the largest unit that has come round once; never negative, never "just now": a wall says how old it is. */
export function age(ms: number): { n: number; unit: Unit } {
  const span = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  if (span >= DAY) return { n: Math.floor(span / DAY), unit: 'day' };
  if (span >= HOUR) return { n: Math.floor(span / HOUR), unit: 'hour' };
  if (span >= MINUTE) return { n: Math.floor(span / MINUTE), unit: 'minute' };
  return { n: Math.floor(span / SECOND), unit: 'second' };
}

/** A server's Date header counts whole seconds and travels a while: less than this is no difference. */
const SKEW_MIN_MS = 2_000;

/** How far the server's clock is ahead of ours. */
export function skew(serverTime: number, asked: number, answered: number): number {
  const ahead = serverTime - (asked + answered) / 2;
  return Number.isFinite(ahead) && Math.abs(ahead) >= SKEW_MIN_MS ? ahead : 0;
}
