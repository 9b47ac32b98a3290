import { describe, expect, it } from 'vitest';
import { bytes } from './bytes';

describe('a size', () => {
  it('is told in the unit a person would use', () => {
    expect(bytes(12, 'en-GB')).toBe('12 byte');
    expect(bytes(1536, 'en-GB')).toBe('1.5 kB');
    expect(bytes(512 * 1024 * 1024, 'en-GB')).toBe('512 MB');
  });
});
