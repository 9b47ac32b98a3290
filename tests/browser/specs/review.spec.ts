import type { Page } from '@playwright/test';
import { atDesk, beside, has, sharedCorners, type LonLat, type Quarter } from '../desk';
import { accessible, Colleague, expect, login, test } from '../town';

/** A worker's drawing on its way into force: sent, returned with a word, sent again, accepted; nothing moves before. */

// Two people, one after the other, open the page several times over.
test.describe.configure({ timeout: 180_000 });

/** The ground of whoever is signed in, with its micro-grids. */
async function ownQuarter(colleague: Colleague): Promise<Quarter> {
  const id = (await colleague.me()).places[0]!.id;
  const grids = await colleague.places('kind=grid&geometry=full&limit=200');
  const children = await colleague.places(`kind=micro_grid&parent=${id}&geometry=full&limit=200`);
  return { grid: grids.find((grid) => grid.id === id)!, children };
}

/** The next person sits down at the same machine. */
async function leave(page: Page): Promise<void> {
  await page.evaluate(() => sessionStorage.clear());
  await page.context().clearCookies();
  await page.goto('about:blank');
}

async function openDrafts(page: Page, url: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(url);
  await page.getByRole('button', { name: /^边界草案/ }).click();
  await expect(page.getByRole('heading', { name: '边界草案' })).toBeVisible();
}

test('what a worker draws is looked at before and after by the community, and is in force by its word', async ({
  page,
  town,
  watch,
}, info) => {
  watch.expected.push(/401|403/);
  const worker = await new Colleague(town.url).login('worker');
  const ground = await ownQuarter(worker);
  const name = '北门一侧';
  const from = sharedCorners(ground)[0]!;
  const to = beside(from, 7, 5);
  const again = beside(to, 3, -2);
  const stands = async (spot: LonLat): Promise<boolean> =>
    (await ownQuarter(worker)).children.some((child) => has(child, spot));

  const desk = await atDesk(page, town, info, ground, 'worker');
  await desk.moveCorner(from, to);
  await desk.save().click();
  await expect(page.getByText('这处改动要经过审核才能生效').first()).toBeVisible();
  await desk.button('送审').click();
  await page.getByLabel('草案名称').fill(name);
  await page.getByLabel('说明（可不填）').fill('现场核对过');
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: '送审' }).click();
  await expect(page.getByText('已送审。')).toBeVisible();
  expect(await stands(from), 'nothing moves before it is accepted').toBe(true);

  // The community looks, and wants something else.
  await leave(page);
  await login(page, town.url, 'community');
  await openDrafts(page, town.url);
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await expect(page.getByText('调整前后户数一致')).toBeVisible();
  await expect(page.getByText('现场核对过')).toBeVisible();
  await page.getByRole('radio', { name: '调整后' }).check();
  await accessible(page);
  await page.getByRole('button', { name: '退回修改' }).click();
  await expect(page.getByText('请写明退回的原因。')).toBeVisible();
  await page.getByLabel('意见', { exact: true }).fill('北门那户漏了');
  await page.getByRole('button', { name: '退回修改' }).click();
  await expect(page.getByText('已退回，送审人会看到您的意见。')).toBeVisible();

  // Whoever drew it is told on the map, and sends it again.
  await leave(page);
  await login(page, town.url, 'worker');
  await expect(page.getByText(`您送审的“${name}”被退回了`)).toBeVisible();
  await page.getByRole('button', { name: '看意见' }).first().click();
  await expect(page.getByText('北门那户漏了')).toBeVisible();
  await page.getByRole('button', { name: '改后再送' }).click();
  await desk.ready();
  // What was asked for is drawn on top of what was sent.
  await desk.look(to, info.project.name === 'phone' ? 19 : 18);
  await desk.tap(beside(to, 4, 4));
  await desk.drag(to, again);
  await desk.button('送审').click();
  await page.getByRole('dialog').getByRole('button', { name: '送审' }).click();
  await expect(page.getByText('已送审。')).toBeVisible();

  await leave(page);
  await login(page, town.url, 'community');
  await openDrafts(page, town.url);
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByText('已通过。')).toBeVisible();
  await expect.poll(() => stands(from)).toBe(false);
  expect(await stands(again), 'as it was sent the second time').toBe(true);
});
