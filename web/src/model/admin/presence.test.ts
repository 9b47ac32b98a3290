import { describe, expect, it } from 'vitest';
import { presence } from './presence';

describe('a device', () => {
  const now = Date.parse('2026-03-02T12:00:00Z');
  it('is there, was there today, or is silent', () => {
    expect(presence('2026-03-02T11:58:30Z', now)).toBe('live');
    expect(presence('2026-03-02T02:00:00Z', now)).toBe('recent');
    expect(presence('2026-02-27T02:00:00Z', now)).toBe('quiet');
  });

  it('that never came is told from one that is not watched', () => {
    expect(presence(null, now)).toBe('never');
    expect(presence(undefined, now)).toBe('unknown');
    expect(presence('soon', now)).toBe('unknown');
  });
});
