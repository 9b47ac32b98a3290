import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Colleague, expect, login, middle, openTown, still, test, type Town } from '../town';

/** Pictures of somebody else's map, here from a stand-in of our own: columns of tiles by turns red and blue. */

const OWED = '示例影像 审图号 GS(2026)0000号';
/** Tiles of 256 pixels are one level deeper than the map's own count. */
const ZOOM = 15;
const COLUMNS = 2 ** (ZOOM + 1);

function chunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(name), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, sum]);
}

/** A tile of one colour. */
function png(colour: [number, number, number]): Buffer {
  const SIDE = 256;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.alloc(1), ...Array.from({ length: SIDE }, () => Buffer.from(colour))]);
  const rows = Buffer.concat(Array.from({ length: SIDE }, () => row));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const RED = png([220, 0, 0]);
const BLUE = png([0, 0, 220]);

interface Source {
  template: string;
  /** From now on it answers that it is broken, or as before. */
  broken: (is: boolean) => void;
  end: () => Promise<void>;
}

async function openSource(): Promise<Source> {
  let away = false;
  const server = createServer((request, reply) => {
    const column = Number((request.url ?? '').split('/')[2]);
    if (away) reply.writeHead(500).end();
    else reply.writeHead(200, { 'Content-Type': 'image/png' }).end(column % 2 ? RED : BLUE);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    template: `http://127.0.0.1:${port}/{z}/{x}/{y}`,
    broken: (is) => (away = is),
    end: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** What colour the map has in its middle. */
async function colourAt(page: Page): Promise<[number, number, number]> {
  const canvas = page.locator('canvas.maplibregl-canvas');
  const box = (await canvas.boundingBox())!;
  const clip = {
    x: box.x + box.width / 2 - 2,
    y: box.y + box.height / 2 - 2,
    width: 4,
    height: 4,
  };
  const bytes = [...(await page.screenshot({ clip }))];
  return page.evaluate(async (bytes) => {
    const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
    pen.drawImage(picture, 0, 0);
    const [r = 0, g = 0, b = 0] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b];
  }, bytes);
}

const isRed = ([r, g, b]: number[]) => r! > 120 && g! < 90 && b! < 90;
const isBlue = ([r, g, b]: number[]) => b! > 120 && r! < 90 && g! < 90;

/** The edge between two columns that is nearest to the middle of our ground. */
async function edge(colleague: Colleague): Promise<{ lon: number; lat: number; column: number }> {
  const [street] = await colleague.places('kind=street&limit=1');
  const [lon, lat] = middle(street!);
  const column = Math.round(((lon + 180) / 360) * COLUMNS);
  return { lon: (column / COLUMNS) * 360 - 180, lat, column };
}

async function open(page: Page, url: string, hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#${hash}`);
  await still(page);
}

async function openLayers(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: '图层与图例' });
  if (await button.isVisible()) await button.click();
  await expect(page.getByRole('checkbox', { name: '外部底图' })).toBeVisible();
}

/** On a phone the list covers the map. */
async function closeLayers(page: Page): Promise<void> {
  await page.getByRole('button', { name: '收起图层' }).click();
}

let source: Source;
let town: Town;
let at: { lon: number; lat: number; column: number };

for (const datum of ['wgs84', 'gcj02'] as const) {
  test.describe(`pictures in ${datum}`, () => {
    test.beforeAll(async () => {
      test.setTimeout(120_000);
      source = await openSource();
      const settings = {
        GEJU_BASE_RASTER: source.template,
        GEJU_BASE_DATUM: datum,
        GEJU_BASE_ATTRIBUTION: OWED,
      };
      town = await openTown('street', settings);
      at = await edge(await new Colleague(town.url).login());
    });
    test.afterAll(async () => {
      await town.end();
      await source.end();
    });

    test('lie where the ground is, whatever grid they were drawn in', async ({ page }) => {
      await login(page, town.url);
      // A hundred metres west of the edge. In GCJ-02 the picture of this spot lies some 240 m further east, beyond it.
      await open(page, town.url, `map=${ZOOM}/${at.lat}/${at.lon - 0.001}&layers=base_raster`);
      const west = at.column % 2 ? isBlue : isRed;
      const east = at.column % 2 ? isRed : isBlue;
      const colour = await colourAt(page);
      expect((datum === 'wgs84' ? west : east)(colour), `${datum}: ${colour.join()}`).toBe(true);
      await expect(page.getByText(OWED).first()).toBeVisible();
    });

    if (datum === 'gcj02') return;

    test('lie beneath our map, are switched off with their owner’s name, and the address remembers', async ({
      page,
    }, info) => {
      test.slow();
      await login(page, town.url);
      await open(page, town.url, `map=18/${at.lat}/${at.lon - 0.001}`);
      await info.attach('pictures', {
        body: await page.screenshot(),
        contentType: 'image/png',
      });
      const ours = await still(page);
      await open(page, town.url, `map=18/${at.lat}/${at.lon - 0.001}&layers=base_raster`);
      expect((await still(page)).equals(ours), 'houses stand on the picture').toBe(false);
      await openLayers(page);
      await page.getByRole('checkbox', { name: '外部底图' }).uncheck();
      await closeLayers(page);
      await expect(page.getByText(OWED)).toHaveCount(0);
      await expect.poll(() => new URL(page.url()).hash).not.toContain('base_raster');
      await still(page);
      const bare = await colourAt(page);
      expect(isRed(bare) || isBlue(bare), bare.join()).toBe(false);
      await openLayers(page);
      await page.getByRole('checkbox', { name: '外部底图' }).check();
      await closeLayers(page);
      await expect(page.getByText(OWED).first()).toBeVisible();
      await expect.poll(async () => colourAt(page).then((now) => isRed(now) || isBlue(now))).toBe(true);
    });

    test('that do not come leave the map standing, and the page says what is missing', async ({ page, watch }) => {
      test.slow();
      watch.expected.push(/status of 503/);
      source.broken(true);
      await login(page, town.url);
      await open(page, town.url, `map=17/${at.lat + 0.004}/${at.lon + 0.004}`);
      await expect(page.getByText('外部底图没有载入')).toBeVisible();
      await expect(page.getByText('部分图块没有载入')).toHaveCount(0);
      // The map itself is drawn and answers.
      expect((await still(page)).length).toBeGreaterThan(20_000);
      await openLayers(page);
      await expect(page.getByRole('checkbox', { name: '外部底图' })).toHaveAccessibleDescription('未能载入');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      await closeLayers(page);
      source.broken(false);
      await page.getByRole('button', { name: '重试' }).click();
      await expect(page.getByText('外部底图没有载入')).toHaveCount(0);
    });
  });
}
