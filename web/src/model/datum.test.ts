import { describe, expect, it } from 'vitest';
import { fromGcj02, shiftOf, toGcj02 } from './datum';
import { distance } from './measure';
import { spotAt, tileAt } from './tile';

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

describe('pictures drawn in GCJ-02', () => {
  it('are moved as far as their ground was, to the pixel in every corner', () => {
    const PIXELS = 256;
    for (let z = 5; z <= 19; z++) {
      const at = tileAt([104.06, 30.66], z);
      const tile = { z, x: Math.floor(at.x), y: Math.floor(at.y) };
      const [east, south] = shiftOf(tile);
      for (const [x, y] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const corner = { z, x: tile.x + x, y: tile.y + y };
        const there = tileAt(toGcj02(spotAt(corner)), z);
        expect(Math.abs(there.x - corner.x - east) * PIXELS, `east at ${z}`).toBeLessThan(1);
        expect(Math.abs(there.y - corner.y - south) * PIXELS, `south at ${z}`).toBeLessThan(1);
      }
    }
  });

  it('stay where they are outside China', () => {
    const at = tileAt([9.52, 47.14], 14);
    const [east, south] = shiftOf({ z: 14, x: Math.floor(at.x), y: Math.floor(at.y) });
    expect(Math.abs(east) + Math.abs(south)).toBeLessThan(1e-6);
  });
});
