import type { Bbox, LonLat } from '../api';

export interface Tile {
  z: number;
  x: number;
  y: number;
}

/** Web Mercator ends here. */
const LATITUDE_MAX = 85.0511287798066;

/**
 * A line drawn outside a tile may reach into it: tiles are cut with a margin, and an outline that passes within it shows.
 * Refreshing one neighbour too many costs a 304; one too few leaves a stale edge.
 */
const MARGIN = 1 / 16;

export function tileAt([lon, lat]: LonLat, z: number): { x: number; y: number } {
  const size = 2 ** z;
  const clamped = Math.max(-LATITUDE_MAX, Math.min(LATITUDE_MAX, lat));
  const sin = Math.sin((clamped * Math.PI) / 180);
  return {
    x: ((lon + 180) / 360) * size,
    y: (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * size,
  };
}

/** The spot at a column and row, both may be fractions. */
export function spotAt({ z, x, y }: Tile): LonLat {
  const size = 2 ** z;
  return [(x / size) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / size))) * 180) / Math.PI];
}

/** The columns and rows of zoom `z` that an envelope touches, inclusive. */
export function span([west, south, east, north]: Bbox, z: number) {
  const size = 2 ** z;
  const clamp = (value: number) => Math.max(0, Math.min(size - 1, Math.floor(value)));
  const nw = tileAt([west, north], z);
  const se = tileAt([east, south], z);
  return {
    x0: clamp(nw.x - MARGIN),
    x1: clamp(se.x + MARGIN),
    y0: clamp(nw.y - MARGIN),
    y1: clamp(se.y + MARGIN),
  };
}

export function touches(envelope: Bbox, { z, x, y }: Tile): boolean {
  const { x0, x1, y0, y1 } = span(envelope, z);
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
}

/** Beyond this many tiles it is cheaper to refresh the source as a whole than to name them. */
export const TILES_NAMED_MAX = 512;

/** All tiles between two zooms that an envelope touches; null when there are too many to name. */
export function tilesTouched(envelope: Bbox, minZoom: number, maxZoom: number): Tile[] | null {
  const tiles: Tile[] = [];
  for (let z = minZoom; z <= maxZoom; z++) {
    const { x0, x1, y0, y1 } = span(envelope, z);
    if (tiles.length + (x1 - x0 + 1) * (y1 - y0 + 1) > TILES_NAMED_MAX) return null;
    for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) tiles.push({ z, x, y });
  }
  return tiles;
}

export function meet(a: Bbox, b: Bbox): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

export function holds(outer: Bbox, inner: Bbox): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

/** An envelope grown on each side by a share of its own size. */
export function grown([west, south, east, north]: Bbox, share: number): Bbox {
  const dx = (east - west) * share;
  const dy = (north - south) * share;
  return [
    Math.max(-180, west - dx),
    Math.max(-LATITUDE_MAX, south - dy),
    Math.min(180, east + dx),
    Math.min(LATITUDE_MAX, north + dy),
  ];
}
