import { boxOf, edgesOf, holds, insideOf, ringsOf, type Area, type Box } from '../draw/area';
import type { desk as theDesk } from '../draw/desk.svelte';
import { middleOf } from '../draw/drag';
import { GAP } from '../draw/found';
import type { FaceId } from '../draw/ground';
import type { Sum } from '../draw/meter';
import type { Fit } from '../draw/range';
import { HALF } from '../draw/line';
import { spotAt, type Spot } from '../draw/spot';
import { MIDDLE_MIN_PX } from './easel';

type Desk = typeof theDesk;
export type Projection = (spot: Spot) => [number, number];

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

interface View {
  width: number;
  height: number;
}

/** An outline narrower than this on screen carries no words. */
const WORDS_MIN_PX = 64;
const FONT = "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif";

interface Screened {
  path: Path2D;
  width: number;
  seen: boolean;
}

interface Label extends Words {
  at: [number, number];
  /** How wide the outline is. */
  width: number;
  /** Written before others, whatever the room. */
  first: boolean;
}

function screened(area: Area, project: Projection, view: View): Screened {
  const path = new Path2D();
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of ringsOf(area)) {
    ring.forEach((spot, at) => {
      const [x, y] = project(spot);
      if (at === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    });
    path.closePath();
  }
  return { path, width: x1 - x0, seen: x1 >= 0 && y1 >= 0 && x0 <= view.width && y0 <= view.height };
}

