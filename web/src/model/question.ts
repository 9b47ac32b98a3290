import type { Feature, Polygon, Position } from 'geojson';
import type { EdgeRule, LonLat } from '../api';

/** A question about any ground 问一块地, as it stands in the address bar: the link asks again. */
export interface Question {
  by: 'places' | 'shape' | 'circle';
  places: readonly number[];
  /** Corners of a drawn shape, without the closing one. */
  ring: readonly LonLat[];
  /** The drawn shape is finished. */
  closed: boolean;
  centre: LonLat | null;
  radius: number;
  rule: EdgeRule;
  /** The day it is asked for; null is now. */
  day: string | null;
}

export const RULES: readonly EdgeRule[] = ['inner_point', 'any', 'share'];
/** What one question may name; the server takes as many. */
export const PLACES_MAX = 50;
/** Corners drawn by hand, and what still fits into a link. */
export const CORNERS_MAX = 100;
export const RADIUS_MIN = 10;
export const RADIUS_MAX = 20_000;
const RADIUS_USUAL = 300;

export const blank = (by: Question['by'] = 'places'): Question => ({
  by,
  places: [],
  ring: [],
  closed: false,
  centre: null,
  radius: RADIUS_USUAL,
  rule: 'inner_point',
  day: null,
});

const DIGITS = 6; // about a hand's breadth
const spot = ([lon, lat]: LonLat): string => `${Number(lon.toFixed(DIGITS))},${Number(lat.toFixed(DIGITS))}`;

/** "c104.06,30.66,300~share~2026-01-01"; what is usual is left out. */
export function writeQuestion(question: Question): string {
  const { by, places, ring, closed, centre, radius, rule, day } = question;
  let text = by === 'places' ? `s${places.join('.')}` : by === 'shape' ? 'p' : 'c';
  if (by === 'shape' && closed) text += ring.map(spot).join(';');
  if (by === 'circle' && centre) text += `${spot(centre)},${Math.round(radius)}`;
  if (rule !== 'inner_point' || day) text += `~${rule}`;
  if (day) text += `~${day}`;
  return text;
}

function readSpot(text: string): LonLat | null {
  const [lon, lat, more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (lon === undefined || lat === undefined || more !== undefined) return null;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85.06 ? [lon, lat] : null;
}

/** Reads what a link asks; what cannot be understood asks nothing. */
export function readQuestion(text: string | null, readDay: (text: string | null) => string | null): Question | null {
  if (!text) return null;
  const [ground = '', ruleText, dayText] = text.split('~');
  const rule = RULES.find((one) => one === ruleText) ?? 'inner_point';
  const rest = { rule, day: readDay(dayText ?? null) };
  const body = ground.slice(1);
  if (ground.startsWith('s')) {
    const places = body
      .split('.')
      .filter((id) => /^[1-9]\d*$/.test(id))
      .map(Number)
      .filter(Number.isSafeInteger);
    return { ...blank('places'), ...rest, places: [...new Set(places)].slice(0, PLACES_MAX) };
  }
  if (ground.startsWith('p')) {
    const ring = body === '' ? [] : body.split(';').map(readSpot);
    const sound = ring.filter((one) => one !== null);
    const whole = sound.length === ring.length && sound.length >= 3 && sound.length <= CORNERS_MAX && !crosses(sound);
    return { ...blank('shape'), ...rest, ring: whole ? sound : [], closed: whole };
  }
  if (ground.startsWith('c')) {
    const at = body.lastIndexOf(',');
    const centre = readSpot(body.slice(0, at));
    const radius = at < 0 ? NaN : Number(body.slice(at + 1));
    const sound = centre !== null && radius >= RADIUS_MIN && radius <= RADIUS_MAX;
    return { ...blank('circle'), ...rest, ...(sound ? { centre, radius } : {}) };
  }
  return null;
}

/** The ground as the server is asked about it; null while it is not chosen. */
export function areaOf({ by, places, ring, closed, centre, radius }: Question): unknown {
  if (by === 'places') return places.length === 0 ? null : { places };
  if (by === 'circle') return centre && { point: centre, radius_m: radius };
  const [first] = ring;
  if (!closed || !first || ring.length < 3) return null;
  return { geometry: { type: 'Polygon', coordinates: [[...ring, first]] } };
}

const side = ([ax, ay]: LonLat, [bx, by]: LonLat, [cx, cy]: LonLat): number =>
  Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

const cut = (a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean =>
  side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);

/** Does the closed shape cross itself? A drawn hundred corners are few enough to try every pair. */
export function crosses(ring: readonly LonLat[]): boolean {
  const n = ring.length;
  const corner = (i: number): LonLat => ring[i % n] ?? [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (cut(corner(i), corner(i + 1), corner(j), corner(j + 1))) return true;
    }
  }
  return false;
}

const CIRCLE_CORNERS = 96;
const METERS_PER_DEGREE = 111_320;

export function circle([lon, lat]: LonLat, radius: number): Polygon {
  const ring: Position[] = [];
  const wide = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  for (let i = 0; i <= CIRCLE_CORNERS; i++) {
    const turn = (i / CIRCLE_CORNERS) * 2 * Math.PI;
    ring.push([lon + (radius * Math.cos(turn)) / wide, lat + (radius * Math.sin(turn)) / METERS_PER_DEGREE]);
  }
  return { type: 'Polygon', coordinates: [ring] };
}

const feature = (geometry: Feature['geometry']): Feature => ({ type: 'Feature', geometry, properties: {} });

/** What is drawn on the map while the ground is chosen. `pointer` is where the next corner would fall. */
export function drawn(question: Question, chosen: readonly Feature[], pointer: LonLat | null): Feature[] {
  const { by, ring, closed, centre, radius } = question;
  if (by === 'places') return chosen.map(({ geometry }) => feature(geometry));
  if (by === 'circle') {
    return centre ? [feature(circle(centre, radius)), feature({ type: 'Point', coordinates: centre })] : [];
  }
  const [first] = ring;
  if (!first) return [];
  if (closed) return [feature({ type: 'Polygon', coordinates: [[...ring, first]] })];
  const line = pointer ? [...ring, pointer] : [...ring];
  const corners = ring.map((at) => feature({ type: 'Point', coordinates: at }));
  return line.length < 2 ? corners : [feature({ type: 'LineString', coordinates: line }), ...corners];
}
