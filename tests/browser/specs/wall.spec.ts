import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { Colleague, expect, middle, openTown, PASSWORD, still, test, type Place, type Town } from '../town';

/** A wall must say within five seconds that it is no longer true. */
const LOST_WITHIN_MS = 5_000;
/** A change is on screen in a second; the rest is the patience of a machine that draws a wall in software. */
const HEARD_WITHIN_MS = 45_000;
/** The least that is read from five metres: one rem, a ninety-sixth of the width. */
const REM_AT_1080P = 20;

async function street(colleague: Colleague): Promise<Place> {
  const [found] = await colleague.places('kind=street&limit=1');
  return found!;
}

async function openWall(page: Page, town: Town, place: Place, token: string): Promise<void> {
  await page.goto(`${town.url}/wall?place=${place.id}#token=${token}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(place.properties.name);
}

const lineOf = (page: Page, title: string) => page.locator('.lines li', { hasText: title }).locator('.line');

test.describe('a wall', { tag: '@desk' }, () => {
  test('tells of its street what burns, since when, who has it and how many people; and no person', async ({
    page,
    town,
    colleague,
  }, info) => {
    const place = await street(colleague);
    await openWall(page, town, place, await colleague.token('wall-shown', 'viewer', [place.id]));
    for (const part of ['生效预警', '未结诉求', '今日与近 7 天', '档案保鲜']) {
      await expect(page.getByRole('heading', { name: part })).toBeVisible();
    }
    const lead = page.locator('.line.lead');
    await expect(lead.locator('.clock')).toHaveText(/\d/);
    const before = await lead.locator('.clock').textContent();
    await expect(lead.locator('.clock')).not.toHaveText(before ?? '', { timeout: 5_000 });
    await expect(page.locator('[data-age]')).toHaveText(/^数据 \d+ (秒|分钟)前$/);
    const picture = await still(page);
    expect(picture.length).toBeGreaterThan(20_000);
    await info.attach('the wall at 1080p', { body: await page.screenshot(), contentType: 'image/png' });

    const text = (await page.locator('body').textContent()) ?? '';
    const shown = (await colleague.holders()).filter((name) => text.includes(name));
    expect(shown, 'no person is named').toEqual([]);
    expect(text).not.toMatch(/1[3-9]\d{9}|\d{3}-\d{4}-\d{4}/);

    const small = await page.evaluate((rem) => {
      const walker = document.createTreeWalker(document.querySelector('.wall')!, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const holder = node.parentElement!;
        if (!node.textContent?.trim() || holder.closest('.maplibregl-map')) continue;
        if (parseFloat(getComputedStyle(holder).fontSize) < rem - 0.01) found.push(node.textContent.trim());
      }
      return found;
    }, REM_AT_1080P);
    expect(small, 'nothing is smaller than can be read').toEqual([]);
    // What does not fit would be cut off by the screen, and nobody can scroll.
    expect(
      await page.evaluate(() =>
        [...document.querySelectorAll('.side, .wall, main')]
          .filter((box) => box.scrollHeight > box.clientHeight + 1)
          .map((box) => box.className),
      ),
    ).toEqual([]);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  });

  test('fills a 4K screen with its full sharpness', async ({ browser, town, colleague }, info) => {
    const place = await street(colleague);
    const token = await colleague.token('wall-4k', 'viewer', [place.id]);
    const page = await sharp(browser);
    try {
      await openWall(page, town, place, token);
      const canvas = page.locator('canvas.maplibregl-canvas');
      await expect(canvas).toBeVisible();
      const wide = await canvas.evaluate((drawn: HTMLCanvasElement) => drawn.width / drawn.clientWidth);
      expect(wide).toBe(2);
      // Eight million pixels drawn in software never quite stand still: sharpness is what is asked here.
      await info.attach('the wall at 4K', { body: await page.screenshot(), contentType: 'image/png' });
    } finally {
      await page.context().close();
    }
  });

  test('shows a new alert at once, flashes it until somebody has seen it, and groups many of one sort', async ({
    page,
    town,
    colleague,
  }) => {
    const place = await street(colleague);
    const compounds = await colleague.places('kind=compound&limit=9');
    await openWall(page, town, place, await colleague.token('wall-alarm', 'viewer', [place.id]));
    await expect(page.locator('.line.lead')).toBeVisible();
    const id = await colleague.alarm(middle(compounds[0]!), '试验警报甲');
    const line = lineOf(page, '试验警报甲');
    await expect(line).toHaveClass(/waiting/, { timeout: HEARD_WITHIN_MS });
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await line.evaluate((it) => getComputedStyle(it).animationDuration)).toBe('1s');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await line.evaluate((it) => getComputedStyle(it).animationName)).toBe('none');
    await colleague.acknowledge(id);
    await expect(page.locator('.line.waiting', { hasText: '试验警报甲' })).toHaveCount(0, { timeout: HEARD_WITHIN_MS });

    for (const compound of compounds) await colleague.alarm(middle(compound), '试验警报乙');
    await expect(page.locator('.lines .title', { hasText: '试验警报乙 × 9' })).toBeVisible({
      timeout: HEARD_WITHIN_MS,
    });
    await expect(page.locator('.lines .title', { hasText: '试验警报乙' })).toHaveCount(1);
  });

  test('keeps its token out of every address, and says when it was revoked', async ({
    page,
    town,
    colleague,
    watch,
  }) => {
    watch.expected.push(/status of 401/);
    const place = await street(colleague);
    const token = await colleague.token('wall-hall', 'viewer', [place.id]);
    const asked: { url: string; bearer: boolean }[] = [];
    page.on('request', (request) => {
      asked.push({ url: request.url(), bearer: request.headers()['authorization'] === `Bearer ${token}` });
    });
    await openWall(page, town, place, token);
    await still(page);
    expect(page.url()).not.toContain(token);
    expect(asked.filter(({ url }) => new URL(url).search.includes(token))).toEqual([]);
    for (const door of ['/api/v1/wall', '/api/v1/feed', '/tiles/']) {
      const there = asked.filter(({ url }) => new URL(url).pathname.startsWith(door));
      expect(there.length, door).toBeGreaterThan(0);
      expect(
        there.filter(({ bearer }) => !bearer).map(({ url }) => url),
        door,
      ).toEqual([]);
    }
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(place.properties.name);
    await colleague.revoke('wall-hall');
    await expect(page.getByRole('heading', { name: '令牌已失效' })).toBeVisible({ timeout: 20_000 });
    await page.getByLabel('用户名').fill('wall');
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(place.properties.name);
  });

  test('says so where a place is not its own', async ({ page, town, colleague, watch }) => {
    watch.expected.push(/status of 403/);
    const [own, other] = await colleague.places('kind=community&limit=2');
    const token = await colleague.token('wall-elsewhere', 'viewer', [own!.id]);
    await page.goto(`${town.url}/wall?place=${other!.id}#token=${token}`);
    await expect(page.getByRole('heading', { name: '这块屏无权显示此处' })).toBeVisible();
    await page.getByRole('button', { name: '选择其他地方' }).click();
    await page.getByRole('button', { name: own!.properties.name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(own!.properties.name);
    expect(new URL(page.url()).searchParams.get('place')).toBe(String(own!.id));
  });

  test('speaks English when asked, without deciding for others', async ({ page, town, colleague }) => {
    const place = await street(colleague);
    const token = await colleague.token('wall-english', 'viewer', [place.id]);
    await page.goto(`${town.url}/wall?place=${place.id}&lang=en&scale=1.25#token=${token}`);
    await expect(page.getByRole('heading', { name: 'Active alerts' })).toBeVisible();
    await expect(page.locator('html')).toHaveCSS('font-size', '25px');
    expect(await page.evaluate(() => localStorage.getItem('geju.language'))).toBeNull();
  });

  test('comes back by itself when its drawing is lost', async ({ page, town, colleague }) => {
    const place = await street(colleague);
    await openWall(page, town, place, await colleague.token('wall-drawing', 'viewer', [place.id]));
    await still(page);
    await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.maplibregl-canvas')!;
      const lost = canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
      lost.loseContext();
      setTimeout(() => lost.restoreContext(), 1_000);
    });
    await expect(page.locator('[data-drawing]')).toHaveAttribute('data-drawing', 'interrupted');
    await expect(page.locator('[data-drawing]')).toHaveAttribute('data-drawing', 'works');
    expect((await still(page)).length).toBeGreaterThan(20_000);
  });

  test('names a lost link within five seconds and comes back by itself', async ({ page, watch }, info) => {
    test.setTimeout(240_000);
    watch.expected.push(/net::ERR_/);
    const town = await openTown();
    try {
      const colleague = await new Colleague(town.url).login();
      const place = await street(colleague);
      await openWall(page, town, place, await colleague.token('wall-link', 'viewer', [place.id]));
      await expect(page.locator('.wall')).toHaveAttribute('data-link', 'live');
      await still(page);
      await town.kill();
      const band = page.locator('[data-lost]');
      await expect(band).toContainText('与服务器的连接已断开', { timeout: LOST_WITHIN_MS });
      await expect(band).toContainText(/画面停在 \d\d:\d\d:\d\d/);
      await info.attach('a lost link', { body: await page.screenshot(), contentType: 'image/png' });
      await town.serve();
      await expect(band).toHaveCount(0, { timeout: 30_000 });
      await expect(page.locator('.wall')).toHaveAttribute('data-link', 'live');
      await expect(page.locator('[data-age]')).toHaveText(/^数据 \d 秒前$/, { timeout: 15_000 });
    } finally {
      await town.end();
    }
  });
});

/** A 4K screen as walls have it: 1920 × 1080 at twice the density. */
async function sharp(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1920, height: 1080 },
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  return context.newPage();
}
