import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../api/admin';
import { importAddress, layersOf, noWishes, plannedChanges, sorted } from './import';

const plain = noWishes();

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

  it('names the layer to read and says that retired places come back', () => {
    const wishes = { ...plain, layer: '楼栋（2026）', revive: true };
    const search = new URLSearchParams(importAddress('a.xlsx', wishes, true, false).split('?')[1]);
    expect(search.get('layer')).toBe('楼栋（2026）');
    expect(search.get('revive')).toBe('true');
  });
});

describe('a report', () => {
  it('names every layer of a file once, the unread ones too', () => {
    const files = [
      { file: 'a.xlsx', format: 'XLSX', layers: ['小区'], other_layers: ['楼栋', '说明'] },
      { file: 'b', format: 'CSV' },
    ];
    expect(layersOf({ files } as unknown as ImportReport)).toEqual(['小区', '楼栋', '说明']);
  });

  it('counts what would change, not what stays', () => {
    const layer = { read: 9, new: 2, changed: 3, unchanged: 3, retired: 1, left_out: 0 };
    expect(plannedChanges({ layers: { compound: layer, building: layer } } as unknown as ImportReport)).toBe(12);
  });

  it('tells first what blocks', () => {
    const findings = (['note', 'block', 'warn', 'block'] as const).map((severity, at) => ({ severity, at }));
    expect(sorted(findings).map(({ at }) => at)).toEqual([1, 3, 2, 0]);
  });
});
