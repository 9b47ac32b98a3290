import { distance, ringArea } from '../model/measure';
import { boxOf, edgesOf, holds, ringsOf, type Area } from './area';
import { xOf, yOf, type Frame, type Spot } from './spot';

/** A building as it is counted: by the point inside it. */
export interface Counted {
  spot: Spot;
  households: number;
  shops: number;
  people: number;
  over60: number;
}

export interface Sum {
  areaM2: number;
  perimeterM: number;
  buildings: number;
  households: number;
  shops: number;
  people: number;
  over60: number;
}

/** What an outline holds at this moment: ground and way around on the ellipsoid, buildings by their inner points. */
export function sumOf(area: Area, frame: Frame, counted: readonly Counted[]): Sum {
  const sum = { areaM2: 0, perimeterM: 0, buildings: 0, households: 0, shops: 0, people: 0, over60: 0 };
  for (const rings of area) {
    rings.forEach((ring, at) => {
      const ground = ringArea(ring.map((spot) => frame.lonLat(spot)));
      sum.areaM2 += at === 0 ? ground : -ground;
    });
  }
  for (const [a, b] of edgesOf(area)) sum.perimeterM += distance(frame.lonLat(a), frame.lonLat(b));
  const box = boxOf([...ringsOf(area)].flat());
  for (const one of counted) {
    const x = xOf(one.spot);
    const y = yOf(one.spot);
    if (x < box.x0 || x > box.x1 || y < box.y0 || y > box.y1 || !holds(area, x, y)) continue;
    sum.buildings += 1;
    sum.households += one.households;
    sum.shops += one.shops;
    sum.people += one.people;
    sum.over60 += one.over60;
  }
  return sum;
}
