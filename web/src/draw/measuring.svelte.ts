import type { Feature } from 'geojson';
import type { LonLat } from '../api';
import { crossesItself, pathLength, ringArea } from '../model/measure';

export type MeasureMode = 'distance' | 'area';

/** A line that needs more points than this is a shape to import, not one to measure. */
export const POINTS_MAX = 500;

/** A line or a patch that somebody measures 测量: points, taken back one by one, never kept. */
export class Measuring {
  mode = $state<MeasureMode>('distance');
  points = $state.raw<readonly LonLat[]>([]);
  /** No more points are taken until it is begun anew. */
  finished = $state(false);

  /** Along the line; around the patch. */
  readonly length = $derived.by(() => {
    const [first] = this.points;
    const closed = this.mode === 'area' && this.points.length > 2 && first;
    return pathLength(closed ? [...this.points, first] : this.points);
  });
  readonly area = $derived(this.mode === 'area' ? ringArea(this.points) : 0);
  readonly crossed = $derived(this.mode === 'area' && crossesItself(this.points));

  get enough(): boolean {
    return this.points.length >= (this.mode === 'area' ? 3 : 2);
  }

  add(point: LonLat): void {
    // What was finished stays until somebody begins again.
    if (this.finished) this.clear();
    if (this.points.length < POINTS_MAX) this.points = [...this.points, point];
  }

  undo(): void {
    if (this.finished) this.finished = false;
    else this.points = this.points.slice(0, -1);
  }

  finish(): void {
    if (this.enough) this.finished = true;
  }

  clear(): void {
    this.points = [];
    this.finished = false;
  }

  turn(mode: MeasureMode): void {
    this.mode = mode;
    this.finished = false;
  }

  /** As the map draws it; `words` stand at the last point. */
  features(words: string): Feature[] {
    const { points } = this;
    const features: Feature[] = points.map((coordinates, at) => ({
      type: 'Feature',
      properties: at === points.length - 1 && words ? { words } : {},
      geometry: { type: 'Point', coordinates },
    }));
    const [first] = points;
    const ring = first ? [...points, first] : [];
    const closed = this.mode === 'area' && points.length > 2;
    if (points.length > 1) {
      const coordinates = [...(closed ? ring : points)];
      features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } });
    }
    if (closed) features.push({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } });
    return features;
  }
}
