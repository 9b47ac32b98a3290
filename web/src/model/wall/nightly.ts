/** A wall starts afresh each night, when nobody looks: whatever leaked in weeks without a keyboard is gone. */
const HOUR_OF_NIGHT = 4;
/** A building full of screens does not come back all at once. */
export const JITTER_MAX_MS = 20 * 60_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A page younger than this has just been loaded: an hour of grace also covers a clock that is set back. */
const YOUNG_MS = 60 * 60_000;

function minutesOfDay(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}

/** The next four o'clock in the zone of the place, `jitter` later, and not at once after loading. */
export function nextNightly(now: number, timeZone: string, jitter: number): number {
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const ahead = (HOUR_OF_NIGHT * 60 - minutesOfDay(now, timeZone) + 24 * 60) % (24 * 60);
  const due = minute + ahead * MINUTE_MS + Math.min(Math.max(0, jitter), JITTER_MAX_MS);
  return due - now < YOUNG_MS ? due + DAY_MS : due;
}
