import type { Page } from '@playwright/test';
import { beside, childrenOf, cornersOf, Desk, has, moveAway, groundFor, sharedCorners } from '../desk';
import { accessible, expect, login, panelOf, test, type Place } from '../town';

/** The outlines a place had pass under a slider, and an old one comes back from it. */

test.describe.configure({ timeout: 240_000 });

async function openHistory(page: Page, url: string, place: Place): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#place=${place.id}`);
  await expect(panelOf(page, place.properties.name)).toBeVisible();
  await page.getByRole('button', { name: '变更记录' }).click();
  await expect(page.getByText('新建').first()).toBeVisible();
}

/** The part of the map that nothing lies over, once it stands still. */
async function glass(page: Page, phone: boolean): Promise<string> {
  const clip = phone ? { x: 0, y: 120, width: 300, height: 290 } : { x: 420, y: 90, width: 1180, height: 900 };
  let before = '';
  for (let look = 0; look < 60; look++) {
    await page.waitForTimeout(500);
    const after = (await page.screenshot({ clip })).toString('base64');
    if (after === before) return after;
    before = after;
  }
  throw new Error('the map never stood still');
}

const ground = (squareMeters: number): string =>
  squareMeters >= 10_000
    ? `${Math.round(squareMeters / 100) / 100} 公顷`
    : `${new Intl.NumberFormat('zh-CN').format(Math.round(squareMeters))} 平方米`;

test('a place drawn anew shows every outline it had, says what became of it, and takes an old one back', async ({
  page,
  town,
  colleague,
}, info) => {
  const phone = info.project.name === 'phone';
  const here = await groundFor(colleague, info, { desk: 9, phone: 8 });
  const from = sharedCorners(here)[0]!;
  const place = here.children.find((child) => has(child, from))!;
  const untouched = here.children.find((child) => !has(child, from))!;
  await moveAway(colleague, here, from, beside(from, 6, 3));
  await moveAway(colleague, here, beside(from, 6, 3), beside(from, 4, -5));
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(request.url()));
  await login(page, town.url);

  // Drawn once: there is nothing to slide over, and nothing is fetched for it.
  await openHistory(page, town.url, untouched);
  await expect(page.getByRole('slider')).toBeHidden();
  expect(scripts.filter((url) => url.includes('OutlineScrubber'))).toEqual([]);

  await openHistory(page, town.url, place);
  const slider = page.getByRole('slider', { name: '边界时间轴（3 次）' });
  await expect(slider).toHaveAttribute('aria-valuetext', /^图上是现在的边界（.*修改 边界，admin）$/);
  await slider.scrollIntoViewIfNeeded();
  const box = (await slider.boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(44);

  const oldest = async () => {
    if (phone) {
      await slider.scrollIntoViewIfNeeded();
      const { x, y, height } = (await slider.boundingBox())!;
      await page.touchscreen.tap(x + 4, y + height / 2);
    } else {
      await slider.focus();
      await page.keyboard.press('Home');
    }
    await expect(slider).toHaveAttribute('aria-valuetext', /^\d{4}\/\d\d\/\d\d \d\d:\d\d，新建，/);
  };
  await oldest();
  const now = (await childrenOf(colleague, here.grid)).find(({ id }) => id === place.id)!;
  const area = (one: Place) => ground(one.properties['area_m2'] as number);
  await expect(page.getByText(`面积：当时 ${area(place)}，现在 ${area(now)}`)).toBeVisible();
  await expect(page.getByText(/^此后划入 .+，划出 .+$/)).toBeVisible();
  await expect(page.getByText(/^户数：当时 \d+ 户，现在 \d+ 户$/)).toBeVisible();
  await accessible(page);

  // On the map it is there, and it goes by Escape, which leaves the panel open.
  const then = await glass(page, phone);
  await page.keyboard.press('Escape');
  await expect(slider).toHaveAttribute('aria-valuetext', /^图上是现在的边界/);
  await expect(panelOf(page, place.properties.name)).toBeVisible();
  const today = await glass(page, phone);
  expect(today === then, 'the old outline was drawn').toBe(false);
  await oldest();
  expect((await glass(page, phone)) === then, 'and is drawn again').toBe(true);
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', /修改 边界，admin$/);

  // Another place, and back: the map shows today's again.
  await openHistory(page, town.url, untouched);
  await openHistory(page, town.url, place);
  await expect(slider).toHaveAttribute('aria-valuetext', /^图上是现在的边界/);

  await oldest();
  await page
    .locator('.scrubber')
    .getByRole('button', { name: /^恢复此边界（/ })
    .click();
  const desk = new Desk(page, info);
  await desk.ready();
  await expect(page.getByText('旧边界已放到图上')).toBeVisible();
  await desk.saved();
  const after = (await childrenOf(colleague, here.grid)).find(({ id }) => id === place.id)!;
  expect(cornersOf(place).every((spot) => has(after, spot))).toBe(true);
});
