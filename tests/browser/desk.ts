import { expect, type Page, type TestInfo } from '@playwright/test';
import { login, type Colleague, type Place, type Town } from './town';

/** The drawing desk, by mouse on a desk and by finger on a phone. */

export type LonLat = [number, number];
type Ring = LonLat[];

export const ringsOf = ({ geometry }: Place): Ring[] =>
  geometry.type === 'Polygon' ? (geometry.coordinates as Ring[]) : (geometry.coordinates as Ring[][]).flat();

/** The outer rings' corners, each once. */
export const cornersOf = (place: Place): LonLat[] => ringsOf(place).flatMap((ring) => ring.slice(1));

export const same = ([a, b]: LonLat, [c, d]: LonLat): boolean => Math.abs(a - c) < 5e-8 && Math.abs(b - d) < 5e-8;
export const has = (place: Place, spot: LonLat): boolean => cornersOf(place).some((one) => same(one, spot));

/** Metres, near enough for a courtyard. */
export const metres = ([a, b]: LonLat, [c, d]: LonLat): number =>
  Math.hypot((a - c) * 111_320 * Math.cos((b * Math.PI) / 180), (b - d) * 111_320);

/** How far off a straight line between two corners a spot lies, in metres. */
export function offEdge(spot: LonLat, a: LonLat, b: LonLat): number {
  const east = 111_320 * Math.cos((spot[1] * Math.PI) / 180);
  const [dx, dy] = [(b[0] - a[0]) * east, (b[1] - a[1]) * 111_320];
  const [px, py] = [(spot[0] - a[0]) * east, (spot[1] - a[1]) * 111_320];
  const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - along * dx, py - along * dy);
}

export const offRing = (spot: LonLat, place: Place): number =>
  Math.min(...ringsOf(place).flatMap((ring) => ring.slice(1).map((corner, at) => offEdge(spot, ring[at]!, corner))));

export function holds(place: Place, [x, y]: LonLat): boolean {
  let inside = false;
  for (const ring of ringsOf(place)) {
    ring.slice(1).forEach(([bx, by], at) => {
      const [ax, ay] = ring[at]!;
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    });
  }
  return inside;
}

/** A spot well inside: the one of a lattice that lies farthest from the border. */
export function insideOf(place: Place): LonLat {
  const [west, south, east, north] = place.bbox;
  let best: LonLat = [west, south];
  let off = 0;
  for (let i = 1; i < 12; i++) {
    for (let j = 1; j < 12; j++) {
      const spot: LonLat = [west + ((east - west) * i) / 12, south + ((north - south) * j) / 12];
      const far = holds(place, spot) ? offRing(spot, place) : 0;
      if (far > off) [best, off] = [spot, far];
    }
  }
  return best;
}

/** An outline cut in two by a meridian through its middle: what whoever divides a micro-grid elsewhere would draw. */
export function halves(place: Place): [LonLat[], LonLat[]] {
  const ring = ringsOf(place)[0]!;
  const lons = ring.map(([lon]) => lon);
  const middle = +((Math.min(...lons) + Math.max(...lons)) / 2).toFixed(7);
  const side = (keep: (lon: number) => boolean): LonLat[] => {
    const cut = ring.slice(1).flatMap((b, at): LonLat[] => {
      const a = ring[at]!;
      const kept: LonLat[] = keep(a[0]) ? [a] : [];
      if (keep(a[0]) === keep(b[0])) return kept;
      const share = (middle - a[0]) / (b[0] - a[0]);
      return [...kept, [middle, +(a[1] + share * (b[1] - a[1])).toFixed(7)]];
    });
    return [...cut, cut[0]!];
  };
  return [side((lon) => lon <= middle), side((lon) => lon > middle)];
}

/** One place drawn as its two halves, as the interface takes a gesture: the western keeps its name. */
export function cutInTwo(place: Place, name: string): unknown {
  const [west, east] = halves(place);
  const outline = (ring: LonLat[]) => ({
    type: 'Polygon',
    coordinates: [ring],
  });
  return {
    places: [
      {
        id: place.id,
        version: place.properties.version,
        geometry: outline(west),
        properties: {},
      },
    ],
    create: [
      {
        id: 'new',
        kind: place.properties.kind,
        geometry: outline(east),
        properties: { name },
      },
    ],
    retire: [],
    cause: null,
  };
}

/** One grid with its micro-grids, whole. */
export interface Quarter {
  grid: Place;
  children: Place[];
}

export const childrenOf = (colleague: Colleague, grid: Place): Promise<Place[]> =>
  colleague.places(`kind=micro_grid&parent=${grid.id}&geometry=full&limit=200`);

