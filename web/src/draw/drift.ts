import type { MultiPolygon, Polygon } from 'geojson';
import { innerPoint } from '../model/shape';
import { areaFrom, type Area } from './area';
import { sumOf } from './meter';
import { chosen, overlay } from './planar';
import { Frame } from './spot';

/** What became of an outline between two days, in square metres. */
export interface Drift {
  then: number;
  now: number;
  /** Ground it has now and had not then, and the other way round; null where the lines lie too close to be told apart. */
  gained: number | null;
  lost: number | null;
}

export function driftOf(then: Polygon | MultiPolygon, now: Polygon | MultiPolygon): Drift {
  const frame = new Frame(innerPoint(now) ?? [0, 0]);
  const squareMeters = (area: Area) => sumOf(area, frame, []).areaM2;
  const areas = [areaFrom(then, frame), areaFrom(now, frame)] as const;
  const cells = overlay(areas);
  const only = (at: 0 | 1) =>
    cells && squareMeters(chosen(cells, (inside) => inside[at] === true && inside[1 - at] === false));
  return { then: squareMeters(areas[0]), now: squareMeters(areas[1]), gained: only(1), lost: only(0) };
}
