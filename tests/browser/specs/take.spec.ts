import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Download, Page } from '@playwright/test';
import { Colleague, expect, login, panelOf, test, undrawn, type Place } from '../town';

/** What lies in an area, taken along as a file: from a place's panel, and from the answer of a question. */

async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

async function openPlace(page: Page, url: string, place: Place): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}/#place=${place.id}`);
  await expect(panelOf(page, place.properties.name)).toBeVisible();
}

const dialog = (page: Page) => page.getByRole('dialog', { name: '导出数据' });

interface Collection {
  features: { id?: number; properties: Record<string, unknown> }[];
}

async function collection(download: Download): Promise<Collection> {
  return JSON.parse(readFileSync(await download.path(), 'utf8')) as Collection;
}

const names = (features: { properties: Record<string, unknown> }[]) =>
  features.map(({ properties }) => String(properties['name'])).sort();

test('a yard’s houses are taken along from its panel by keyboard, and the file holds just them', async ({
  page,
  town,
  colleague,
}) => {
  const [yard] = await colleague.places('kind=compound&limit=1');
  const houses = await colleague.places(`kind=building&parent=${yard!.id}&limit=100&geometry=none`);
  await undrawn(page);
  await login(page, town.url);
  await openPlace(page, town.url, yard!);
  const button = panelOf(page, yard!.properties.name).getByRole('button', {
    name: '导出',
  });
  await button.press('Enter');
  await expect(dialog(page)).toContainText(`范围：${yard!.properties.name}`);
  await audit(page, 'export');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(button).toBeFocused();
  await button.press('Enter');
  await dialog(page).getByLabel('文件格式').selectOption({ label: 'GeoJSON' });
  await expect(dialog(page)).toContainText('网页和各类工具通用');
  // The yard itself is not asked for, only what stands in it.
  await dialog(page).getByRole('checkbox', { name: '小区/院落' }).press('Space');
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '导出', exact: true }).press('Enter');
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/\.geojson$/);
  const { features } = await collection(download);
  expect(features.every(({ properties }) => properties['kind'] === 'building')).toBe(true);
  expect(names(features)).toEqual(names(houses));
  await expect(dialog(page).getByRole('status')).toContainText(`共 ${houses.length} 条`);
  await audit(page, 'exported');
});

test('nothing is exported without a layer, and an old program gets its own letters', async ({
  page,
  town,
  colleague,
}) => {
  const [yard] = await colleague.places('kind=compound&limit=1');
  await undrawn(page);
  await login(page, town.url);
  await openPlace(page, town.url, yard!);
  await panelOf(page, yard!.properties.name).getByRole('button', { name: '导出' }).click();
  for (const layer of ['楼栋', '小区/院落'])
    await dialog(page).getByRole('checkbox', { name: layer, exact: true }).uncheck();
  await expect(dialog(page).getByRole('alert')).toHaveText('至少选一个图层');
  await expect(dialog(page).getByRole('button', { name: '导出', exact: true })).toBeDisabled();
  await audit(page, 'no layer');
  await dialog(page).getByRole('checkbox', { name: '楼栋', exact: true }).check();
  await dialog(page).getByLabel('文件格式').selectOption({ label: 'Shapefile（zip）' });
  await dialog(page).getByRole('checkbox', { name: /GBK/ }).check();
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '导出', exact: true }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  const file = readFileSync(await download.path());
  expect(file.subarray(0, 2).toString()).toBe('PK');
  // A shapefile says its letters beside itself.
  expect(file.includes('.cpg')).toBe(true);
});

test('what a question counted is taken along from its answer: the same houses', async ({ page, town, colleague }) => {
  const [grid] = await colleague.places('kind=grid&limit=1');
  await undrawn(page);
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#ask=s${grid!.id}`);
  const panel = page.getByLabel('问一块地').first();
  const counted = panel.getByRole('table', { name: '楼栋' }).getByRole('row', { name: /合计/ }).getByRole('cell');
  await expect(counted).toHaveText(/^[\d,]+$/);
  const number = Number(((await counted.textContent()) ?? '').replaceAll(',', ''));
  expect(number).toBeGreaterThan(0);
  await panel.getByRole('button', { name: '导出' }).click();
  await expect(dialog(page)).toContainText(`范围：${grid!.properties.name}`);
  await dialog(page).getByLabel('文件格式').selectOption({ label: 'GeoJSON' });
  await dialog(page).getByRole('checkbox', { name: '小区/院落' }).uncheck();
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '导出', exact: true }).click();
  expect((await collection(await coming)).features).toHaveLength(number);
  await expect(dialog(page).getByRole('status')).toContainText(`共 ${number} 条`);
});

test('figures one has no right to stay out of the file, and the page says how many', async ({
  page,
  town,
  colleague,
}) => {
  const worker = await new Colleague(town.url).login('worker');
  const own = new Set((await worker.me()).places.map(({ id }) => id));
  const compounds = await colleague.places('kind=compound&limit=200');
  const foreign = compounds.find(({ properties }) => !Object.values(properties.parents).some((id) => own.has(id)))!;
  await undrawn(page);
  await login(page, town.url, 'worker');
  await openPlace(page, town.url, foreign);
  await panelOf(page, foreign.properties.name).getByRole('button', { name: '导出' }).click();
  await dialog(page).getByLabel('文件格式').selectOption({ label: 'GeoJSON' });
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '导出', exact: true }).click();
  const { features } = await collection(await coming);
  expect(features.length).toBeGreaterThan(0);
  const figures = ['residents', 'households', 'over_60', 'people_base_over_60'];
  for (const { properties } of features) for (const figure of figures) expect(properties[figure] ?? null).toBeNull();
  await expect(dialog(page)).toContainText('文件里没有的：');
  await expect(dialog(page)).toContainText(/\d+ 处不在您的辖区，人口数字未导出/);
});

test('an export that is refused says why, and the dialog stays as it was filled in', async ({
  page,
  town,
  colleague,
  watch,
}) => {
  watch.expected.push(/status of 404/);
  const compounds = await colleague.places('kind=compound&limit=60');
  const yard = compounds[55]!;
  await undrawn(page);
  await login(page, town.url);
  await openPlace(page, town.url, yard);
  await panelOf(page, yard.properties.name).getByRole('button', { name: '导出' }).click();
  await dialog(page).getByLabel('文件格式').selectOption({ label: 'KML' });
  // The network goes.
  await page.route('**/api/v1/export', (route) => route.abort());
  watch.expected.push(/net::ERR_FAILED/);
  await dialog(page).getByRole('button', { name: '导出', exact: true }).click();
  await expect(dialog(page).getByRole('alert')).not.toBeEmpty();
  await expect(dialog(page).getByLabel('文件格式')).toHaveValue('kml');
  await page.unroute('**/api/v1/export');
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '导出', exact: true }).click();
  expect((await coming).suggestedFilename()).toMatch(/\.kml$/);
  await expect(dialog(page).getByRole('alert')).toHaveCount(0);
});
