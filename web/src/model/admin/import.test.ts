import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../api/admin';
import { importAddress, plannedChanges, sorted, type Wishes } from './import';

const plain: Wishes = { kind: '', crs: '', id: '', retire: false, skip: false, map: {} };

describe('the request of an import', () => {
  it('says only what was chosen', () => {
    expect(importAddress('小区 (1).csv', plain, true, true)).toBe(
      '/api/v1/imports?name=%E5%B0%8F%E5%8C%BA+%281%29.csv&dry_run=true&preview=true',
    );
    expect(importAddress('a.csv', plain, false, false)).toBe('/api/v1/imports?name=a.csv');
  });

  it('carries each column that was put right, and leaves out what was put back', () => {
    const wishes = { ...plain, kind: 'compound', crs: 'gcj02', map: { '户 数': 'households', 备注: '' }, skip: true };
    const search = new URLSearchParams(importAddress('a.csv', wishes, false, false).split('?')[1]);
    expect(search.getAll('map')).toEqual(['households=户 数']);
    expect(search.get('crs')).toBe('gcj02');
    expect(search.get('skip_bad')).toBe('true');
    expect(search.has('retire_missing')).toBe(false);
  });
});

describe('a report', () => {
  it('counts what would change, not what stays', () => {
    const layer = { read: 9, new: 2, changed: 3, unchanged: 3, retired: 1, left_out: 0 };
    expect(plannedChanges({ layers: { compound: layer, building: layer } } as unknown as ImportReport)).toBe(12);
  });

  it('tells first what blocks', () => {
    const findings = (['note', 'block', 'warn', 'block'] as const).map((severity, at) => ({ severity, at }));
    expect(sorted(findings).map(({ at }) => at)).toEqual([1, 3, 2, 0]);
  });
});
