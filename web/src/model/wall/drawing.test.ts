import { beforeEach, describe, expect, it } from 'vitest';
import { mayReloadForDrawing } from './drawing';

beforeEach(() => localStorage.clear());

describe('a drawing that is lost', () => {
  it('is answered by a fresh start, but not for ever', () => {
    const now = 1_800_000_000_000;
    expect([0, 1, 2, 3].map((minute) => mayReloadForDrawing(now + minute * 60_000))).toEqual([true, true, true, false]);
    expect(mayReloadForDrawing(now + 60 * 60_000)).toBe(true);
  });
});
