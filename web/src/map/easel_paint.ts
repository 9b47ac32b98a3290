import { boxOf, edgesOf, holds, insideOf, ringsOf, type Area } from '../draw/area';
import type { desk as theDesk } from '../draw/desk.svelte';
import { middleOf } from '../draw/drag';
import { GAP } from '../draw/found';
import { HALF } from '../draw/line';
import { spotAt, type Spot } from '../draw/spot';
import { MIDDLE_MIN_PX } from './easel';
import {
  disc,
  hatch,
  mark,
  signBox,
  stroke,
  write,
  type Colours,
  type Label,
  type View,
  type WordsOf,
} from './easel_pen';

type Desk = typeof theDesk;
export type Projection = (spot: Spot) => [number, number];

/** An outline narrower than this on screen carries no words. */
const WORDS_MIN_PX = 64;
interface Screened {
  path: Path2D;
  width: number;
  seen: boolean;
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
  if (desk.theirAreas.length > 0) {
    const path = otherwise(desk.theirAreas, sheet.ground.faces.values(), project);
    stroke(pen, path, colours.halo, 5);
    pen.setLineDash([7, 5]);
    stroke(pen, path, colours.theirs, 3);
    pen.setLineDash([]);
  }
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

/** Of their borders those that run otherwise than mine, each once: drawn for both its sharers, dashes would fill each other. */
function otherwise(theirs: readonly Area[], mine: Iterable<Area>, project: Projection): Path2D {
  const known = new Set<string>();
  const fresh = (a: Spot, b: Spot): boolean => {
    const before = known.size;
    return known.add(a < b ? `${a}/${b}` : `${b}/${a}`).size > before;
  };
  for (const area of mine) for (const [a, b] of edgesOf(area)) fresh(a, b);
  const path = new Path2D();
  let end: Spot | null = null;
  for (const area of theirs) {
    for (const [a, b] of edgesOf(area)) {
      if (!fresh(a, b)) continue;
      if (a !== end) path.moveTo(...project(a));
      path.lineTo(...project(b));
      end = b;
    }
  }
  return path;
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
