import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShapeFinding } from '../api';
import type { desk as theDesk } from '../draw/desk.svelte';
import { foundOn, GAP } from '../draw/found';
import { Frame, xOf, yOf } from '../draw/spot';
import { paintStill } from './easel_paint';
import type { Colours } from './easel_pen';

const frame = new Frame([104, 30]);
const colours = Object.fromEntries(
  ['line', 'parent', 'halo', 'accent', 'accentHalo', 'text', 'plate', 'gap', 'wrong', 'theirs'].map((name) => [
    name,
    name,
  ]),
) as unknown as Colours;
const view = { width: 800, height: 600 };

const finding = (change: Partial<ShapeFinding>): ShapeFinding => ({
  code: 'no_overlap',
  severity: 'block',
  message: '',
  point: [104.00002, 30.00002],
  geometry: {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [104, 30],
          [104.0001, 30],
          [104.0001, 30.0001],
          [104, 30],
        ],
      ],
    ],
  },
  ...change,
});

/** A pen that keeps what it was told: which strokes, in which colour, and which signs. */
function painted(findings: ShapeFinding[], gaps: unknown[] = []) {
  const pen = {
    strokeStyle: '',
    clips: 0,
    strokes: [] as string[],
    signs: [] as [string, string, number][],
    fillStyle: '',
    slants: 0,
    clip: () => (pen.clips += 1),
    stroke: () => pen.strokes.push(pen.strokeStyle),
    fill: () => pen.signs.push(['sign', pen.fillStyle, 0]),
    fillText: (words: string, x: number) => pen.signs.push([words, pen.fillStyle, Math.round(x)]),
    lineTo: () => (pen.slants += 1),
    ...Object.fromEntries(['save', 'restore', 'beginPath', 'moveTo', 'setLineDash'].map((name) => [name, () => null])),
  };
  const desk = {
    sheet: { ground: { faces: new Map() }, outline: [], frame },
    changed: [],
    gaps,
    theirAreas: [],
    found: foundOn(findings, frame),
  } as unknown as typeof theDesk;
  const origin = frame.at([104, 30]);
  const project = (spot: number): [number, number] => [(xOf(spot) - xOf(origin)) / 5, (yOf(spot) - yOf(origin)) / 5];
  const words = () => ({ lines: [], fit: null });
  paintStill(pen as unknown as CanvasRenderingContext2D, desk, project, view, colours, words);
  return pen;
}

class NoPath {
  moveTo(): void {}
  lineTo(): void {}
  closePath(): void {}
  addPath(): void {}
}

beforeEach(() => vi.stubGlobal('Path2D', NoPath));
afterEach(() => vi.unstubAllGlobals());

describe('what was found', () => {
  it('is hatched over its ground and outlined, with its sign where one should look', () => {
    const pen = painted([finding({})]);
    expect(pen.clips).toBe(1);
    expect(pen.strokes).toContain('wrong');
    expect(pen.signs).toContainEqual(['!', 'halo', 40]);
  });

  it('of ground that is only to be looked at is hatched one way, refused ground both ways', () => {
    const [refused, warned] = [painted([finding({})]), painted([finding({ severity: 'warn' })])];
    expect(refused.slants).toBe(2 * warned.slants);
    expect(warned.strokes).toContain('gap');
    expect(warned.strokes).not.toContain('wrong');
  });

  it('without ground is a sign as before', () => {
    const pen = painted([finding({ geometry: null })]);
    expect(pen.clips).toBe(0);
    expect(pen.signs).toContainEqual(['!', 'halo', 40]);
  });

  it('of a gap is not hatched twice', () => {
    expect(painted([finding({ code: GAP, severity: 'warn' })], [[]]).clips).toBe(0);
    expect(painted([finding({ code: GAP, severity: 'warn' })]).clips).toBe(1);
  });
});
