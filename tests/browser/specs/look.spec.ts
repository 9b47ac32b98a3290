import { gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, login, panelOf, searchField, still, test, undrawn } from '../town';

/** Opens a view as a link does: from nothing. */
async function open(page: Page, url: string, hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#${hash}`);
  await expect(page.locator('canvas.maplibregl-canvas').first()).toBeVisible();
}

async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

/** The list of layers is open at a desk and behind a button on a phone. */
async function openLayers(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: '图层与图例' });
  if (await button.isVisible()) await button.click();
  await expect(page.getByRole('radio', { name: '关爱' })).toBeVisible();
}

const openTools = (page: Page) => page.getByRole('button', { name: '打开工具' }).click();
const legend = (page: Page, what: string) => page.getByRole('region', { name: `图例：${what}` });
const hash = (page: Page) => new URL(page.url()).hash;

test('a topic colours the ground by what the server counts, and is in the address', async ({
  page,
  town,
  colleague,
}) => {
  await login(page, town.url);
  await openLayers(page);
  await page.getByRole('radio', { name: '关爱' }).click();
  const shown = legend(page, '60 岁以上独居');
  // The title stands before the figures have come.
  await expect(shown.getByRole('listitem').first()).toBeVisible();
  const counted = await colleague.figures('community');
  const figures = counted.map(({ people }) => people?.over_60_alone ?? 0);
  // The classes reach from the least to the greatest that the server counts, and hold every community once.
  const rows = await shown.getByRole('listitem').allInnerTexts();
  const numbers = rows.map((row) => row.replaceAll(',', '').match(/\d+/g)?.map(Number) ?? []);
  expect(numbers[0]?.[0]).toBe(Math.min(...figures));
  expect(numbers.at(-1)?.at(-2)).toBe(Math.max(...figures));
  expect(numbers.reduce((sum, row) => sum + (row.at(-1) ?? 0), 0)).toBe(figures.length);
  await expect.poll(() => hash(page)).toContain('topic=care');
  await audit(page, 'topic');
});

test('a link opens the topic, the figure and the level that were sent', async ({ page, town }) => {
  await login(page, town.url);
  await open(page, town.url, 'topic=autonomy&tally=grid.households');
  await expect(legend(page, '住户')).toContainText('按网格统计');
  await open(page, town.url, 'topic=autonomy&tally=none');
  await openLayers(page);
  await expect(page.getByLabel('专题着色')).toHaveValue('');
});

test('a reader without the right is told so, and sees no number', async ({ page, town }) => {
  await login(page, town.url, 'wall');
  await open(page, town.url, 'tally=community.residents');
  await expect(legend(page, '居民')).toContainText(/无权查看|\d/);
});

test('the colours follow what happens elsewhere', async ({ page, town, colleague }) => {
  await login(page, town.url);
  await open(page, town.url, 'tally=street.alerts_active');
  const shown = legend(page, '生效预警');
  await expect(shown.getByRole('listitem').first()).toBeVisible();
  const before = await shown.getByRole('list').innerText();
  const [street] = await colleague.places('kind=street&limit=1&geometry=none');
  const [west, south, east, north] = street!.bbox;
  await colleague.alarm([(west + east) / 2, (south + north) / 2], '着色随动');
  await expect.poll(() => shown.getByRole('list').innerText(), { timeout: 30_000 }).not.toBe(before);
});

test(
  'a way is measured without a pointer, and every step can be taken back',
  { tag: '@desk' },
  async ({ page, town }) => {
    await login(page, town.url);
    await still(page);
    await openTools(page);
    await page.getByRole('button', { name: '测距与测面积' }).click();
    const bar = page.getByRole('region', { name: '测量' });
    await expect(bar).toBeVisible();
    await page.locator('canvas.maplibregl-canvas').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await still(page);
    await page.keyboard.press('Enter');
    await expect(bar.getByRole('status')).toContainText(/长度 [\d.,]+ (米|公里)/);
    await expect(bar.getByRole('status')).toContainText('2 个点');
    await audit(page, 'measure');
    await page.keyboard.press('Backspace');
    await expect(bar.getByRole('status')).toContainText('1 个点');
    await page.keyboard.press('Escape');
    await expect(bar).toBeHidden();
  },
);

test('a patch is measured by touching the map, which opens nothing meanwhile', async ({ page, town }) => {
  await login(page, town.url);
  await still(page);
  await openTools(page);
  await page.getByRole('button', { name: '测距与测面积' }).click();
  const bar = page.getByRole('region', { name: '测量' });
  await bar.getByRole('radio', { name: '面积' }).check();
  const { width, height } = page.viewportSize()!;
  for (const [x, y] of [
    [0.35, 0.35],
    [0.55, 0.35],
    [0.45, 0.5],
  ] as const) {
    await page.mouse.click(width * x, height * y);
    // Two touches at once would be one.
    await page.waitForTimeout(400);
  }
  await expect(bar.getByRole('status')).toContainText(/面积 .* · 周长/);
  await bar.getByRole('button', { name: '完成' }).click();
  await expect(bar.getByRole('status')).toContainText('已完成');
  expect(hash(page)).not.toContain('place=');
  await bar.getByRole('button', { name: '清除' }).click();
  await bar.getByRole('button', { name: '退出测量' }).click();
  await expect(bar).toBeHidden();
});