/** The nth grid of the demo that has enough micro-grids for neighbours; each story draws on ground of its own. */
export async function quarter(colleague: Colleague, nth: number): Promise<Quarter> {
  const grids = await colleague.places('kind=grid&geometry=full&limit=200');
  const fit: Quarter[] = [];
  for (const grid of grids) {
    const children = await childrenOf(colleague, grid);
    if (children.length >= 5) fit.push({ grid, children });
    if (fit.length > nth) break;
  }
  const found = fit[nth];
  if (!found) throw new Error(`the demo has no ${nth + 1} grids of five micro-grids`);
  return found;
}

/** Each story draws on ground of its own, and the same story by finger on another than by mouse: both end on one server. */
export const groundFor = (colleague: Colleague, info: TestInfo, nth: { desk: number; phone: number }) =>
  quarter(colleague, info.project.name === 'phone' ? nth.phone : nth.desk);

export const squareMeters = (places: Place[]): number =>
  places.reduce((sum, { properties }) => sum + (properties['area_m2'] as number), 0);

/** The first of these grounds that its micro-grids fill: some of the demo's have a gap, for others to find. */
export async function filledGround(
  colleague: Colleague,
  info: TestInfo,
  nths: { desk: number[]; phone: number[] },
): Promise<Quarter> {
  for (const nth of info.project.name === 'phone' ? nths.phone : nths.desk) {
    const here = await quarter(colleague, nth);
    if (Math.abs(squareMeters(here.children) - squareMeters([here.grid])) < 1) return here;
  }
  throw new Error('every ground has a gap');
}

/** Does a micro-grid of this ground have a corner there, as the server has it? */
export const stands = async (colleague: Colleague, { grid }: Quarter, spot: LonLat): Promise<boolean> =>
  (await childrenOf(colleague, grid)).some((child) => has(child, spot));

/** Corners inside the grid where micro-grids meet, with room around them, the roomiest first. */
export function sharedCorners({ grid, children }: Quarter): LonLat[] {
  const all = children.flatMap(cornersOf);
  const room = (spot: LonLat) => Math.min(...all.filter((one) => !same(one, spot)).map((one) => metres(one, spot)));
  const found: LonLat[] = [];
  for (const spot of all) {
    const sharers = children.filter((child) => has(child, spot));
    if (sharers.length < 2 || offRing(spot, grid) < 5 || found.some((one) => same(one, spot))) continue;
    found.push(spot);
  }
  return found.sort((a, b) => room(b) - room(a));
}

/** So many metres east and north of a spot, on the grid. */
export const beside = ([lon, lat]: LonLat, east: number, north = 0): LonLat => [
  +(lon + east / 111_320 / Math.cos((lat * Math.PI) / 180)).toFixed(7),
  +(lat + north / 111_320).toFixed(7),
];

/** What a colleague saves: one corner goes elsewhere, in all outlines that have it. */
export async function moveAway(colleague: Colleague, { grid }: Quarter, from: LonLat, to: LonLat): Promise<void> {
  const moved = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    return typeof value[0] === 'number' ? (same(value as LonLat, from) ? to : value) : value.map(moved);
  };
  const places = (await childrenOf(colleague, grid))
    .filter((child) => has(child, from))
    .map(({ id, geometry, properties }) => ({
      id,
      version: properties.version,
      geometry: { ...geometry, coordinates: moved(geometry.coordinates) },
    }));
  await colleague.reshape({ places, create: [], retire: [], cause: null });
}

const WORLD_PX = 512;
const mercator = ([lon, lat]: LonLat): LonLat => [
  lon / 360,
  -Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI),
];
const DIGITS = 7;

export class Desk {
  readonly #phone: boolean;
  #centre: LonLat = [0, 0];
  #zoom = 18;

  constructor(
    readonly page: Page,
    info: TestInfo,
  ) {
    this.#phone = info.project.name === 'phone';
  }

  readonly tools = () => this.page.getByRole('toolbar', { name: '绘图工具' });
  readonly tool = (name: string) => this.tools().getByRole('button', { name });
  readonly button = (name: string | RegExp) => this.page.getByRole('button', { name });
  readonly save = () => this.button(/^保存/);

