import { expect, it } from 'vitest';
import { inLines } from './lines';

it('no line of a title begins with a comma', () => {
  expect(inLines('独立烟感报警，持续浓烟')).toBe('独立烟感报警，\n持续浓烟');
  expect(inLines('水位上涨；请注意！')).toBe('水位上涨；\n请注意！');
  expect(inLines('Smoke, still rising')).toBe('Smoke, still rising');
});
