import { describe, expect, it } from 'vitest';
import { measure, readScale } from './size';

describe('the measure of a wall', () => {
  it('is a ninety-sixth of its width', () => {
    expect(measure(1920, 1080, 1)).toEqual({ rem: 20, columns: 96, rows: 54, sideBySide: true });
    expect(measure(3840, 2160, 1).rem).toBe(40);
    expect(measure(1920, 1200, 1).rem).toBe(20);
  });

  it('follows the height on screens wider than 16:9', () => {
    expect(measure(3840, 1080, 1)).toMatchObject({ rem: 20, columns: 192 });
  });

  it('grows as asked, and the figures go below the map when they no longer fit beside it', () => {
    expect(measure(1920, 1080, 1.5)).toMatchObject({ rem: 30, sideBySide: true });
    expect(measure(1920, 1080, 2)).toMatchObject({ rem: 40, sideBySide: false });
  });

  it('never becomes unreadable on a phone', () => {
    expect(measure(390, 844, 1)).toMatchObject({ rem: 11, sideBySide: false });
  });
});

describe('the scale in the address', () => {
  it('is taken within reason', () => {
    expect([null, '1.5', '0', '-2', 'x', '99', '0.1'].map(readScale)).toEqual([1, 1.5, 1, 1, 1, 3, 0.5]);
  });
});
