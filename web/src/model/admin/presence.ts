/** Last seen is noted within a minute's accuracy, and a wall asks every half minute. */
const LIVE_MS = 3 * 60_000;
const RECENT_MS = 24 * 60 * 60_000;

export type Presence = 'live' | 'recent' | 'quiet' | 'never' | 'unknown';

/** Is a device there? `undefined`: the server does not keep it. */
export function presence(seen: string | null | undefined, now: number): Presence {
  if (seen === undefined) return 'unknown';
  if (seen === null) return 'never';
  const ago = now - Date.parse(seen);
  if (!Number.isFinite(ago)) return 'unknown';
  return ago <= LIVE_MS ? 'live' : ago <= RECENT_MS ? 'recent' : 'quiet';
}
