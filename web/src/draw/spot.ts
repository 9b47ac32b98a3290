import type { LonLat } from '../api';
import { distance } from '../model/measure';

/**
 * A place on the integer grid of 1e-7°, about a centimetre, packed into one number: what two outlines share is the same
 * number, so "the same corner" is `===` and never a matter of rounding.
 */
export type Spot = number;

/** 2²⁶ units are 6.7°: more than any city, and products of two differences stay exact in a double. */
const SIDE = 2 ** 26;
const HALF = SIDE / 2;
const UNITS = 1e7;

export const xOf = (spot: Spot): number => Math.floor(spot / SIDE);
export const yOf = (spot: Spot): number => spot % SIDE;
const within = (value: number): number => Math.min(SIDE - 1, Math.max(0, Math.round(value)));
export const spotAt = (x: number, y: number): Spot => within(x) * SIDE + within(y);

/** Where the grid of one drawing lies on the earth, and how long its units are there. */
export class Frame {
  readonly #x0: number;
  readonly #y0: number;
  /** Metres of one unit eastward and northward. */
  readonly metersX: number;
  readonly metersY: number;

  constructor(centre: LonLat) {
    this.#x0 = Math.round(centre[0] * UNITS) - HALF;
    this.#y0 = Math.round(centre[1] * UNITS) - HALF;
    const [lon, lat] = centre;
    const step = 1e-3;
    this.metersX = distance(centre, [lon + step, lat]) / (step * UNITS);
    this.metersY = distance(centre, [lon, lat + step]) / (step * UNITS);
  }

  at([lon, lat]: readonly [number, number]): Spot {
    return spotAt(lon * UNITS - this.#x0, lat * UNITS - this.#y0);
  }

  lonLat(spot: Spot): LonLat {
    return [(xOf(spot) + this.#x0) / UNITS, (yOf(spot) + this.#y0) / UNITS];
  }

  /** The same for what lies between spots. */
  lonLatOf(x: number, y: number): LonLat {
    return [(x + this.#x0) / UNITS, (y + this.#y0) / UNITS];
  }

  meters(a: Spot, b: Spot): number {
    return Math.hypot((xOf(b) - xOf(a)) * this.metersX, (yOf(b) - yOf(a)) * this.metersY);
  }
}
