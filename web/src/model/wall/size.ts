/**
 * The measure of a wall: 1 rem is a ninety-sixth of its width, which on a 98-inch 4K screen is 16 arc-minutes from five
 * metres, the least that is read. Smaller or farther screens ask for `?scale=`.
 */
const COLUMNS = 96;
/** A 16:9 screen is 54 rem high; on a wider one (two screens side by side) the height decides, or nothing would fit. */
const ROWS_MIN = 54;
/** Below this nobody reads, on whatever screen. */
const REM_MIN_PX = 11;
const SCALE_MIN = 0.5;
const SCALE_MAX = 3;
/** Narrower than this the figures stand below the map. */
const SIDE_BY_SIDE_REM = 62;

export interface Size {
  rem: number;
  /** Width and height in rem. */
  columns: number;
  rows: number;
  sideBySide: boolean;
}

export function readScale(text: string | null): number {
  const scale = Number(text ?? '1');
  return Number.isFinite(scale) && scale > 0 ? Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale)) : 1;
}

export function measure(width: number, height: number, scale: number): Size {
  const unit = Math.min(width / COLUMNS, height / ROWS_MIN);
  const rem = Math.max(REM_MIN_PX, unit * scale);
  const columns = width / rem;
  const rows = height / rem;
  return { rem, columns, rows, sideBySide: columns >= SIDE_BY_SIDE_REM };
}
