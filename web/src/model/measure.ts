import type { LonLat } from '../api';

/** The WGS84 ellipsoid. */
const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;
/** Vincenty's iteration ends here: 1e-12 rad is far below a millimetre. */
const EPSILON = 1e-12;
const ROUNDS_MAX = 100;

/** The shortest way over the ellipsoid, in metres 测地距离 (Vincenty; within a millimetre). */
export function distance(from: LonLat, to: LonLat): number {
  const l = (to[0] - from[0]) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const sinLambda = Math.sin(lambda);
    const cosLambda = Math.cos(lambda);
    const sinSigma = Math.hypot(cos2 * sinLambda, cos1 * sin2 - sin1 * cos2 * cosLambda);
    if (sinSigma === 0) return 0;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sinLambda) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2Sigma = cos2Alpha === 0 ? 0 : cosSigma - (2 * sin1 * sin2) / cos2Alpha;
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda =
      l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2Sigma + c * cosSigma * (-1 + 2 * cos2Sigma ** 2)));
    if (Math.abs(lambda - before) > EPSILON) continue;
    const u = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
    const a = 1 + (u / 16_384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const delta =
      b *
      sinSigma *
      (cos2Sigma +
        (b / 4) *
          (cosSigma * (-1 + 2 * cos2Sigma ** 2) -
            (b / 6) * cos2Sigma * (-3 + 4 * sinSigma ** 2) * (-3 + 4 * cos2Sigma ** 2)));
    return B * a * (sigma - delta);
  }
  // Points nearly opposite on the globe, which no map of a district holds: the great circle is near enough.
  const half = Math.sin((to[1] - from[1]) * RAD * 0.5) ** 2;
  const chord = half + Math.cos(from[1] * RAD) * Math.cos(to[1] * RAD) * Math.sin(l / 2) ** 2;
  return 2 * A * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export function pathLength(points: readonly LonLat[]): number {
  let sum = 0;
  points.forEach((point, at) => {
    const before = points[at - 1];
    if (before) sum += distance(before, point);
  });
  return sum;
}

/** The authalic q of a latitude: ground between two parallels is proportional to its difference. */
function q(latitude: number): number {
  const sin = Math.sin(latitude * RAD);
  return (1 - E2) * (sin / (1 - E2 * sin ** 2) - Math.log((1 - E * sin) / (1 + E * sin)) / (2 * E));
}

/**
 * Ground inside a ring, in square metres 测地面积. Edges are straight in longitude and latitude, as everywhere in this
 * program. The ring closes itself; which way round it goes does not matter; where it crosses itself, patches cancel out.
 */
export function ringArea(ring: readonly LonLat[]): number {
  if (ring.length < 3) return 0;
  let sum = 0;
  ring.forEach((point, at) => {
    const next = ring[(at + 1) % ring.length] ?? point;
    // Simpson over the edge: q is nearly straight between two points of a street.
    const middle = q((point[1] + next[1]) / 2);
    sum += ((next[0] - point[0]) * RAD * (q(point[1]) + 4 * middle + q(next[1]))) / 6;
  });
  return Math.abs((sum * A ** 2) / 2);
}

/** Do two edges of the closed ring cross? Then its ground is not what the reader sees. */
export function crossesItself(ring: readonly LonLat[]): boolean {
  const n = ring.length;
  if (n < 4) return false;
  const side = (a: LonLat, b: LonLat, c: LonLat) =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]];
      if (!a || !b || !c || !d) continue;
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
    }
  }
  return false;
}

const CIRCLE_CORNERS = 64;

/** A circle of so many metres around a point, as a ring. */
export function circle([lon, lat]: LonLat, meters: number): LonLat[] {
  const sin = Math.sin(lat * RAD);
  const w = Math.sqrt(1 - E2 * sin ** 2);
  const perLat = (A * (1 - E2) * RAD) / w ** 3;
  const perLon = (A * Math.cos(lat * RAD) * RAD) / w;
  const ring: LonLat[] = [];
  for (let at = 0; at <= CIRCLE_CORNERS; at++) {
    const angle = (2 * Math.PI * (at % CIRCLE_CORNERS)) / CIRCLE_CORNERS;
    ring.push([lon + (meters * Math.cos(angle)) / perLon, lat + (meters * Math.sin(angle)) / perLat]);
  }
  return ring;
}
