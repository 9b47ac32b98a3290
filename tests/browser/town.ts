import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export const PASSWORD = 'hongxinglu-no-27-courtyard';
const LISTEN_WITHIN_MS = 90_000;

/** The real program, serving the demo street on a port of its own. */
export interface Town {
  url: string;
  log: () => string;
  /** Takes in a file from the command line, while the server works. */
  import: (file: string) => void;
  /** The machine loses its power; nothing is said to anybody. */
  kill: () => Promise<void>;
  /** The same server again, at the same address. */
  serve: () => Promise<void>;
  end: () => Promise<void>;
}

function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../target');
  const path = process.env.GEJU_BIN ?? join(target, 'debug/geju');
  if (!existsSync(path)) throw new Error(`build geju first (cargo build -p geju): nothing at ${path}`);
  return path;
}

function listening(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`the demo does not listen:\n${log()}`)), LISTEN_WITHIN_MS);
    const look = () => {
      const match = /listening on (http:\S+)/.exec(log());
      if (!match?.[1]) return;
      clearTimeout(timer);
      found(match[1].replace(/\/$/, ''));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', (code) => failed(new Error(`the demo ended with ${code}:\n${log()}`)));
  });
}

/** Fills an empty store with the demo and serves it, with the settings an operator would add. */
export async function openTown(
  size: 'street' | 'district' = 'street',
  settings: Record<string, string> = {},
): Promise<Town> {
  const data = mkdtempSync(join(tmpdir(), 'geju-browser.'));
  const store = ['--store', `gpkg:${join(data, 'geju.gpkg')}`, '--data', data];
  const env = { ...process.env, GEJU_DEMO_PASSWORD: PASSWORD, GEJU_DEMO_SIZE: size, NO_COLOR: '1', ...settings };
  let text = '';
  const start = async (command: string, listen: string): Promise<{ child: ChildProcess; url: string }> => {
    let own = '';
    const child = spawn(program(), [command, '--listen', listen, ...store], { env });
    const hear = (chunk: Buffer) => {
      own += chunk.toString();
      text += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const url = await listening(child, () => own);
    child.removeAllListeners('exit');
    return { child, url };
  };
  const stop = async (child: ChildProcess, signal: NodeJS.Signals) => {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await ended;
  };
  let { child, url } = await start('demo', '127.0.0.1:0');
  return {
    url,
    log: () => text,
    import: (file) => void execFileSync(program(), ['import', file, ...store], { env, stdio: 'pipe' }),
    kill: () => stop(child, 'SIGKILL'),
    serve: async () => {
      ({ child } = await start('serve', new URL(url).host));
    },
    end: async () => {
      await stop(child, 'SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A place as the interface describes it: what the specs need of it. */
export interface Place {
  id: number;
  bbox: [number, number, number, number];
  geometry: { type: string; coordinates: unknown };
  properties: {
    kind: string;
    name: string;
    version: number;
    parents: Record<string, number>;
    [field: string]: unknown;
  };
}

/** A second person, who never opens a browser. */
export class Colleague {
  #cookie = '';
  constructor(readonly url: string) {}

  async login(name = 'admin'): Promise<this> {
    const reply = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, password: PASSWORD }),
    });
    expect(reply.status).toBe(200);
    this.#cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return this;
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const reply = await fetch(this.url + path, {
      ...init,
      headers: { ...(init.body ? { 'Content-Type': 'application/json' } : {}), ...init.headers, Cookie: this.#cookie },
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply;
  }

  async me(): Promise<{ places: { id: number }[] }> {
    return (await (await this.#ask('/api/v1/me')).json()) as { places: { id: number }[] };
  }

  async places(query: string): Promise<Place[]> {
    const page = (await (await this.#ask(`/api/v1/places?${query}`)).json()) as { features: Place[] };
    return page.features;
  }

  /** Names of all who hold a post: what no wall may show. */
  async holders(): Promise<string[]> {
    const { items } = (await (await this.#ask('/api/v1/posts')).json()) as {
      items: { holder: { name: string } | null }[];
    };
    return items.flatMap(({ holder }) => (holder ? [holder.name] : []));
  }

  async token(name: string, role: string, places: number[]): Promise<string> {
    const body = JSON.stringify({ name, role, places });
    return ((await (await this.#ask('/api/v1/tokens', { method: 'POST', body })).json()) as { token: string }).token;
  }

  async revoke(name: string): Promise<void> {
    await this.#ask(`/api/v1/tokens/${name}`, { method: 'DELETE' });
  }

  /** Somebody has seen the alert and takes it on. */
  async acknowledge(id: number): Promise<void> {
    const etag = (await this.#ask(`/api/v1/alerts/${id}`)).headers.get('etag') ?? '';
    await this.#ask(`/api/v1/alerts/${id}/acknowledge`, { method: 'POST', headers: { 'If-Match': etag } });
  }

  /** What every place of a level counts, as the coloured map has it. */
  async figures(level: string): Promise<{ name: string; people: { over_60_alone: number } | null }[]> {
    const reply = await this.#ask(`/api/v1/figures?level=${level}`);
    return ((await reply.json()) as { items: { name: string; people: { over_60_alone: number } | null }[] }).items;
  }

  /** Raises an alert of the first level. */
  async alarm([lon, lat]: [number, number], title: string): Promise<number> {
    const hour = 3_600_000;
    const properties = {
      level: 1,
      category: 'smoke',
      title,
      onset: new Date().toISOString(),
      expires: new Date(Date.now() + hour).toISOString(),
    };
    const alert = { type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties };
    const reply = await this.#ask('/api/v1/alerts', { method: 'POST', body: JSON.stringify(alert) });
    return ((await reply.json()) as { id: number }).id;
  }

  async retire(id: number): Promise<void> {
    const etag = (await this.#ask(`/api/v1/places/${id}`)).headers.get('etag') ?? '';
    await this.#ask(`/api/v1/places/${id}`, { method: 'DELETE', headers: { 'If-Match': etag } });
  }

  /** Changes some of what is written about a place. */
  async amend(id: number, change: { name?: string; tags?: string[] }): Promise<void> {
    const reply = await this.#ask(`/api/v1/places/${id}`);
    const etag = reply.headers.get('etag') ?? '';
    const place = (await reply.json()) as Place;
    Object.assign(place.properties, change);
    await this.#ask(`/api/v1/places/${id}`, {
      method: 'PUT',
      headers: { 'If-Match': etag },
      body: JSON.stringify(place),
    });
  }

  /** Brings features in as a file does. */
  async import(features: unknown[]): Promise<void> {
    const body = JSON.stringify({ type: 'FeatureCollection', features });
    const headers = { 'Content-Type': 'application/octet-stream' };
    await this.#ask('/api/v1/imports?name=features.geojson', { method: 'POST', body, headers });
  }

  /** A file as the page would save it. */
  async take(format: string, kind: string, within: unknown): Promise<Buffer> {
    const body = JSON.stringify({ format, kind, within });
    return Buffer.from(await (await this.#ask('/api/v1/export', { method: 'POST', body })).arrayBuffer());
  }

  /** Somebody else makes neighbours one, under the first one's name. */
  async merge(one: Place, other: Place): Promise<void> {
    const places = [one, other].map(({ id, properties }) => ({ id, version: properties.version }));
    await this.#ask('/api/v1/places/merge', { method: 'POST', body: JSON.stringify({ places, into: one.id }) });
  }

  /** Draws several places as one gesture. */
  async reshape(body: unknown): Promise<void> {
    await this.#ask('/api/v1/places/reshape', { method: 'POST', body: JSON.stringify(body) });
  }

  /** Sends a gesture for review; answers the draft's number. */
  async propose(name: string, reshape: unknown): Promise<number> {
    const body = JSON.stringify({ name, reshape });
    return ((await (await this.#ask('/api/v1/drafts', { method: 'POST', body })).json()) as { id: number }).id;
  }

  /** Decides or says something about a draft as it is now. */
  async decide(id: number, what: 'accept' | 'return' | 'withdraw' | 'comments', body: unknown): Promise<void> {
    const etag = (await this.#ask(`/api/v1/drafts/${id}`)).headers.get('etag') ?? '';
    const headers = { 'If-Match': etag };
    await this.#ask(`/api/v1/drafts/${id}/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
    });
  }

  rename(id: number, name: string): Promise<void> {
    return this.amend(id, { name });
  }
}

/** What a page may not do in any spec: speak to another machine, or complain. */
interface Watch {
  foreign: string[];
  complaints: string[];
  /** What the browser itself will say in red although the page does right: it reports every refusal. */
  expected: RegExp[];
}

interface Fixtures {
  watch: Watch;
  colleague: Colleague;
}

export const test = base.extend<Fixtures, { town: Town }>({
  town: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const town = await openTown();
      try {
        await use(town);
      } finally {
        await town.end();
      }
      expect(
        town
          .log()
          .split('\n')
          .filter((line) => / ERROR |panicked at/.test(line)),
      ).toEqual([]);
    },
    { scope: 'worker', timeout: LISTEN_WITHIN_MS + 30_000 },
  ],

  colleague: async ({ town }, use) => {
    await use(await new Colleague(town.url).login());
  },

  watch: [
    async ({ page }, use) => {
      const watch: Watch = { foreign: [], complaints: [], expected: [] };
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') watch.foreign.push(request.url());
      });
      page.on('console', (message) => {
        const expected = watch.expected.some((pattern) => pattern.test(message.text()));
        if (message.type() === 'error' && !expected)
          watch.complaints.push(`${message.text()} ${message.location().url}`);
      });
      page.on('pageerror', (error) => watch.complaints.push(String(error)));
      await use(watch);
      expect(watch.foreign, 'no request leaves this machine').toEqual([]);
      expect(watch.complaints, 'the console is clean').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function login(page: Page, url: string, name = 'admin'): Promise<void> {
  await page.goto(url);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '登录' }).click();
  await expect(searchField(page)).toBeVisible();
}

/** Nobody is kept out of what is on screen: axe finds nothing. */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

export const searchField = (page: Page) => page.getByLabel('搜索名称、编码或标签').first();

export const panelOf = (page: Page, name: string) => page.getByLabel(`详情：${name}`);

/** The page in a browser without WebGL2: all but the drawing works the same, and forms are filled in without waiting for it. */
export async function undrawn(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const own = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind === 'webgl2' ? null : (own as (...args: unknown[]) => unknown).call(this, kind, ...rest);
    } as typeof own;
  });
}

/** Waits until the drawing stands still: two looks at the canvas, half a second apart, are the same. */
export async function still(page: Page): Promise<Buffer> {
  const canvas = page.locator('canvas.maplibregl-canvas');
  await expect(canvas).toBeVisible();
  let before = await canvas.screenshot();
  for (let look = 0; look < 60; look++) {
    await page.waitForTimeout(500);
    const after = await canvas.screenshot();
    if (after.equals(before) && after.length > 8_000) return after;
    before = after;
  }
  throw new Error('the map never stood still');
}

/** A point inside a place drawn by the demo, whose outlines are convex enough for their middle. */
export function middle({ bbox: [west, south, east, north] }: Place): [number, number] {
  return [(west + east) / 2, (south + north) / 2];
}

/** Opens the map with a place in the middle of the screen. */
export async function lookAt(page: Page, url: string, place: Place, zoom: number): Promise<void> {
  const [lon, lat] = middle(place);
  await page.goto('about:blank');
  await page.goto(`${url}/#map=${zoom}/${lat}/${lon}`);
  await still(page);
}

export async function clickMiddle(page: Page): Promise<void> {
  const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
  if (!box) throw new Error('no map');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}
