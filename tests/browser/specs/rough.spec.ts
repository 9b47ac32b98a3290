import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Colleague, expect, login, middle, panelOf, searchField, test, undrawn, type Place } from '../town';

/** What the map must bear: names and lists as they come, links as they are sent around, and rules that say no. */

const FIRST = { desk: 30, phone: 50 };

/** A compound of its own for every story and size, so that none meets another's mess. */
async function yard(colleague: Colleague, project: string, nth: number): Promise<Place> {
  const compounds = await colleague.places('kind=compound&limit=200');
  return compounds[(project === 'desk' ? FIRST.desk : FIRST.phone) + nth]!;
}

async function open(page: Page, url: string, hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#${hash}`);
}

async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

/** Nothing sticks out of its panel, however long a word is. */
const fits = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.panel .body, search')].every(
      (part) => part.scrollWidth <= part.clientWidth + 1,
    ),
  );

test('a name of sixty characters, rare characters, no name and two hundred tags are all shown whole', async ({
  page,
  town,
  colleague,
}, info) => {
  const long = await yard(colleague, info.project.name, 0);
  // A file may bring what has no name; nobody writes one away by hand.
  const sign = `无名${info.project.name}`;
  await colleague.import([
    {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: middle(long) },
      properties: { kind: 'resource_site', category: 'toilet', tags: [sign] },
    },
  ]);
  const [bare] = await colleague.places(`q=${encodeURIComponent(sign)}&limit=1`);
  // Sixty characters: 𠮷, 㐂 and 𡔷 lie outside the common planes, U+E0F0 is an office's own sign, and nothing to break at.
  const name = `𠮷㐂𡔷\uE0F0${'幸福路甲一号院'.repeat(8)}`;
  expect([...name]).toHaveLength(60);
  const tags = Array.from({ length: 200 }, (_, n) => `标签${n + 1}`);
  await colleague.amend(long.id, { name, tags });
  await login(page, town.url);
  await open(page, town.url, `place=${long.id}`);
  const panel = panelOf(page, name);
  await expect(panel.getByRole('heading', { name })).toBeVisible();
  const shown = panel.getByRole('list', { name: '标签' }).getByRole('listitem');
  expect(await shown.count()).toBeLessThan(20);
  expect(await fits(page)).toBe(true);
  await audit(page, 'long name');
  await panel.getByRole('button', { name: '全部 200 个标签' }).click();
  await expect(shown).toHaveCount(200);
  expect(await fits(page)).toBe(true);
  await searchField(page).fill('㐂');
  await expect(page.getByRole('option').filter({ hasText: '幸福路甲一号院' }).first()).toBeVisible();
  expect(await fits(page)).toBe(true);

  await open(page, town.url, `place=${bare!.id}`);
  await expect(page.getByRole('heading', { name: '（无名）' })).toBeVisible();
  await audit(page, 'no name');
});

test('a link to what is not there, or not for one’s eyes, says so and leaves the map to work with', async ({
  page,
  town,
  colleague,
  watch,
}) => {
  watch.expected.push(/status of (403|404)/);
  const worker = await new Colleague(town.url).login('worker');
  const own = new Set((await worker.me()).places.map(({ id }) => id));
  const compounds = await colleague.places('kind=compound&limit=200');
  const foreign = compounds.find(({ properties }) => !Object.values(properties.parents).some((id) => own.has(id)))!;
  const alert = await colleague.alarm(
    [(foreign.bbox[0] + foreign.bbox[2]) / 2, (foreign.bbox[1] + foreign.bbox[3]) / 2],
    '别处的预警',
  );
  await login(page, town.url, 'worker');
  await open(page, town.url, `alert=${alert}`);
  await expect(page.getByText('这件事项不存在，或者不在您的管辖范围内。')).toBeVisible();
  await open(page, town.url, 'place=9007199254740991');
  await expect(page.getByText('这个地点不存在，或者链接已失效。')).toBeVisible();
  await audit(page, 'not there');
  await page.getByRole('button', { name: '关闭详情' }).click();
  await expect(page.getByRole('button', { name: '按级浏览' })).toBeVisible();
});