  /** From the opened place, as anybody would: the button, then the tools. */
  async open(url: string, place: Place, button = '调整边界'): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.goto(`${url}/#place=${place.id}`);
    await this.button(button).click();
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.tools()).toBeVisible();
    await expect(this.page.locator('canvas.easel').first()).toBeAttached();
  }

  /** Brings a spot of the ground to where nothing lies over the map. */
  async look(at: LonLat, zoom = this.#phone ? 17 : 18): Promise<void> {
    const size = this.page.viewportSize()!;
    const off = this.#phone ? [0, size.height / 2 - 210] : [-60, 0];
    const [x, y] = mercator(at);
    const world = WORLD_PX * 2 ** zoom;
    const [cx, cy] = [x + off[0]! / world, y + off[1]! / world];
    this.#centre = [cx * 360, (Math.atan(Math.exp(-cy * 2 * Math.PI)) * 360) / Math.PI - 90];
    this.#zoom = zoom;
    const [lon, lat] = this.#centre.map((value) => value.toFixed(DIGITS));
    await this.page.evaluate(
      (map) => (location.hash = location.hash.replace(/map=[^&]*/, map)),
      `map=${zoom}/${lat}/${lon}`,
    );
    // The page writes the address anew, in fewer digits, once the map has come to rest there.
    await expect
      .poll(() => {
        const [, told = ''] = /map=[\d.]+\/([\d.]+)\//.exec(this.page.url()) ?? [];
        return told.length < lat!.length && Math.abs(Number(told) - Number(lat)) < 2e-5;
      })
      .toBe(true);
    await this.#painted();
  }

  /** Two frames later what was asked for is on the glass. */
  async #painted(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }

  /** Where a spot of the ground lies on the screen. */
  at(spot: LonLat): LonLat {
    const size = this.page.viewportSize()!;
    const world = WORLD_PX * 2 ** this.#zoom;
    const [x, y] = mercator(spot);
    const [cx, cy] = mercator(this.#centre);
    return [size.width / 2 + (x - cx) * world, size.height / 2 + (y - cy) * world];
  }

  async tap(spot: LonLat): Promise<void> {
    const [x, y] = this.at(spot);
    if (this.#phone) await this.page.touchscreen.tap(x, y);
    else await this.page.mouse.click(x, y);
    await this.#painted();
  }

  async drag(from: LonLat, to: LonLat): Promise<void> {
    const [a, b] = [this.at(from), this.at(to)];
    const steps = Array.from({ length: 8 }, (_, n): LonLat => {
      const share = (n + 1) / 8;
      return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
    });
    if (this.#phone) {
      const session = await this.page.context().newCDPSession(this.page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: LonLat[]) =>
        session.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: at.map(([x, y]) => ({ x, y })),
        });
      await touch('touchStart', [a]);
      for (const at of steps) await touch('touchMove', [at]);
      await touch('touchEnd', []);
      await session.detach();
    } else {
      await this.page.mouse.move(...a);
      await this.page.mouse.down();
      for (const at of steps) await this.page.mouse.move(...at);
      await this.page.mouse.up();
    }
    await this.#painted();
  }

  /** A corner is taken and put elsewhere, by whoever has just come to the desk. */
  async moveCorner(from: LonLat, to: LonLat): Promise<void> {
    await this.look(from, this.#phone ? 19 : 18);
    await this.tap(beside(from, 4, 4));
    await this.drag(from, to);
    await this.drawn();
  }

  /** Something lies on the desk that is not saved. */
  async drawn(): Promise<void> {
    await expect(this.save()).toHaveText(/改动/);
  }

  async changed(n: number): Promise<void> {
    await expect(this.save()).toHaveText(n === 0 ? /^\s*保存\s*$/ : new RegExp(`改动 ${n} 块`));
  }

  async saved(): Promise<void> {
    await this.save().click();
    await expect(this.page.getByText('已保存，现在生效。')).toBeVisible();
  }

  /** Saved without a network: it waits on the device. */
  async posted(): Promise<void> {
    await this.save().click();
    await expect(this.page.getByText('已存在本机，联网后自动上传。')).toBeVisible();
  }

  /** What is shown when somebody else saved the same ground first. */
  readonly meeting = () => this.page.getByRole('alert').filter({ hasText: '别人改了同一处' });

  /** One of the ways out of it, which does not lead back. */
  async settle(way: string): Promise<void> {
    await this.meeting().getByRole('button', { name: way }).click();
    await expect(this.meeting()).toBeHidden();
  }
}

/** Signed in, and at the desk with this ground on it. */
export async function atDesk(page: Page, town: Town, info: TestInfo, { grid }: Quarter, who?: string): Promise<Desk> {
  await login(page, town.url, who);
  const desk = new Desk(page, info);
  await desk.open(town.url, grid, '划分微网格');
  return desk;
}
