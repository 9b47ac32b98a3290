import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { halves, ringsOf, same, type LonLat } from '../desk';
import { Colleague, expect, login, test, type Place } from '../town';

/** Boundaries drawn elsewhere: a file becomes a draft, and the draft the map; a broken file is told in words. */

test.describe.configure({ timeout: 180_000 });

const axe = async (page: Page) =>
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual(
    [],
  );

const file = (page: Page) => page.locator('input[type=file]');
const make = (page: Page) => page.getByRole('button', { name: '生成草案' });
const geojson = (features: unknown[]) => Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }));

const area = (name: string, ring: LonLat[]) => ({
  type: 'Feature',
  properties: { name },
  geometry: { type: 'Polygon', coordinates: [ring] },
});

const kml = (areas: { name: string; ring: LonLat[] }[]) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>${areas
      .map(
        ({ name, ring }) =>
          `<Placemark><name>${name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>${ring
            .map((spot) => spot.join(','))
            .join(' ')}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>`,
      )
      .join('')}</Document></kml>`,
  );

/** A grid's micro-grids that nobody else's story draws on, and one of them that is cut in two. */
async function ground(clerk: Colleague, nth: number): Promise<{ grid: Place; whole: Place }> {
  const grids = await clerk.places('kind=grid&geometry=full&limit=200');
  const grid = grids.at(-1 - nth)!;
  const children = await clerk.places(`kind=micro_grid&parent=${grid.id}&geometry=full&limit=200`);
  const simple = children.filter((place) => ringsOf(place).length === 1);
  return {
    grid,
    whole: simple.sort((a, b) => ringsOf(b)[0]!.length - ringsOf(a)[0]!.length)[0]!,
  };
}

test('a KML drawn elsewhere becomes a draft, and the map by the word of the street', async ({ page, town }, info) => {
  const clerk = await new Colleague(town.url).login('street');
  const { grid, whole } = await ground(clerk, info.project.name === 'phone' ? 1 : 0);
  const [west, east] = halves(whole);
  const name = `文件里的新微网格${info.project.name}`;
  const own = whole.properties.name;
  const children = () => clerk.places(`kind=micro_grid&parent=${grid.id}&geometry=full&limit=200`);

  await login(page, town.url, 'street');
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${grid.id}`);
  await page.getByRole('button', { name: '导入边界文件' }).click();
  await expect(page.getByRole('heading', { name: '导入边界文件' })).toBeVisible();
  await expect(page.getByLabel('划分哪里')).toContainText(grid.properties.name);
  await expect(page.getByLabel('文件里画的是')).toHaveValue('micro_grid');
  await page.getByLabel('坐标系').selectOption('gcj02');
  await expect(page.getByText('在高德、腾讯地图上描的边界选这一种')).toBeVisible();
  await page.getByLabel('坐标系').selectOption('');
  await file(page).setInputFiles({
    name: '拟定边界.kml',
    mimeType: 'application/vnd.google-earth.kml+xml',
    buffer: kml([
      { name: own, ring: west },
      { name, ring: east },
    ]),
  });
  await axe(page);

  // An impatient hand makes one draft.
  const made: string[] = [];
  page.on('response', (answer) => {
    if (answer.request().method() === 'POST' && answer.url().includes('from=file')) made.push(`${answer.status()}`);
  });
  await make(page).dblclick();
  await expect(page.getByText('已从文件生成草案')).toBeVisible();
  expect(made).toEqual(['201']);
  await expect(page.getByText(/调整前后户数一致|户数不一致/)).toBeVisible();
  await axe(page);
  expect(
    (await children()).some((place) => place.properties.name === name),
    'nothing moves yet',
  ).toBe(false);

  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByText('已通过。')).toBeVisible();
  await expect.poll(async () => (await children()).some((place) => place.properties.name === name)).toBe(true);
  const now = (await children()).find(({ id }) => id === whole.id)!;
  const [cut] = west.filter((spot) => !ringsOf(whole)[0]!.some((one) => same(one, spot)));
  expect(
    ringsOf(now)[0]!.some((spot) => same(spot, cut!)),
    'the new border is that of the file',
  ).toBe(true);
});

test('a broken file is told in words, and what was chosen stays until it is mended', async ({
  page,
  town,
  watch,
}, info) => {
  watch.expected.push(/422|403|400|409/);
  const worker = await new Colleague(town.url).login('worker');
  const grid = (await worker.me()).places[0]!.id;
  const children = await worker.places(`kind=micro_grid&parent=${grid}&geometry=full&limit=200`);
  const own = children.find((place) => ringsOf(place).length === 1)!;
  const [west, east] = halves(own);
  const refused = page.getByRole('heading', { name: '没有生成草案' });
  const bring = async (name: string, buffer: Buffer) => {
    await file(page).setInputFiles({
      name,
      mimeType: 'application/octet-stream',
      buffer,
    });
    await make(page).click();
  };

  await login(page, town.url, 'worker');
  await page.getByRole('button', { name: /^边界草案/ }).click();
  await page.getByRole('button', { name: '导入边界文件…' }).click();
  await make(page).click();
  await expect(page.getByText('请先选一个文件。')).toBeVisible();

  // What need not be sent is said before.
  await file(page).setInputFiles({
    name: '边界.shp',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('x'),
  });
  await expect(page.getByText('一起打成一个 zip 再选')).toBeVisible();
  await file(page).setInputFiles({
    name: '全市.gpkg',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(17 * 1024 * 1024),
  });
  await expect(page.getByText('文件超过 16 MB')).toBeVisible();

  await page.getByLabel('坐标系').selectOption('wgs84');
  await page.getByLabel('草案名称').fill('我起的名字');
  await bring('规划图.pdf', Buffer.from('%PDF-1.4 nothing'));
  await expect(page.getByText('不认识的文件格式')).toBeVisible();
  await expect(page.getByText('怎么改：导出成 Shapefile')).toBeVisible();

  const [a, b, c] = west;
  const bow = area('打叉的', [
    a!,
    [a![0] + 0.0002, a![1] + 0.0002],
    [a![0] + 0.0002, a![1]],
    [a![0], a![1] + 0.0002],
    a!,
  ]);
  await bring('三块.geojson', geojson([area(own.properties.name, west), area('东半块', east), bow]));
  await expect(page.getByText('第 3 个图形')).toBeVisible();
  await expect(page.getByText('边界自相交')).toBeVisible();
  await axe(page);

  const far = [a!, b!, c!].map(([lon, lat]): LonLat => [lon + 1, lat]);
  await bring('外地.geojson', geojson([area('外地', [...far, far[0]!])]));
  await expect(page.getByText('这条边界不在所选的上级范围内')).toBeVisible();
  await expect(page.getByRole('button', { name: '看位置' })).toBeVisible();

  // A Shapefile as our own export writes it draws what is there already.
  const admin = await new Colleague(town.url).login();
  await bring('现状.zip', await admin.take('shp', 'micro_grid', { places: [grid] }));
  await expect(page.getByText('文件里的边界和地图上一样')).toBeVisible();

  await expect(page.getByLabel('坐标系')).toHaveValue('wgs84');
  await expect(page.getByLabel('草案名称')).toHaveValue('我起的名字');
  await expect(refused).toBeVisible();
  await bring(`改好的${info.project.name}.geojson`, geojson([area(own.properties.name, west), area('', east)]));
  await expect(page.getByText('有 1 个图形没有名称')).toBeVisible();
  await expect(page.getByRole('heading', { name: '我起的名字' })).toBeVisible();
  await page.getByRole('button', { name: '撤回草案' }).click();
  await expect(page.getByText('已撤回。')).toBeVisible();
});
