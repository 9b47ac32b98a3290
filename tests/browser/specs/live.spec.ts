import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Colleague, expect, login, middle, openTown, panelOf, still, test } from '../town';

/** One residential road in OpenStreetMap's own format. */
const ROAD_PBF =
  'AAAADQoJT1NNSGVhZGVyGDgQLBo0eJxT4vMvzg1OzkjNTdQNM9AzU+JySc0rTvXLT0ktbmLkzS/OzSzN1TfUMzTVMwAAMKgNWAAAAAsKB09TTURhdGEYRBA7' +
  'GkB4nONi4WLgYhAyFjLkYmJi0hLhYmJkFGJiYJACYiUg1mJiYnBiP/B73xKmCX5eHA13Fj9gb/jIEgSUAgDBYgrQAAAACwoHT1NNRGF0YRhYEEsaVHic49Lm' +
  'YuBiz8hMzyhPrORiyUvMTeXiLkotzkxJzSvJTMzh4nyxfurLVT0vtq/nYhCSkZLi4BJiYmSSYmJmUeLiYBRgkGBQYNBgdWJiYgIAM4IR8A==';

/** A wall must say so within five seconds; the rest is the patience of a busy test machine. */
const LOST_WITHIN_MS = 5_000;

const link = 'css=[data-link]';

test('figures of people outside one’s ground are said to be withheld', async ({ page, town, colleague }) => {
  const compounds = await colleague.places('kind=compound&limit=200');
  const worker = await new Colleague(town.url).login('worker');
  const own = new Set((await worker.me()).places.map(({ id }) => id));
  const elsewhere = compounds.find(({ properties }) => !Object.values(properties.parents).some((id) => own.has(id)))!;
  await login(page, town.url, 'worker');
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${elsewhere.id}`);
  const panel = panelOf(page, elsewhere.properties.name);
  await expect(panel.getByText('人口数字未显示：您的岗位无权查看此处。')).toBeVisible();
  await expect(panel.getByText(/住户、居民、人口底数：无权查看/)).toBeVisible();
  await expect(panel.getByText('居民', { exact: true })).toHaveCount(0);
});

test('an alert a colleague raises is counted in the open panel', async ({ page, town, colleague }, info) => {
  const communities = await colleague.places('kind=community&limit=4');
  const community = communities[info.project.name === 'desk' ? 0 : 1]!;
  // A compound lies wholly in its community; the middle of the community itself may not.
  const [compound] = await colleague.places(`kind=compound&parent=${community.id}&limit=1`);
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${community.id}`);
  const count = panelOf(page, community.properties.name).locator('dl > div', { hasText: '生效预警' }).locator('dd');
  await expect(count).toHaveText(/^\d+$/);
  const before = Number(await count.textContent());
  await colleague.alarm(middle(compound!), '试验警报');
  await expect(count).toHaveText(String(before + 1), { timeout: 10_000 });
});

test('what is retired while it is looked at says so', async ({ page, town, colleague, watch }, info) => {
  watch.expected.push(/status of (404|410)/);
  const compounds = await colleague.places('kind=compound&limit=20');
  const compound = compounds[info.project.name === 'desk' ? 18 : 19]!;
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${compound.id}`);
  const panel = panelOf(page, compound.properties.name);
  await expect(panel).toBeVisible();
  await colleague.retire(compound.id);
  await expect(panel.getByText(/下面是最后一版/)).toBeVisible({ timeout: 10_000 });
});

// The link is the same at every size.
test(
  'a lost server is named, and its return needs nobody; an import names whom the map is owed to',
  { tag: '@desk' },
  async ({ page, watch }) => {
    test.setTimeout(240_000);
    watch.expected.push(/net::ERR_/);
    const town = await openTown();
    const folder = mkdtempSync(join(tmpdir(), 'geju-browser-import.'));
    try {
      await login(page, town.url);
      await still(page);
      await expect(page.locator(link)).toHaveAttribute('data-link', 'live');

      await town.kill();
      await expect(page.locator(link)).toHaveAttribute('data-link', 'lost', { timeout: LOST_WITHIN_MS });
      await expect(page.locator(link)).toContainText('连接断开');
      await town.serve();
      await expect(page.locator(link)).toHaveAttribute('data-link', 'live', { timeout: 30_000 });
      await still(page);

      await expect(page.getByTitle('数据来源')).toHaveCount(0);
      const file = join(folder, 'road.osm.pbf');
      writeFileSync(file, Buffer.from(ROAD_PBF, 'base64'));
      town.import(file);
      const credit = page.getByTitle('数据来源');
      await expect(credit).toHaveText('© OpenStreetMap contributors');
      const box = (await credit.boundingBox())!;
      const scale = (await page.getByRole('img', { name: /比例尺/ }).boundingBox())!;
      expect(box.x + box.width <= scale.x || box.y + box.height <= scale.y, 'credit and scale lie apart').toBe(true);
    } finally {
      await town.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