test('where am I: how far it may be believed, or why not', async ({ page, town, context, colleague }) => {
  const [street] = await colleague.places('kind=street&limit=1&geometry=none');
  const [west, south, east, north] = street!.bbox;
  await login(page, town.url);
  await page.getByRole('button', { name: '我的位置' }).click();
  const card = page.getByRole('region', { name: '我的位置' });
  await expect(card).toContainText('定位权限被拒绝');
  await expect(card).toContainText('GCJ-02');
  await audit(page, 'locate');
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ longitude: (west + east) / 2, latitude: (south + north) / 2, accuracy: 900 });
  await card.getByRole('button', { name: '重新定位' }).click();
  await expect(card).toContainText('误差较大（约 ±900 米）');
  await context.setGeolocation({ longitude: 0, latitude: 0, accuracy: 10 });
  await page.getByRole('button', { name: '关闭我的位置' }).click();
  await page.getByRole('button', { name: '我的位置' }).click();
  await expect(card).toContainText('您在本图范围之外');
  await card.getByRole('button', { name: '关闭我的位置' }).click();
  await expect(card).toBeHidden();
});

test('the map is saved as a picture and printed on one sheet', async ({ page, town }) => {
  await login(page, town.url);
  await still(page);
  await openTools(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出图片' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^格局地图-\d{4}-\d\d-\d\d\.png$/);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  // A blank drawing compresses to next to nothing.
  expect(Buffer.concat(chunks).length).toBeGreaterThan(60_000);

  const ink = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'));
    const sheet = document.querySelector<HTMLCanvasElement>('figure canvas');
    const pixels = sheet?.getContext('2d')?.getImageData(0, 0, sheet.width, sheet.height).data;
    const colours = new Set<number>();
    for (let at = 0; pixels && at < pixels.length; at += 4096)
      colours.add(((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0));
    dispatchEvent(new Event('afterprint'));
    return colours.size;
  });
  expect(ink).toBeGreaterThan(5);
});

test('houses stand up when asked to', async ({ page, town }) => {
  await login(page, town.url);
  await openTools(page);
  await page.getByRole('button', { name: /立体楼栋/ }).click();
  await expect.poll(() => hash(page)).toContain('relief=1');
  await still(page);
});

test('two dates compare under a divider, or the page says that it cannot', async ({ page, town, watch }) => {
  watch.expected.push(/status of (404|422)/);
  await login(page, town.url);
  await openTools(page);
  await page.getByRole('button', { name: '日期对比' }).click();
  const card = page.getByRole('region', { name: '日期对比' });
  await expect(card.getByRole('status')).toContainText(/左：|还不能显示过去|读不到/);
  await expect.poll(() => hash(page)).toMatch(/before=\d{4}-\d\d-\d\d/);
  await audit(page, 'compare');
  const divider = page.getByRole('slider', { name: '日期对比' });
  if (await divider.isVisible()) {
    await divider.focus();
    await page.keyboard.press('Home');
    await expect(divider).toHaveAttribute('aria-valuenow', '0');
    await page.keyboard.press('PageUp');
    await expect(divider).toHaveAttribute('aria-valuenow', '10');
  }
  await card.getByRole('button', { name: '退出对比' }).click();
  await expect.poll(() => hash(page)).not.toContain('before=');
});

test('a browser that cannot draw says so, and still finds and tells', async ({ page, town, colleague }) => {
  await undrawn(page);
  const [compound] = await colleague.places('kind=compound&limit=1');
  await login(page, town.url);
  await expect(page.getByText('此浏览器无法显示地图')).toBeVisible();
  await audit(page, 'no webgl');
  await searchField(page).fill(compound!.properties.name);
  await page.getByRole('option').filter({ hasText: compound!.properties.name }).first().click();
  await expect(panelOf(page, compound!.properties.name)).toBeVisible();
});

test('text of twice the size hides nothing', { tag: '@desk' }, async ({ page, town }) => {
  // A browser that zooms to 200 % has half the room.
  await page.setViewportSize({ width: 640, height: 512 });
  await login(page, town.url);
  await still(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await openTools(page);
  for (const name of ['测距与测面积', '导出图片', '全屏'])
    await expect(page.getByRole('button', { name })).toBeInViewport({ ratio: 0.99 });
});

test('the page itself is light', { tag: '@desk' }, async ({ page, town }) => {
  // The map with its panel, layers and search; the desk, the drafts and the administrator's page come when they are opened.
  const KB_MAX = 120;
  const scripts = new Map<string, number>();
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith('.js') || pathname.includes('maplibre')) return;
    scripts.set(pathname, gzipSync(await response.body(), { level: 9 }).length);
  });
  await login(page, town.url);
  await still(page);
  const bytes = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  expect(scripts.size).toBeGreaterThan(2);
  expect(bytes / 1024, [...scripts].join('\n')).toBeLessThanOrEqual(KB_MAX);
});
