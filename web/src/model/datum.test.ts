import { describe, expect, it } from 'vitest';
import { fromGcj02, toGcj02 } from './datum';
import { distance } from './measure';

describe('positions of devices that speak GCJ-02', () => {
  // Published pairs of eviltransform.
  const pairs: [string, [number, number], [number, number]][] = [
    ['上海', [121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
    ['深圳', [113.912316, 22.543847], [113.9171764808363, 22.540796131694766]],
    ['北京', [116.377817, 39.911954], [116.38404722455657, 39.91334545536069]],
  ];

  it('are shifted as published', () => {
    for (const [name, wgs, gcj] of pairs) expect(distance(toGcj02(wgs), gcj), name).toBeLessThan(0.1);
  });

  it('come back to where they were, within a centimetre', () => {
    for (const [name, wgs] of pairs) expect(distance(fromGcj02(toGcj02(wgs)), wgs), name).toBeLessThan(0.01);
  });

  it('are left alone outside China', () => {
    expect(fromGcj02([14.4, 50.1])).toEqual([14.4, 50.1]);
  });
});
