import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { Colleague, expect, login, middle, panelOf, PASSWORD, searchField, test, undrawn, type Place } from '../town';

async function openPlace(page: Page, url: string, place: Place): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#place=${place.id}`);
  await expect(panelOf(page, place.properties.name)).toBeVisible();
}

async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

/** A compound with several houses; each project takes another, so that they do not change each other's. */
async function yardOf(colleague: Colleague, project: string): Promise<Place> {
  const compounds = await colleague.places('kind=compound&limit=200');
  const skip = project === 'desk' ? 60 : 90;
  for (const compound of compounds.slice(skip)) {
    const houses = await colleague.places(`kind=building&parent=${compound.id}&limit=3`);
    if (houses.length >= 3) return compound;
  }
  throw new Error('the demo has no compound with three houses');
}

/** First letters of the names' sounds, as an office types them: where each letter begins in the order of pinyin. */
const LETTERS = [...'abcdefghjklmnopqrstwxyz'];
const BEGINS = [...'阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'];
function initials(name: string): string {
  const order = new Intl.Collator('zh-Hans-CN-u-co-pinyin');
  return [...name]
    .map((sign) =>
      /[\w]/.test(sign) ? sign : (LETTERS[BEGINS.findLastIndex((one) => order.compare(one, sign) <= 0)] ?? ''),
    )
    .join('');
}

/** A compound with a building 3 that its initials find: some signs have two sounds. */
async function soundingYard(colleague: Colleague): Promise<Place> {
  const compounds = await colleague.places('kind=compound&limit=200');
  for (const compound of compounds.slice(100)) {
    const found = await colleague.places(`q=${initials(compound.properties.name)}&limit=10`);
    if (!found.some(({ id }) => id === compound.id)) continue;
    const houses = await colleague.places(`kind=building&parent=${compound.id}&limit=50`);
    if (houses.some(({ properties }) => properties.name === '3栋')) return compound;
  }
  throw new Error('no compound with a building 3 is found by its initials');
}

test('a newcomer finds who answers for building 3 of a compound, when it was checked and how many over 60 live there: one word and two touches', async ({
  page,
  town,
  colleague,
}) => {
  const yard = await soundingYard(colleague);
  await login(page, town.url);
  await searchField(page).fill(initials(yard.properties.name));
  await page.getByRole('option').filter({ hasText: yard.properties.name }).first().click();
  const house = panelOf(page, yard.properties.name).locator('#place-below').getByRole('button', { name: /^3栋/ });
  await house.click();
  const glance = panelOf(page, '3栋').getByLabel('一眼看清');
  const answer = (question: string) => glance.locator('dl > div', { hasText: question }).locator('dd');
  await expect(answer('负责人').locator('strong')).not.toBeEmpty();
  await expect(answer('档案核对')).toContainText(/新鲜|该核对了|已逾期|从未核对/);
  await expect(answer('档案核对')).toContainText(/\d+年\d+月\d+日|没有核对记录/);
  await expect(answer('人口')).toContainText(/60 岁以上 \d+/);
  // All three are read without scrolling, also on a phone.
  for (const question of ['负责人', '档案核对', '人口']) await expect(answer(question)).toBeInViewport({ ratio: 0.9 });
  await audit(page, 'house');
});

test('a house is also found by its yard and number in one go', { tag: '@desk' }, async ({ page, town, colleague }) => {
  const yard = await soundingYard(colleague);
  await undrawn(page);
  await login(page, town.url);
  await searchField(page).fill(`${yard.properties.name}3栋`);
  await page.getByRole('option').filter({ hasText: '3栋' }).first().click();
  await expect(panelOf(page, '3栋')).toContainText(yard.properties.name);
});

test('an archive is edited in place; what two people changed is chosen field by field', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/status of 412/);
  const yard = await yardOf(colleague, info.project.name);
  await undrawn(page);
  await login(page, town.url);
  await openPlace(page, town.url, yard);
  await page.getByRole('button', { name: '修改档案' }).click();
  await page.getByLabel('名称', { exact: true }).fill(`甲${yard.properties.name}`);
  await page.getByRole('tab', { name: '人口底数' }).click();
  await page.getByLabel('住户', { exact: true }).fill('7x');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await expect(page.getByText('请填写不小于 0 的整数')).toBeVisible();
  await page.getByLabel('住户', { exact: true }).fill('77');
  await audit(page, 'form');
  // Meanwhile a colleague renames the same place.
  await colleague.rename(yard.id, `乙${yard.properties.name}`);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '别人刚刚改过' });
  await expect(dialog).toContainText(`乙${yard.properties.name}`);
  await expect(dialog).toContainText(`甲${yard.properties.name}`);
  await audit(page, 'clash');
  await dialog.getByRole('radio', { name: /对方的/ }).check();
  await dialog.getByRole('button', { name: '保存所选' }).click();
  await expect(page.getByText('已保存')).toBeVisible();
  const [after] = (await colleague.places(`q=${encodeURIComponent(`乙${yard.properties.name}`)}&limit=1`)) as Place[];
  expect(after?.properties['archive']).toMatchObject({ households: 77 });
  expect(after?.properties.name).toBe(`乙${yard.properties.name}`);
});

