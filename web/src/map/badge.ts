import type { Badge, Shape } from './noun';

/** Badges are drawn on a square of this many CSS pixels. */
export const BADGE_PX = 26;
/** Sharp enough for a phone and for a 4K wall at device scale 2. */
export const BADGE_RATIO = 3;

const C = BADGE_PX / 2;

/** The outline of a shape as an SVG path on the 26-pixel square; the legend draws the same. */
export const shapePaths: Record<Shape, string> = {
  circle: `M${C - 10.5} ${C}a10.5 10.5 0 1 1 21 0a10.5 10.5 0 1 1-21 0z`,
  square:
    'M4.5 3h17a1.5 1.5 0 0 1 1.5 1.5v17a1.5 1.5 0 0 1-1.5 1.5h-17a1.5 1.5 0 0 1-1.5-1.5v-17a1.5 1.5 0 0 1 1.5-1.5z',
  diamond: 'M13 .9 25.1 13 13 25.1.9 13z',
  triangle: 'M13 1.6 25.2 23.6H.8z',
  hexagon: 'M7.4 2.6h11.2L24.4 13l-5.8 10.4H7.4L1.6 13z',
  bubble:
    'M6 2.8h14a3.4 3.4 0 0 1 3.4 3.4v9a3.4 3.4 0 0 1-3.4 3.4h-4.4L13 23.4l-2.6-4.8H6a3.4 3.4 0 0 1-3.4-3.4v-9A3.4 3.4 0 0 1 6 2.8z',
};

/** How far the inside of a shape lies below the middle of the square. */
export const inkShift: Record<Shape, number> = {
  circle: 0,
  square: 0,
  diamond: 0,
  triangle: 3.4,
  hexagon: 0,
  bubble: -2.3,
};

export const GLYPH_PX = 13;
export const GLYPH_SHEET = 15;

const parsed = new Map<string, string[]>();

/** The paths of a pictogram. */
export function glyphPaths(svg: string): string[] {
  let paths = parsed.get(svg);
  if (!paths) {
    const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
    paths = [...document.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '');
    parsed.set(svg, paths);
  }
  return paths;
}

/** Draws a badge on the 26-pixel square at the pen. */
export function paintBadge(pen: CanvasRenderingContext2D, badge: Badge): void {
  const outline = new Path2D(shapePaths[badge.shape]);
  pen.lineJoin = 'round';
  pen.strokeStyle = badge.edge;
  pen.lineWidth = 1.6;
  pen.fillStyle = badge.fill;
  pen.fill(outline);
  pen.stroke(outline);
  pen.fillStyle = badge.ink;
  pen.translate(C, C + inkShift[badge.shape]);
  pen.scale(GLYPH_PX / GLYPH_SHEET, GLYPH_PX / GLYPH_SHEET);
  pen.translate(-GLYPH_SHEET / 2, -GLYPH_SHEET / 2);
  for (const path of glyphPaths(badge.glyph)) pen.fill(new Path2D(path));
}

/** A badge as pixels for the map; a wall draws it larger, so with more pixels. */
export function drawBadge(badge: Badge, ratio: number = BADGE_RATIO): ImageData | null {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = BADGE_PX * ratio;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(ratio, ratio);
  paintBadge(context, badge);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
