import { describe, expect, it } from 'vitest';
import { Measuring } from './measuring.svelte';

describe('measuring', () => {
  it('adds up as points come, and takes the last one back', () => {
    const line = new Measuring();
    line.add([104.05, 30.66]);
    expect(line.length).toBe(0);
    line.add([104.06, 30.66]);
    const first = line.length;
    expect(first).toBeGreaterThan(900);
    line.add([104.07, 30.66]);
    line.undo();
    expect(line.length).toBe(first);
  });

  it('ends where it is finished; the next point begins a new one', () => {
    const line = new Measuring();
    line.add([104.05, 30.66]);
    line.finish();
    expect(line.finished, 'one point is no line').toBe(false);
    line.add([104.06, 30.66]);
    line.finish();
    expect(line.finished).toBe(true);
    line.add([104.1, 30.7]);
    expect(line.points).toHaveLength(1);
  });

  it('goes on when the end is taken back', () => {
    const line = new Measuring();
    line.add([104.05, 30.66]);
    line.add([104.06, 30.66]);
    line.finish();
    line.undo();
    expect([line.finished, line.points.length]).toEqual([false, 2]);
  });

  it('turns the same points into a patch, closed and with its way around', () => {
    const patch = new Measuring();
    patch.add([104.05, 30.66]);
    patch.add([104.06, 30.66]);
    patch.add([104.06, 30.67]);
    const open = patch.length;
    patch.turn('area');
    expect(patch.area).toBeGreaterThan(400_000);
    expect(patch.length).toBeGreaterThan(open);
    expect(patch.features('').map(({ geometry }) => geometry.type)).toEqual([
      'Point',
      'Point',
      'Point',
      'LineString',
      'Polygon',
    ]);
  });
});
