import { describe, expect, it } from 'vitest';
import { nextNightly } from './nightly';

const at = (text: string) => Date.parse(text);

describe('the nightly fresh start', () => {
  it('comes at four in the zone of the place', () => {
    expect(nextNightly(at('2026-03-01T12:00:00Z'), 'Asia/Shanghai', 0)).toBe(at('2026-03-01T20:00:00Z'));
    expect(nextNightly(at('2026-03-01T12:00:30Z'), 'UTC', 0)).toBe(at('2026-03-02T04:00:00Z'));
  });

  it('is spread, so that not all screens come back at once', () => {
    expect(nextNightly(at('2026-03-01T12:00:00Z'), 'Asia/Shanghai', 600_000)).toBe(at('2026-03-01T20:10:00Z'));
  });

  it('does not come again right after it came', () => {
    expect(nextNightly(at('2026-03-01T19:59:50Z'), 'Asia/Shanghai', 0)).toBe(at('2026-03-02T20:00:00Z'));
    expect(nextNightly(at('2026-03-01T20:00:10Z'), 'Asia/Shanghai', 300_000)).toBe(at('2026-03-02T20:05:00Z'));
  });
});
