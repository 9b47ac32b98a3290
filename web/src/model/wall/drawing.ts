import { remember, remembered } from '../../text';

/**
 * A graphics driver that fails again and again is not healed by loading the page again and again: so many fresh starts for
 * the drawing's sake within this time, then the figures stay on screen without a map.
 */
const STARTS_MAX = 3;
const WITHIN_MS = 15 * 60_000;
const KEY = 'geju.wall.drawing';

/** Whether one more fresh start may help; counts it when so. */
export function mayReloadForDrawing(now: number): boolean {
  const before = (remembered(KEY) ?? '')
    .split(',')
    .map(Number)
    .filter((at) => at > now - WITHIN_MS && at <= now);
  if (before.length >= STARTS_MAX) return false;
  remember(KEY, [...before, now].join(','));
  return true;
}
