import type { LonLat } from '../api';
import { spotAt, tileAt, type Tile } from './tile';

/**
 * GCJ-02 ("火星坐标"): maps in China are shifted by some hundred metres by a published-by-observation formula, and some phones
 * hand out positions that are shifted already. The map itself is WGS84.
 */
const A = 6_378_245;
const EE = 0.006693421622965943;
const RAD = Math.PI / 180;

/** Outside this box positions are not shifted. */
const holdsChina = ([lon, lat]: LonLat) => lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;

function shift([lon, lat]: LonLat): LonLat {
  const x = lon - 105;
  const y = lat - 35;
  const wave = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    wave +
    (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3) +
    (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3);
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    wave +
    (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3) +
    (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3);
  const magic = 1 - EE * Math.sin(lat * RAD) ** 2;
  const root = Math.sqrt(magic);
  return [
    (east * 180) / ((A / root) * Math.cos(lat * RAD) * Math.PI),
    (north * 180) / (((A * (1 - EE)) / (magic * root)) * Math.PI),
  ];
}

export function toGcj02(at: LonLat): LonLat {
  if (!holdsChina(at)) return at;
  const [dx, dy] = shift(at);
  return [at[0] + dx, at[1] + dy];
}

/** Undoing the shift has no formula; walking back towards it converges in a few steps. */
const STEPS = 6;

export function fromGcj02(at: LonLat): LonLat {
  if (!holdsChina(at)) return at;
  let guess = at;
  for (let step = 0; step < STEPS; step++) {
    const [lon, lat] = toGcj02(guess);
    guess = [guess[0] - (lon - at[0]), guess[1] - (lat - at[1])];
  }
  return guess;
}

/** How many tiles further east and south the ground of this tile lies on a map drawn in GCJ-02. */
export function shiftOf({ z, x, y }: Tile): [east: number, south: number] {
  const there = tileAt(toGcj02(spotAt({ z, x: x + 0.5, y: y + 0.5 })), z);
  return [there.x - x - 0.5, there.y - y - 0.5];
}