test('nothing typed is lost to a reload or an ended session, and signing out wipes it', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/status of 401/);
  const compounds = await colleague.places('kind=compound&limit=200');
  const yard = compounds[info.project.name === 'desk' ? 140 : 150]!;
  await undrawn(page);
  await login(page, town.url);
  await openPlace(page, town.url, yard);
  await page.getByRole('button', { name: '修改档案' }).click();
  await page.getByLabel('地址', { exact: true }).fill('没有保存的地址');
  await page.reload();
  await expect(page.getByLabel('地址', { exact: true })).toHaveValue('没有保存的地址');
  await page.context().clearCookies();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const again = page.getByRole('dialog', { name: '登录已失效' });
  await again.getByLabel('用户名').fill('admin');
  await again.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await again.getByRole('button', { name: '登录' }).click();
  await expect(again).toHaveCount(0);
  await expect(page.getByLabel('地址', { exact: true })).toHaveValue('没有保存的地址');
  await page.getByRole('button', { name: /^账户：/ }).click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(page.getByRole('button', { name: '登录', exact: true })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('没有保存的地址');
});

test('who may not edit reads why', async ({ page, town, colleague }) => {
  const [compound] = await colleague.places('kind=compound&limit=1');
  await undrawn(page);
  await login(page, town.url, 'planner');
  await openPlace(page, town.url, compound!);
  await expect(page.getByRole('button', { name: '修改档案' })).toBeDisabled();
  await expect(page.getByText('您的岗位不能修改档案')).toBeVisible();
  await page.getByRole('button', { name: /^账户：/ }).click();
  await page.getByRole('button', { name: '我能做什么' }).click();
  const rights = page.getByRole('dialog', { name: '我的权限' });
  await expect(rights.getByRole('row', { name: /看地图、名称和编码/ })).toContainText('全域');
  await audit(page, 'rights');
});

// A phone has no keyboard of this kind.
test('one goes down and up the levels by keyboard, and back', { tag: '@desk' }, async ({ page, town, colleague }) => {
  const [street] = await colleague.places('kind=street&limit=1');
  await login(page, town.url);
  await openPlace(page, town.url, street!);
  const below = page.locator('#place-below');
  await below.getByRole('listitem').first().getByRole('button').focus();
  const first = await below.getByRole('listitem').nth(1).locator('.name').textContent();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(panelOf(page, first!)).toBeVisible();
  await expect(page.locator('#panel-title')).toBeFocused();
  await page.keyboard.press('Backspace');
  await expect(panelOf(page, street!.properties.name)).toBeVisible();
  await page.goBack();
  await expect(panelOf(page, first!)).toBeVisible();
});

test('a circle is counted; panel, file and link say the same', async ({ page, town, colleague, watch }) => {
  // A server that knows no posts in answers says so once.
  watch.expected.push(/status of 422/);
  const [compound] = await colleague.places('kind=compound&limit=1');
  const [lon, lat] = middle(compound!);
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#ask=c${lon.toFixed(6)},${lat.toFixed(6)},300`);
  const panel = page.getByLabel('问一块地').first();
  const buildings = panel.getByRole('table', { name: '楼栋' }).getByRole('row', { name: /合计/ }).getByRole('cell');
  await expect(buildings).toHaveText(/^[\d,]+$/);
  await expect(panel).toContainText('内点归属');
  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: '下载 CSV' }).click();
  const file = readFileSync((await (await download).path())!, 'utf8');
  expect(file.startsWith('\uFEFF')).toBe(true);
  expect(file).toContain(`楼栋,合计,${((await buildings.textContent()) ?? '').replaceAll(',', '')}`);
  await audit(page, 'answer');
  await panel.getByRole('radio', { name: '按面积份额' }).check();
  await expect.poll(() => new URL(page.url()).hash).toContain('~share');
});

// The middle of the map is the same at every size; a keyboard is not.
test('ground is drawn without a mouse', { tag: '@desk' }, async ({ page, town, watch }) => {
  watch.expected.push(/status of 422/);
  await login(page, town.url);
  await page.getByRole('button', { name: '统计', exact: true }).press('Enter');
  const panel = page.getByLabel('问一块地').first();
  await panel.getByRole('radio', { name: '画多边形' }).check();
  const canvas = page.locator('canvas.maplibregl-canvas');
  const add = panel.getByRole('button', { name: '取地图中心点' });
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
    await add.press('Enter');
    await canvas.focus();
    await page.keyboard.press(key);
    await page.waitForTimeout(700);
  }
  await panel.getByRole('button', { name: '完成' }).press('Enter');
  await expect(panel.getByRole('table', { name: '楼栋' })).toBeVisible();
  await expect.poll(() => new URL(page.url()).hash).toMatch(/ask=p/);
});
