import { BADGE_PX, paintBadge } from './badge';
import type { LegendRow } from './legend';
import type { Swatch } from './noun';
import type { Palette } from './palette';

/** A map on paper: what stands around the drawing. All lengths are CSS pixels of the screen it was taken from. */
export interface Sheet {
  /** The drawing itself, as many device pixels as the screen has. */
  map: HTMLCanvasElement;
  ratio: number;
  title: string;
  subtitle: string;
  tally: { title: string; rows: LegendRow[] } | null;
  legendTitle: string;
  rows: LegendRow[];
  scale: { words: string; pixels: number };
  north: string;
  /** Degrees the map is turned, clockwise. */
  bearing: number;
  /** Date, datum, whom the ground is owed to. */
  notes: string[];
  palette: Palette;
}

const FONT = "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const MARGIN = 20;
const HEAD = 68;
const ROW = 26;
const COLUMN = 178;
const NOTE = 18;
const INK = '#22262b';
const INK_QUIET = '#565d66';

/** Lays map, title, legend, scale, north, date and attribution on one sheet of paper. */
export function compose(sheet: Sheet): HTMLCanvasElement {
  const { map, ratio } = sheet;
  const width = Math.max(map.width / ratio, 2 * COLUMN + 2 * MARGIN);
  const mapHeight = map.height / ratio;
  const columns = Math.max(1, Math.floor((width - 2 * MARGIN) / COLUMN));
  const tallyLines = sheet.tally ? 1 + Math.ceil(sheet.tally.rows.length / columns) : 0;
  const legendLines = 1 + Math.ceil(sheet.rows.length / columns);
  const notes = wrap(sheet.notes, width - 2 * MARGIN);
  const foot = MARGIN + (tallyLines + legendLines) * ROW + notes.length * NOTE + MARGIN;

  const paper = document.createElement('canvas');
  paper.width = Math.round(width * ratio);
  paper.height = Math.round((HEAD + mapHeight + foot) * ratio);
  const pen = paper.getContext('2d');
  if (!pen) return paper;
  pen.scale(ratio, ratio);
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, width, HEAD + mapHeight + foot);
  pen.textBaseline = 'middle';

  write(pen, sheet.title, MARGIN, 26, `600 20px ${FONT}`, INK, width - 2 * MARGIN);
  write(pen, sheet.subtitle, MARGIN, 52, `400 13px ${FONT}`, INK_QUIET, width - 2 * MARGIN);
  pen.drawImage(map, 0, HEAD, map.width / ratio, mapHeight);
  northArrow(pen, width - 38, HEAD + 44, sheet.bearing, sheet.north);
  scaleBar(pen, MARGIN, HEAD + mapHeight - 18, sheet.scale);

  let top = HEAD + mapHeight + MARGIN;
  if (sheet.tally) top = block(pen, sheet.tally.title, sheet.tally.rows, columns, top, sheet.palette);
  top = block(pen, sheet.legendTitle, sheet.rows, columns, top, sheet.palette);
  for (const note of notes) {
    write(pen, note, MARGIN, top + NOTE / 2, `400 11.5px ${FONT}`, INK_QUIET, width - 2 * MARGIN);
    top += NOTE;
  }
  return paper;
}

function write(
  pen: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  font: string,
  ink: string,
  most: number,
): void {
  pen.font = font;
  pen.fillStyle = ink;
  pen.textAlign = 'left';
  pen.fillText(words, x, y, most);
}

/** Short notes share a line as long as they fit. */
function wrap(notes: readonly string[], width: number): string[] {
  const NOTE_CHARACTER_PX = 11.5;
  const lines: string[] = [];
  for (const note of notes.filter(Boolean)) {
    const joined = lines.length > 0 ? `${lines.at(-1)} · ${note}` : note;
    if (lines.length > 0 && joined.length * NOTE_CHARACTER_PX <= width) lines[lines.length - 1] = joined;
    else lines.push(note);
  }
  return lines;
}

