import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, PASSWORD, test, type Town } from '../town';

const COMPOUNDS = `名称,编码,类型,总户数,经度,纬度
试验院甲,,老旧小区,120,104.0500,30.6700
试验院乙,,商品房小区,80,104.0510,30.6705
试验院丙,,商品房小区,30,,
`;

/** Signs in at the page itself: the map has not to be drawn first. */
async function open(page: Page, town: Town, section: string, name = 'admin'): Promise<void> {
  await page.goto(`${town.url}/admin#${section}`);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '管理' })).toBeVisible();
}

const row = (page: Page, attribute: string, value: string) => page.locator(`tr[data-${attribute}="${value}"]`);

async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

test('who does not administer is told so, and where to go', async ({ page, town }) => {
  await open(page, town, 'accounts', 'worker');
  await expect(page.getByRole('heading', { name: '这里由管理员办理' })).toBeVisible();
  await audit(page, 'not yours');
  await page.getByRole('main').getByRole('link', { name: '回到地图' }).click();
  await expect(page).toHaveURL(/\/(#.*)?$/);
});

test('an account is made, refused at its field, changed, reset and shut out', async ({ page, town, watch }, info) => {
  watch.expected.push(/status of (409|422)/);
  const name = `clerk-${info.project.name}`;
  await open(page, town, 'accounts');
  await page.getByRole('button', { name: '新建账户' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('用户名').fill(name);
  await dialog.getByLabel('姓名或称呼').fill('试验员');
  await dialog.getByLabel('角色').selectOption({ label: '社区工作人员' });
  await dialog.getByLabel('管辖地点').fill('社区');
  await dialog.getByRole('list', { name: '搜索结果' }).getByRole('button').first().click();
  await dialog.getByLabel('初始密码', { exact: true }).fill('short');
  await audit(page, 'new account');
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(dialog.getByText('密码太弱')).toBeVisible();
  await expect(dialog.getByLabel('用户名')).toHaveValue(name);
  await dialog.getByLabel('初始密码', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(row(page, 'account', name)).toContainText('社区工作人员');
  await expect(row(page, 'account', name)).toContainText('待改初始密码');

  await row(page, 'account', name).getByRole('button', { name: '修改' }).click();
  await dialog.getByLabel('角色').selectOption({ label: '街道工作人员' });
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(row(page, 'account', name)).toContainText('街道工作人员');
  await row(page, 'account', name).getByRole('button', { name: '重设密码' }).click();
  await dialog.getByLabel('新密码', { exact: true }).fill(`${PASSWORD}-2`);
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(page.getByText('密码已重设')).toBeVisible();
  await row(page, 'account', name).getByRole('button', { name: '停用' }).click();
  await dialog.getByRole('button', { name: '停用' }).click();
  await expect(row(page, 'account', name)).toContainText('已停用');
  await audit(page, 'accounts');
});

test('a token is shown once, opens a wall, and is revoked', async ({ page, town }, info) => {
  const name = `hall-${info.project.name}`;
  await open(page, town, 'tokens');
  await page.getByRole('button', { name: '新建令牌' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill(name);
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(dialog.getByText('请至少选择一个管辖地点')).toBeVisible();
  await dialog.getByLabel('管辖地点').fill('街道');
  await dialog.getByRole('list', { name: '搜索结果' }).getByRole('button').first().click();
  await dialog.getByRole('button', { name: '保存' }).click();
  await expect(page.getByRole('heading', { name: '令牌已建立，只显示这一次' })).toBeVisible();
  const address = (await page.getByText(/\/wall\?place=\d+#token=/).textContent()) ?? '';
  await audit(page, 'token shown');
  await dialog.getByRole('button', { name: '关闭' }).click();
  const secret = address.split('#token=')[1] ?? '';
  expect(secret.length).toBeGreaterThan(20);
  await expect(page.getByText(secret)).toHaveCount(0);
  await row(page, 'token', name).getByRole('button', { name: '撤销' }).click();
  await dialog.getByRole('button', { name: '撤销' }).click();
  await expect(row(page, 'token', name)).toHaveCount(0);
  await audit(page, 'tokens');
});

test('posts are found by place, lie on a map and are handed over', async ({ page, town, colleague }, info) => {
  const communities = await colleague.places('kind=community&limit=4');
  const community = communities[info.project.name === 'desk' ? 2 : 3]!;
  await open(page, town, 'posts');
  await page.getByLabel('选择地点').fill(community.properties.name);
  await page
    .getByRole('list', { name: '搜索结果' })
    .getByRole('button', { name: community.properties.name })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: `“${community.properties.name}”的岗位` })).toBeVisible();
  await expect(page.locator('canvas.maplibregl-canvas')).toBeVisible();
  await page.locator('tr[data-post]').first().getByRole('button', { name: '交接' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('接任人姓名').fill('试验接任人');
  await dialog.getByRole('button', { name: '完成交接' }).click();
  await expect(dialog.getByText(/已登记/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('tr[data-post]', { hasText: '试验接任人' })).toBeVisible();
  await audit(page, 'posts');
});

test('a file is tried, put right, taken in and taken back', async ({ page, town }, info) => {
  await open(page, town, 'import');
  const names = COMPOUNDS.replaceAll('试验院', `试验院${info.project.name}`);
  await page.locator('input[type=file]').setInputFiles({
    name: '小区.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(names.replaceAll('104.05', info.project.name === 'desk' ? '104.050' : '104.052')),
  });
  await expect(page.getByRole('heading', { name: '发现的问题' })).toBeVisible();
  await page.getByLabel('内容', { exact: true }).selectOption({ label: '资源点' });
  await expect(page.getByText('选项已改动，请再试算一次。')).toBeVisible();
  await expect(page.getByRole('button', { name: '正式导入' })).toBeDisabled();
  await audit(page, 'an outdated trial');
  await page.getByRole('button', { name: '试算' }).click();
  await expect(page.getByRole('button', { name: '正式导入' })).toBeEnabled();
  const counted = row(page, 'layer', 'resource_site');
  await expect(counted).toContainText('资源点');
  await expect(page.locator('canvas.maplibregl-canvas')).toBeVisible();
  await audit(page, 'import');
  await page.getByRole('button', { name: '正式导入' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '正式导入' }).click();
  await expect(page.getByText(/已导入，变更号 \d+/)).toBeVisible();
  const seq = /变更号 (\d+)/.exec((await page.getByText(/已导入，变更号 \d+/).textContent()) ?? '')?.[1] ?? '';

  await page.getByRole('link', { name: '去看变更' }).click();
  await row(page, 'seq', seq).getByRole('button', { name: '整体撤销' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '整体撤销' }).click();
  await expect(page.getByText(`第 ${seq} 号变更已撤销`)).toBeVisible();
  await audit(page, 'changes');
});

test('a retired place comes back by its code, once the clerk says that it is back', async ({
  page,
  town,
  colleague,
}, info) => {
  const compounds = await colleague.places('kind=compound&limit=200');
  const { id, geometry, properties } = compounds[info.project.name === 'desk' ? 170 : 175]!;
  await colleague.retire(id);
  const { kind, name, code } = properties;
  const feature = { type: 'Feature', geometry, properties: { kind, name, code } };
  await open(page, town, 'import');
  await page.locator('input[type=file]').setInputFiles({
    name: 'back.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [feature] })),
  });
  await expect(page.getByText('编码属于已停用的地点')).toBeVisible();
  await expect(page.getByText(/怎么改：给它一个新编码/)).toBeVisible();
  await expect(page.getByRole('button', { name: '正式导入' })).toBeDisabled();
  await page.getByLabel(/恢复文件中再次出现的已停用地点/).check();
  await page.getByRole('button', { name: '试算' }).click();
  await expect(page.getByText('已停用的地点将恢复')).toBeVisible();
  await page.getByRole('button', { name: '正式导入' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '正式导入' }).click();
  await expect(page.getByText(/已导入，变更号 \d+/)).toBeVisible();
  expect((await colleague.places(`q=${String(code)}&limit=1`))[0]?.id).toBe(id);
});

test('of a file with several layers one is chosen, and what was passed over is named', async ({
  page,
  town,
  colleague,
}) => {
  const [yard] = await colleague.places('kind=compound&limit=1');
  const houses = await colleague.places(`kind=building&parent=${yard!.id}&limit=100&geometry=none`);
  const file = async (format: string) => ({
    name: `院落.${format}`,
    mimeType: 'application/octet-stream',
    buffer: await colleague.take(format, 'compound,building', {
      place: yard!.id,
    }),
  });
  await open(page, town, 'import');
  // A workbook: the first sheet is read, and the page says that there is another.
  await page.locator('input[type=file]').setInputFiles(await file('xlsx'));
  await expect(row(page, 'layer', 'compound')).toBeVisible();
  await expect(row(page, 'layer', 'building')).toHaveCount(0);
  const chooser = page.getByLabel('图层或工作表');
  await expect(chooser.getByRole('option')).toHaveText(['自动选择', 'compound', 'building']);
  await expect(page.locator('.findings')).toContainText('building');
  await audit(page, 'layers');
  await chooser.selectOption('building');
  await expect(page.getByText('选项已改动，请再试算一次。')).toBeVisible();
  await page.getByRole('button', { name: '试算' }).click();
  await expect(row(page, 'layer', 'building')).toContainText(String(houses.length));
  await expect(row(page, 'layer', 'compound')).toHaveCount(0);
  // What may be chosen is what the file holds, not what was read last.
  await expect(chooser.getByRole('option')).toHaveCount(3);
  // A database whose layers are all known is read whole, until one is chosen; the choice belonged to the other file.
  await page.locator('input[type=file]').setInputFiles(await file('gpkg'));
  await expect(chooser).toHaveValue('');
  await expect(row(page, 'layer', 'building')).toContainText(String(houses.length));
  await expect(row(page, 'layer', 'compound')).toBeVisible();
  await chooser.selectOption('compound');
  await page.getByRole('button', { name: '试算' }).click();
  await expect(row(page, 'layer', 'building')).toHaveCount(0);
});

test('a file that is none is refused with what to do', async ({ page, town }) => {
  await open(page, town, 'import');
  await page.locator('input[type=file]').setInputFiles({
    name: 'broken.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from('{"type":"FeatureCollection","features":[{"type":"Fea'),
  });
  await expect(page.getByText(/不能导入/)).toBeVisible();
  await expect(page.locator('.findings .mark.off').first()).toHaveText('必须修正');
  await expect(page.getByRole('button', { name: '正式导入' })).toBeDisabled();
});

test('a backup is taken away, settings and the access log are read', async ({ page, town }, info) => {
  await open(page, town, 'system');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载备份' }).click();
  const path = await (await download).path();
  expect(readFileSync(path).subarray(0, 15).toString()).toBe('SQLite format 3');
  await expect(page.getByText('--listen / GEJU_LISTEN')).toBeVisible();
  await audit(page, 'system');
  await page.goto(`${town.url}/admin#audit`);
  await expect(page.getByRole('cell', { name: '备份' }).first()).toBeVisible();
  await page.getByLabel('类别').selectOption({ label: '登录' });
  await expect(page.getByRole('cell', { name: '备份' })).toHaveCount(0);
  await audit(page, 'audit');
  await page.goto(`${town.url}/admin#devices`);
  await expect(page.getByRole('cell', { name: '街道指挥大屏' })).toBeVisible();
  await audit(page, 'devices');
  await info.attach('devices', { body: await page.screenshot(), contentType: 'image/png' });
});