function stroke(pen: CanvasRenderingContext2D, path: Path2D, colour: string, width: number, halo?: string): void {
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
function hatch(pen: CanvasRenderingContext2D, path: Path2D, colour: string, view: View, crossed = false): void {
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

/** What lies still: the parent, all outlines but those in hand, gaps, what others saved, what was found. */
export function paintStill(
  pen: CanvasRenderingContext2D,
  desk: Desk,
  project: Projection,
  view: View,
  colours: Colours,
  words: WordsOf,
): void {
  const { sheet, preview, halves, selected } = desk;
  if (!sheet) return;
  const changed = new Set(desk.changed);
  const labels: Label[] = [];
  const gaps = desk.gaps.map((area) => screened(area, project, view)).filter(({ seen }) => seen);
  for (const { path } of gaps) hatch(pen, path, colours.gap, view);
  const all = new Path2D();
  for (const [id, area] of sheet.ground.faces) {
    if (preview?.faces.has(id) || halves?.faces.has(id)) continue;
    const face = screened(area, project, view);
    if (!face.seen) continue;
    if (id === selected || changed.has(id)) {
      pen.globalAlpha = id === selected ? 0.16 : 0.08;
      pen.fillStyle = colours.accent;
      pen.fill(face.path, 'evenodd');
      pen.globalAlpha = 1;
    }
    all.addPath(face.path);
    const inside = face.width >= WORDS_MIN_PX ? wordsPlace(area) : null;
    if (inside) {
      const first = id === selected || changed.has(id);
      labels.push({ at: project(spotAt(...inside)), ...words(id), width: face.width, first });
    }
  }
  stroke(pen, all, colours.line, 2, colours.halo);
  stroke(pen, screened(sheet.outline, project, view).path, colours.parent, 2.6);
  for (const { path } of gaps) stroke(pen, path, colours.gap, 1.6);
  const chosen = selected === null ? undefined : sheet.ground.faces.get(selected);
  if (chosen && !preview && !halves)
    stroke(pen, screened(chosen, project, view).path, colours.accent, 3, colours.accentHalo);
  pen.setLineDash([7, 5]);
  for (const area of desk.theirAreas) stroke(pen, screened(area, project, view).path, colours.theirs, 3, colours.halo);
  pen.setLineDash([]);
  paintFound(pen, desk, project, view, colours);
  const signs = desk.found.flatMap(({ finding, at }) =>
    at ? [{ at: project(sheet.frame.at(at)), colour: finding.severity === 'block' ? colours.wrong : colours.gap }] : [],
  );
  write(
    pen,
    labels,
    colours,
    signs.map(({ at }) => signBox(at)),
  );
  for (const { at, colour } of signs) mark(pen, at, colour, colours);
}

/** The ground that findings are about. Gaps are hatched already, as they are seen from here. */
function paintFound(
  pen: CanvasRenderingContext2D,
  desk: Desk,
  project: Projection,
  view: View,
  colours: Colours,
): void {
  for (const { finding, area } of desk.found) {
    if (finding.code === GAP && desk.gaps.length > 0) continue;
    const ground = screened(area, project, view);
    if (!ground.seen) continue;
    const refused = finding.severity === 'block';
    const colour = refused ? colours.wrong : colours.gap;
    hatch(pen, ground.path, colour, view, refused);
    stroke(pen, ground.path, colour, 2, colours.halo);
  }
}

/** The middle of the outline, where that lies in it. */
function wordsPlace(area: Area): [number, number] | null {
  const { x0, y0, x1, y1 } = boxOf([...ringsOf(area)].flat());
  const middle: [number, number] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return holds(area, ...middle) ? middle : insideOf(area);
}

const LINE_PX = 16;
const PAD_PX = 5;

/**
 * On a plate of its own, lest it be lost among the words of the map, and below a sign that stands there. The figure, the last
 * line, always; the name where there is room.
 */
function write(
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
const signBox = ([x, y]: [number, number]): Box => ({ x0: x - 15, x1: x + 15, y0: y - 15, y1: y + 14 });

/** A warning triangle with its point in the middle of what is meant. */
function mark(pen: CanvasRenderingContext2D, [x, y]: [number, number], colour: string, colours: Colours): void {
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

function disc(
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

/** What is in hand: the outlines as they would be, handles, the line that is being drawn, where it snaps. */
export function paintLive(
  pen: CanvasRenderingContext2D,
  desk: Desk,
  project: Projection,
  view: View,
  colours: Colours,
  hover: { spot: Spot; snapped: boolean } | null,
  words: WordsOf,
): void {
  const { sheet, preview, halves, selected } = desk;
  if (!sheet) return;
  const wrong = !!preview?.reason;
  for (const [id, area] of preview?.faces ?? []) {
    if (!area) continue;
    const { path } = screened(area, project, view);
    pen.globalAlpha = id === selected ? 0.2 : 0.07;
    pen.fillStyle = wrong ? colours.wrong : colours.accent;
    pen.fill(path, 'evenodd');
    pen.globalAlpha = 1;
    stroke(pen, path, wrong ? colours.wrong : id === selected ? colours.accent : colours.line, 2.6, colours.accentHalo);
  }
  const labels: Label[] = [];
  for (const [id, area] of halves?.faces ?? []) {
    const sum = halves?.sums.get(id);
    if (!area || !sum) continue;
    const { path, width } = screened(area, project, view);
    pen.globalAlpha = id === HALF ? 0.1 : 0.22;
    pen.fillStyle = colours.accent;
    pen.fill(path, 'evenodd');
    pen.globalAlpha = 1;
    stroke(pen, path, colours.accent, 2.6, colours.accentHalo);
    const inside = wordsPlace(area);
    const said = words(id, { area, sum });
    if (inside)
      labels.push({ ...said, lines: said.lines.slice(-1), at: project(spotAt(...inside)), width, first: true });
  }
  const area = selected === null ? undefined : (preview?.faces.get(selected) ?? sheet.ground.faces.get(selected));
  if (area && desk.tool === 'shape') handles(pen, desk, area, project, view, colours);
  if (preview?.snapped.on) ring(pen, project(preview.snapped.spot), colours);
  drawnLine(pen, desk, project, colours, hover);
  write(pen, labels, colours);
  const at = desk.refused?.at ?? null;
  if (at !== null) mark(pen, project(at), colours.wrong, colours);
}

function handles(
  pen: CanvasRenderingContext2D,
  desk: Desk,
  area: Area,
  project: Projection,
  view: View,
  colours: Colours,
): void {
  const { sheet, preview, corner } = desk;
  if (!sheet) return;
  const touch = matchMedia('(pointer: coarse)').matches;
  const out = ([x, y]: [number, number]) => x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20;
  if (!preview) {
    for (const [a, b] of edgesOf(area)) {
      const [ax, ay] = project(a);
      const [bx, by] = project(b);
      const middle = project(middleOf(a, b));
      if (Math.hypot(bx - ax, by - ay) < MIDDLE_MIN_PX || out(middle) || sheet.rail(middleOf(a, b))) continue;
      disc(pen, middle, touch ? 6 : 4.5, colours.accent, colours.accentHalo);
    }
  }
  for (const [spot] of edgesOf(area)) {
    const at = project(spot);
    if (out(at)) continue;
    if (sheet.held(spot)) {
      // The parent's own corner: square, and not to be moved.
      pen.fillStyle = colours.parent;
      pen.fillRect(at[0] - 4, at[1] - 4, 8, 8);
    } else {
      const here = spot === corner;
      disc(pen, at, (touch ? 9 : 6.5) + (here ? 2 : 0), here ? colours.accent : colours.accentHalo, colours.accent);
      if (here) disc(pen, at, 3, colours.accentHalo, colours.accentHalo);
    }
  }
}

function ring(pen: CanvasRenderingContext2D, [x, y]: [number, number], colours: Colours): void {
  pen.beginPath();
  pen.arc(x, y, 13, 0, 2 * Math.PI);
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 2;
  pen.stroke();
}

function drawnLine(
  pen: CanvasRenderingContext2D,
  desk: Desk,
  project: Projection,
  colours: Colours,
  hover: { spot: Spot; snapped: boolean } | null,
): void {
  const points = desk.line.map(project);
  if (hover && points.length > 0) points.push(project(hover.spot));
  if (points.length > 1) {
    const path = new Path2D();
    points.forEach(([x, y], at) => (at === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
    if (desk.tool !== 'split' && points.length > 2) {
      path.closePath();
      pen.globalAlpha = 0.14;
      pen.fillStyle = colours.accent;
      pen.fill(path);
      pen.globalAlpha = 1;
    }
    stroke(pen, path, colours.accent, 2.6, colours.accentHalo);
  }
  for (const spot of desk.line) disc(pen, project(spot), 6, colours.accentHalo, colours.accent);
  if (hover?.snapped) ring(pen, project(hover.spot), colours);
}