function block(
  pen: CanvasRenderingContext2D,
  title: string,
  rows: readonly LegendRow[],
  columns: number,
  top: number,
  palette: Palette,
): number {
  write(pen, title, MARGIN, top + ROW / 2 - 2, `600 13px ${FONT}`, INK, COLUMN * columns);
  rows.forEach(({ swatch, words, count }, at) => {
    const x = MARGIN + (at % columns) * COLUMN;
    const y = top + ROW * (1 + Math.floor(at / columns));
    paintSwatch(pen, swatch, x, y + 2, palette);
    const text = count === undefined ? words : `${words}（${count}）`;
    write(pen, text, x + 34, y + ROW / 2, `400 12.5px ${FONT}`, INK, COLUMN - 42);
  });
  return top + ROW * (1 + Math.ceil(rows.length / columns));
}

/** A legend's picture, 26 × 22, as ui/Swatch.svelte draws it on the page. */
function paintSwatch(pen: CanvasRenderingContext2D, swatch: Swatch, x: number, y: number, palette: Palette): void {
  pen.save();
  pen.translate(x, y);
  if (swatch.look === 'badge') {
    pen.scale(22 / BADGE_PX, 22 / BADGE_PX);
    paintBadge(pen, swatch.image);
    pen.restore();
    return;
  }
  pen.fillStyle = palette.land;
  pen.fillRect(0, 0, 26, 22);
  pen.lineJoin = 'round';
  if (swatch.look === 'area') {
    pen.globalAlpha = swatch.fillOpacity ?? 1;
    pen.fillStyle = swatch.fill;
    pen.fillRect(4.5, 4.5, 17, 13);
    pen.globalAlpha = 1;
    pen.strokeStyle = swatch.line;
    pen.lineWidth = 1.2;
    pen.strokeRect(4.5, 4.5, 17, 13);
  } else {
    const line = new Path2D('M3.5 15 9.5 8l7 5 6-6.5');
    if (swatch.casing) {
      pen.globalAlpha = swatch.casing === swatch.colour ? 0.2 : 1;
      pen.strokeStyle = swatch.casing;
      pen.lineWidth = swatch.width + 2.4;
      pen.stroke(line);
      pen.globalAlpha = 1;
    }
    pen.strokeStyle = swatch.colour;
    pen.lineWidth = swatch.width;
    pen.setLineDash(swatch.dash?.split(' ').map(Number) ?? []);
    pen.stroke(line);
    if (swatch.core) {
      pen.strokeStyle = swatch.core;
      pen.lineWidth = 1.2;
      pen.stroke(line);
    }
  }
  pen.restore();
}

function northArrow(pen: CanvasRenderingContext2D, x: number, y: number, bearing: number, word: string): void {
  pen.save();
  pen.translate(x, y);
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.beginPath();
  pen.arc(0, 0, 26, 0, 2 * Math.PI);
  pen.fill();
  pen.rotate((-bearing * Math.PI) / 180);
  pen.fillStyle = INK;
  pen.fill(new Path2D('M0 -8 7 14 0 9.5 -7 14z'));
  pen.font = `600 12px ${FONT}`;
  pen.textAlign = 'center';
  pen.fillText(word, 0, -15);
  pen.restore();
}

function scaleBar(pen: CanvasRenderingContext2D, x: number, y: number, scale: Sheet['scale']): void {
  pen.save();
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.fillRect(x - 8, y - 22, scale.pixels + 16, 34);
  pen.strokeStyle = INK;
  pen.lineWidth = 1.6;
  pen.stroke(new Path2D(`M${x} ${y - 6}v8h${scale.pixels}v-8`));
  pen.font = `400 12px ${FONT}`;
  pen.fillStyle = INK;
  pen.textAlign = 'center';
  pen.fillText(scale.words, x + scale.pixels / 2, y - 11);
  pen.restore();
}
