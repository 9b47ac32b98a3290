import { bench, describe } from 'vitest';
import type { Place } from '../api';
import { Drag } from './drag';
import { Sheet } from './sheet';
import { xOf, yOf } from './spot';

/** A community of 18 × 17 = 306 children of 24 corners each, 1,200 buildings: larger than any that was met. */
const COLUMNS = 18;
const ROWS = 17;
const STEP = 0.0008;

function square(id: number, x: number, y: number, size: number, corners: number): Place {
  const ring: [number, number][] = [];
  const sides = [
    [x, y, 1, 0],
    [x + size, y, 0, 1],
    [x + size, y + size, -1, 0],
    [x, y + size, 0, -1],
  ] as const;
  for (const [fromX, fromY, dx, dy] of sides) {
    for (let at = 0; at < corners / 4; at++) {
      const along = (at * size) / (corners / 4);
      ring.push([fromX + dx * along, fromY + dy * along]);
    }
  }
  ring.push(ring[0] ?? [0, 0]);
  return {
    type: 'Feature',
    id,
    geometry: { type: 'Polygon', coordinates: [ring.map(([lon, lat]) => [+lon.toFixed(7), +lat.toFixed(7)])] },
    properties: { name: `${id}`, version: 1, archive: { households: 40 } },
  } as unknown as Place;
}

const children: Place[] = [];
const buildings: Place[] = [];
for (let column = 0; column < COLUMNS; column++) {
  for (let row = 0; row < ROWS; row++) {
    const x = 104 + column * STEP;
    const y = 30 + row * STEP;
    children.push(square(children.length + 1, x, y, STEP, 24));
    for (let n = 0; n < 4; n++) {
      buildings.push(square(10_000 + buildings.length, x + STEP * (0.15 + 0.2 * n), y + STEP * 0.3, STEP * 0.12, 8));
    }
  }
}
const parent = square(9_999, 104, 30, STEP * COLUMNS, 4);
const sheet = new Sheet({ parent, kind: 'micro_grid', children, buildings, compounds: [] });
const corner = sheet.frame.at([104 + 9 * STEP, 30 + 8 * STEP]);
const drag = new Drag(sheet, { what: 'corner', spot: corner }, corner);
let step = 0;

describe('a corner shared by four, among 306 children', () => {
  bench('one move of the pointer', () => {
    step += 1;
    drag.move(xOf(corner) + Math.sin(step) * 900, yOf(corner) + Math.cos(step * 0.7) * 900, 5);
  });
});
