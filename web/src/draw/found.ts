import type { Bbox, LonLat, ShapeFinding } from '../api';
import { envelopeOf } from '../model/shape';
import { areaFrom, insideOf, type Area } from './area';
import type { Frame } from './spot';

/** A finding where it is 问题所在: the ground it is about, where the server tells, and the spot to look at. */
export interface Found {
  finding: ShapeFinding;
  /** Its place among the findings, by which its mend is found. */
  index: number;
  /** What overlaps, is left over or reaches outside; nothing where only a spot is known. */
  area: Area;
  at: LonLat | null;
  /** All of it; null where there is only the spot. */
  box: Bbox | null;
}

/** What is nobody's: the desk finds it by itself, outline by outline. */
export const GAP = 'gap_in_parent';

export function foundOn(findings: readonly ShapeFinding[], frame: Frame): Found[] {
  return findings.map((finding, index) => {
    const { geometry } = finding;
    const area = geometry?.type === 'Polygon' || geometry?.type === 'MultiPolygon' ? areaFrom(geometry, frame) : [];
    const inside = area.length ? insideOf(area) : null;
    // A refused save tells the spot as `at`, a check as `point` too.
    const at = finding.point ?? finding.at ?? (inside && frame.lonLatOf(...inside));
    return { finding, index, area, at, box: area.length && geometry ? envelopeOf(geometry) : null };
  });
}
