import { describe, expect, it } from 'vitest';
import type { ShapeFinding } from '../api';
import { grouped, namesIn } from './found';

const finding = (code: string, severity: 'block' | 'warn', more: Partial<ShapeFinding> = {}): ShapeFinding => ({
  code,
  severity,
  message: code,
  ...more,
});

describe('what was found in a draft', () => {
  it('is told by its kind: what explains it first, what forbids next, what is to be looked at last', () => {
    const told = grouped([
      finding('size_out_of_range', 'warn'),
      finding('building_in_several', 'block', { point: [1, 2] }),
      finding('building_in_several', 'block', { point: [3, 4] }),
      finding('stale_place', 'block'),
    ]);
    expect(told.map(({ code, findings }) => [code, findings.length])).toEqual([
      ['stale_place', 1],
      ['building_in_several', 2],
      ['size_out_of_range', 1],
    ]);
    expect(told[1]?.points).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('names each thing once, buildings by the sentence that names them', () => {
    const findings = [
      finding('overlaps_sibling', 'block', { places: [7, 'file-2', 7] }),
      finding('building_in_several', 'block', {
        message: 'building 1栋 甲 lies in 2 micro_grids at once',
        places: [9],
      }),
    ];
    expect(namesIn(findings, (id) => ({ '7': '一号', 'file-2': '新的' })[id])).toEqual(['一号', '新的', '1栋 甲']);
  });
});
