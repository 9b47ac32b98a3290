import { beforeEach, describe, expect, it } from 'vitest';
import { forgetToken, keepToken, keptToken, takeToken } from './token';

beforeEach(() => sessionStorage.clear());

describe('the token of a screen', () => {
  it('is taken out of the address, and what else stood there stays', () => {
    expect(takeToken('#token=abc')).toEqual({ token: 'abc', rest: '' });
    expect(takeToken('#map=1&token=abc')).toEqual({ token: 'abc', rest: '#map=1' });
    expect(takeToken('')).toEqual({ token: null, rest: '' });
    expect(takeToken('#token=')).toEqual({ token: null, rest: '' });
  });

  it('is known again after a reload, and gone when forgotten', async () => {
    await keepToken('abc');
    expect(await keptToken()).toBe('abc');
    await forgetToken();
    expect(await keptToken()).toBeNull();
  });
});
