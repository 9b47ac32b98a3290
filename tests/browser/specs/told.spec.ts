import type { Page } from '@playwright/test';
import { cutInTwo, ringsOf } from '../desk';
import { Colleague, expect, login, test, undrawn, type Place } from '../town';

/** Drafts are told of as they happen: nobody reloads, and nobody waits for the minute. */

test.describe.configure({ timeout: 180_000 });

/** Far below the pace at which a page without the feed would ask. */
const SOON = { timeout: 8_000 };

async function openDrafts(page: Page, url: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(url);
  await page.getByRole('button', { name: /^边界草案/ }).click();
  await expect(page.getByRole('heading', { name: '边界草案' })).toBeVisible();
}

/** A micro-grid of whoever is signed in that a meridian cuts in two. */
async function own(clerk: Colleague, nth: number): Promise<Place> {
  const { id } = (await clerk.me()).places[0]!;
  const children = await clerk.places(`kind=micro_grid&parent=${id}&geometry=full&limit=200`);
  const fit = children.filter((place) => ringsOf(place).length === 1);
  return fit[nth % fit.length]!;
}

const names = async (clerk: Colleague): Promise<string[]> => {
  const { id } = (await clerk.me()).places[0]!;
  return (await clerk.places(`kind=micro_grid&parent=${id}&limit=200`)).map(({ properties }) => properties.name);
};

test('two people hear of each other: sent, said, returned', async ({ page, browser, town }, info) => {
  const worker = await new Colleague(town.url).login('worker');
  const name = `北门划界${info.project.name}`;
  const reshape = cutInTwo(await own(worker, 0), '北门新格');

  await undrawn(page);
  await login(page, town.url, 'community');
  const door = page.getByRole('button', { name: /^边界草案/ });
  await expect(door).toBeVisible();
  const todo = async () => Number(/(\d+)/.exec((await door.textContent()) ?? '')?.[1] ?? 0);
  const before = await todo();
  const id = await worker.propose(name, reshape);
  await expect.poll(todo, SOON).toBe(before + 1);

  await door.click();
  const row = page.getByRole('button', { name: new RegExp(name) });
  await expect(row).toBeVisible();
  await row.click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await worker.decide(id, 'comments', { text: '请先看北门' });
  await expect(page.getByText('请先看北门')).toBeVisible(SOON);

  // Whoever drew it sits at another machine.
  const other = await browser.newContext({ ...info.project.use });
  const desk = await other.newPage();
  await undrawn(desk);
  await login(desk, town.url, 'worker');
  const note = desk.getByRole('status', { name: '边界草案' });
  await page.getByLabel('意见', { exact: true }).fill('北门两户要划到东边');
  await page.getByRole('button', { name: '退回修改' }).click();
  await expect(page.getByText('已退回，送审人会看到您的意见。')).toBeVisible();
  await expect(note).toContainText(`您送审的“${name}”被退回了`, SOON);
  await note.getByRole('button', { name: '看意见' }).first().click();
  await expect(desk.getByText('北门两户要划到东边')).toBeVisible();

  // And the reviewer sees it taken back while the draft is open.
  await desk.getByRole('button', { name: '撤回草案' }).click();
  await expect(page.locator('.state', { hasText: '已撤回' })).toBeVisible(SOON);
  await other.close();
});

test('accepted for a day to come it waits, and the map with it', async ({ page, town }, info) => {
  const worker = await new Colleague(town.url).login('worker');
  const [name, made] = [`明天生效${info.project.name}`, `明天的微网格${info.project.name}`];
  const id = await worker.propose(name, cutInTwo(await own(worker, 1), made));
  const tomorrow = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Shanghai',
  }).format(Date.now() + 86_400_000);

  await undrawn(page);
  await login(page, town.url, 'community');
  await openDrafts(page, town.url);
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await page.getByLabel('意见', { exact: true }).fill('明天早上换牌子');
  await page.getByRole('button', { name: '只留言' }).click();
  await expect(page.getByText('已留言。')).toBeVisible();
  await expect(page.getByText('明天早上换牌子')).toBeVisible();
  await page.getByLabel('生效日期').fill(tomorrow);
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByText(/已通过，.+起生效；在此之前地图不变。/)).toBeVisible();
  await expect(page.locator('.state', { hasText: '已通过，待生效' })).toBeVisible();

  await page.getByRole('button', { name: '返回列表' }).click();
  const row = page.getByRole('button', { name: new RegExp(name) });
  await expect(row).toContainText('已通过，待生效');
  await expect(row).toContainText('起生效');
  expect(await names(worker), 'nothing moves before its day').not.toContain(made);

  // Somebody has second thoughts before the day has come.
  await row.click();
  await page.getByLabel('意见', { exact: true }).fill('再等一等');
  await page.getByRole('button', { name: '退回修改' }).click();
  await expect(page.locator('.state', { hasText: '已退回' })).toBeVisible();
  await worker.decide(id, 'withdraw', {});
});

test('the map moved under a draft: it is not accepted by half, and the way on is said', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/412/);
  const worker = await new Colleague(town.url).login('worker');
  const [name, made] = [`晚了一步${info.project.name}`, `晚了的微网格${info.project.name}`];
  const place = await own(worker, 2);
  const id = await worker.propose(name, cutInTwo(place, made));
  const early = `先到的微网格${info.project.name}`;

  await undrawn(page);
  await login(page, town.url, 'community');
  await openDrafts(page, town.url);
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await expect(page.getByText('调整前后户数一致')).toBeVisible();
  // Between the touch and the server somebody else draws there.
  await page.route('**/accept', async (route) => {
    await colleague.reshape(cutInTwo(place, early));
    await route.continue();
  });
  await page.getByRole('button', { name: '通过', exact: true }).click();
  await expect(page.getByText('没有通过：刚刚有人改过这里的边界。')).toBeVisible();
  await expect(page.getByText('送审之后，这里又有人改过边界。')).toBeVisible();
  await expect(page.getByText('其他人刚刚改过这个地点')).toBeVisible();
  await expect(page.getByRole('button', { name: '通过', exact: true })).toHaveCount(0);
  await page.unroute('**/accept');
  const now = await names(worker);
  expect(now, 'what came first stands').toContain(early);
  expect(now, 'and nothing of what came second').not.toContain(made);

  await page.getByLabel('意见', { exact: true }).fill('那里刚划过，请在新边界上再画');
  await page.getByRole('button', { name: '退回修改' }).click();
  await expect(page.locator('.state', { hasText: '已退回' })).toBeVisible();
  await worker.decide(id, 'withdraw', {});
});