test('a link to a place retired a second ago shows its last version, and nothing that could be changed', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/status of (404|410)/);
  const place = await yard(colleague, info.project.name, 2);
  await login(page, town.url);
  await colleague.retire(place.id);
  await open(page, town.url, `place=${place.id}`);
  const panel = panelOf(page, place.properties.name);
  await expect(panel.getByText(/下面是最后一版/)).toBeVisible();
  await expect(panel.getByRole('button', { name: '修改档案' })).toHaveCount(0);
  await audit(page, 'retired');
});

test('what the rules refuse is told at its field, in words, and what was typed stays', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/status of 422/);
  const place = await yard(colleague, info.project.name, 3);
  await undrawn(page);
  await login(page, town.url);
  await open(page, town.url, `place=${place.id}`);
  await page.getByRole('button', { name: '修改档案' }).click();
  const name = page.getByLabel('名称', { exact: true });
  const tooLong = '长'.repeat(201);
  await name.fill(tooLong);
  await page.getByRole('tab', { name: '人口底数' }).click();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  // The page with the mistake comes to the front by itself.
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('文字太长')).toBeVisible();
  await expect(page.getByText('有 1 处不符合规则，已在下面标出')).toBeVisible();
  await expect(name).toHaveValue(tooLong);
  await audit(page, 'refused');
  await name.fill(`${place.properties.name}二`);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await expect(panelOf(page, `${place.properties.name}二`).getByText('已保存')).toBeVisible();
});

test('an archive is vouched for with one touch, and an administrator can take that back', async ({
  page,
  town,
  colleague,
}, info) => {
  const place = await yard(colleague, info.project.name, 4);
  await undrawn(page);
  await login(page, town.url);
  await open(page, town.url, `place=${place.id}`);
  const panel = panelOf(page, place.properties.name);
  await panel.getByRole('button', { name: '核对无误' }).click();
  await expect(panel.getByText('已登记：今天核对，内容无变化')).toBeVisible();
  await expect(panel.getByLabel('一眼看清')).toContainText('新鲜');
  await expect(panel.getByLabel('一眼看清')).toContainText('今天');
  await page.goto(`${town.url}/admin#changes`);
  const line = page.locator('tr[data-seq]').filter({ hasText: '核对无误' }).first();
  await line.getByRole('button', { name: '撤销' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click();
  await expect(page.getByText(/号变更已撤销/)).toBeVisible();
});

test('a post is set up, given to somebody, handed over and left vacant from the panel', async ({
  page,
  town,
  colleague,
}, info) => {
  const place = await yard(colleague, info.project.name, 5);
  await undrawn(page);
  await login(page, town.url);
  await open(page, town.url, `place=${place.id}`);
  const panel = panelOf(page, place.properties.name);
  const dialog = page.getByRole('dialog');
  await panel.getByRole('button', { name: '设岗' }).click();
  await dialog.getByRole('button', { name: '设立' }).click();
  await expect(dialog.getByText('请填写岗位名称')).toBeVisible();
  await dialog.getByLabel('岗位名称').fill('试验院长');
  await audit(page, 'new post');
  await dialog.getByRole('button', { name: '设立' }).click();
  await expect(dialog.getByText('岗位已设立')).toBeVisible();
  await dialog.getByRole('button', { name: '关闭' }).click();
  const post = panel.getByRole('listitem').filter({ hasText: '试验院长' }).last();
  await expect(post).toContainText('空缺');
  const handOver = panel.getByRole('button', { name: '岗位交接：试验院长' });
  await handOver.click();
  await dialog.getByRole('button', { name: '完成交接' }).click();
  await expect(dialog.getByText('请填写接任人姓名')).toBeVisible();
  await dialog.getByLabel('接任人姓名').fill('𠮷小满');
  await dialog.getByRole('button', { name: '完成交接' }).click();
  await expect(dialog.getByText(/已登记：𠮷小满/)).toBeVisible();
  await dialog.getByRole('button', { name: '关闭' }).click();
  await expect(post).toContainText('𠮷小满');
  // The nearest who answers is named first.
  await expect(panel.getByLabel('一眼看清')).toContainText('𠮷小满');
  await handOver.click();
  await dialog.getByRole('button', { name: '只离岗，暂不安排接任' }).click();
  await expect(dialog.getByText('已登记：岗位空缺')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(post).toContainText('空缺');
});
