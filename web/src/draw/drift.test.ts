import type { Polygon, Position } from 'geojson';
import { describe, expect, it } from 'vitest';
import { ringArea } from '../model/measure';
import { driftOf } from './drift';

const ring = (west: number, east: number, south = 30, north = 30.001): Position[] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];
const polygon = (...rings: Position[][]): Polygon => ({ type: 'Polygon', coordinates: rings });
const metered = (positions: Position[]) => ringArea(positions as [number, number][]);

describe('what became of an outline', () => {
  it('is told as ground it gained and ground it lost, though it may be as large as before', () => {
    const drift = driftOf(polygon(ring(104, 104.001)), polygon(ring(104.0004, 104.0014)));
    expect(drift.then).toBeCloseTo(drift.now, 1);
    expect(drift.gained).toBeCloseTo(metered(ring(104.001, 104.0014)), 0);
    expect(drift.lost).toBeCloseTo(metered(ring(104, 104.0004)), 0);
  });

  it('heeds holes and parts that lie apart', () => {
    const hole = ring(104.0004, 104.0006, 30.0004, 30.0006);
    const apart = ring(104.002, 104.0021);
    const drift = driftOf(polygon(ring(104, 104.001), [...hole].reverse()), {
      type: 'MultiPolygon',
      coordinates: [[ring(104, 104.001)], [apart]],
    });
    expect(drift.lost).toBe(0);
    expect(drift.gained).toBeCloseTo(metered(hole) + metered(apart), 0);
    expect(drift.now - drift.then).toBeCloseTo(drift.gained ?? 0, 3);
  });

  it('is nothing where only a corner was put on a straight border', () => {
    const [a, b, ...rest] = ring(104, 104.001) as [Position, Position, ...Position[]];
    const drift = driftOf(polygon(ring(104, 104.001)), polygon([a, [104.0005, 30], b, ...rest]));
    expect([drift.gained, drift.lost]).toEqual([0, 0]);
  });
});
