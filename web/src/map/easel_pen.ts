import type { Area, Box } from '../draw/area';
import type { FaceId } from '../draw/ground';
import type { Sum } from '../draw/meter';
import type { Fit } from '../draw/range';

/** What a pen does on the glass: strokes, hatching, discs, words on their plates, signs. What they mean is easel_paint's. */

/** What stands in an outline, and whether it holds as many as the Scheme asks. */
export interface Words {
  lines: readonly string[];
  fit: Fit | null;
}
export type WordsOf = (id: FaceId, live?: { area: Area; sum: Sum }) => Words;

export interface Colours {
  line: string;
  parent: string;
  halo: string;
  accent: string;
  accentHalo: string;
  text: string;
  /** What words stand on. */
  plate: string;
  gap: string;
  wrong: string;
  theirs: string;
}

export interface View {
  width: number;
  height: number;
}

const FONT = "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif";

export interface Label extends Words {
  at: [number, number];
  /** How wide the outline is. */
  width: number;
  /** Written before others, whatever the room. */
  first: boolean;
}

export function stroke(
  pen: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  width: number,
  halo?: string,
): void {
  pen.lineJoin = 'round';
  if (halo) {
    pen.strokeStyle = halo;
    pen.lineWidth = width + 3;
    pen.stroke(path);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
}

/** Strokes over an area: one way for what is left over or to be looked at, both ways for what is refused. */
export function hatch(pen: CanvasRenderingContext2D, path: Path2D, colour: string, view: View, crossed = false): void {
  pen.save();
  pen.clip(path, 'evenodd');
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (let x = -view.height; x < view.width; x += 9) {
    pen.moveTo(x, view.height);
    pen.lineTo(x + view.height, 0);
    if (!crossed) continue;
    pen.moveTo(x, 0);
    pen.lineTo(x + view.height, view.height);
  }
  pen.stroke();
  pen.restore();
}

const LINE_PX = 16;
const PAD_PX = 5;

/**
 * On a plate of its own, lest it be lost among the words of the map, and below a sign that stands there. The figure, the last
 * line, always; the name where there is room.
 */
export function write(
  pen: CanvasRenderingContext2D,
  labels: readonly Label[],
  colours: Colours,
  signs: readonly Box[] = [],
): void {
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const taken: Box[] = [];
  for (const { at, lines, fit, width } of [...labels].sort((a, b) => Number(b.first) - Number(a.first))) {
    const [x] = at;
    pen.font = `600 12px ${FONT}`;
    const wide = Math.max(...lines.map((line) => pen.measureText(line).width));
    const short = wide > width - 8 ? lines.slice(-1) : lines;
    const half = (short === lines ? wide : pen.measureText(lines.at(-1) ?? '').width) / 2 + PAD_PX;
    const tall = (short.length * LINE_PX) / 2 + 2;
    const around = (y: number): Box => ({ x0: x - half, x1: x + half, y0: y - tall, y1: y + tall });
    const sign = signs.find((one) => meets(one, around(at[1])));
    const y = sign ? sign.y1 + tall : at[1];
    const box = around(y);
    if (taken.some((one) => meets(one, box))) continue;
    taken.push(box);
    const wrong = fit !== null && fit !== 'within';
    pen.fillStyle = colours.plate;
    pen.fillRect(box.x0, box.y0, 2 * half, 2 * tall);
    pen.strokeStyle = wrong ? colours.gap : colours.line;
    pen.lineWidth = wrong ? 2 : 1;
    pen.strokeRect(box.x0, box.y0, 2 * half, 2 * tall);
    short.forEach((line, n) => {
      const figure = n === short.length - 1;
      pen.font = `${figure && !wrong ? 400 : 600} 12px ${FONT}`;
      pen.fillStyle = figure && wrong ? colours.gap : colours.text;
      pen.fillText(line, x, y + (n - (short.length - 1) / 2) * LINE_PX);
    });
  }
}

const meets = (one: Box, other: Box): boolean =>
  one.x0 < other.x1 && other.x0 < one.x1 && one.y0 < other.y1 && other.y0 < one.y1;

/** The room a sign takes, with its halo. */
export const signBox = ([x, y]: [number, number]): Box => ({ x0: x - 15, x1: x + 15, y0: y - 15, y1: y + 14 });

/** A warning triangle with its point in the middle of what is meant. */
export function mark(pen: CanvasRenderingContext2D, [x, y]: [number, number], colour: string, colours: Colours): void {
  const path = new Path2D(`M${x} ${y - 12}L${x + 12.5} ${y + 9}L${x - 12.5} ${y + 9}Z`);
  pen.fillStyle = colour;
  stroke(pen, path, colours.halo, 3);
  pen.fill(path);
  pen.font = `600 13px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = colours.halo;
  pen.fillText('!', x, y + 3);
}

export function disc(
  pen: CanvasRenderingContext2D,
  [x, y]: [number, number],
  radius: number,
  fill: string,
  edge: string,
): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 2.2;
  pen.fill();
  pen.stroke();
}
