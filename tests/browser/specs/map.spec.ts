import AxeBuilder from '@axe-core/playwright';
import { clickMiddle, expect, login, lookAt, panelOf, searchField, still, test } from '../town';

test('a stranger is asked who they are and gets in with a password', async ({ page, town, watch }) => {
  watch.expected.push(/status of 401/);
  await page.goto(town.url);
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible();
  await page.getByLabel('用户名').fill('wall');
  await page.getByLabel('密码', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await login(page, town.url, 'wall');
  await page.reload();
  await expect(searchField(page)).toBeVisible();
});

test('the map draws the street and stands still', async ({ page, town }, info) => {
  await login(page, town.url);
  const picture = await still(page);
  // A blank map compresses to next to nothing.
  expect(picture.length).toBeGreaterThan(20_000);
  await info.attach('the street', { body: await page.screenshot(), contentType: 'image/png' });
});

test('a click on a building opens its panel', async ({ page, town, colleague }) => {
  const [building] = await colleague.places('kind=building&limit=1');
  await login(page, town.url);
  await lookAt(page, town.url, building!, 19);
  await clickMiddle(page);
  await expect(panelOf(page, building!.properties.name)).toBeVisible();
  expect(new URL(page.url()).hash).toContain(`place=${building!.id}`);
});

test('search finds a place by part of its name and shows it', async ({ page, town, colleague }) => {
  const [compound] = await colleague.places('kind=compound&limit=1');
  const name = compound!.properties.name;
  await login(page, town.url);
  await searchField(page).fill(name.slice(0, Math.max(2, name.length - 1)));
  const option = page.getByRole('option').filter({ hasText: name }).first();
  await expect(option).toBeVisible();
  await option.click();
  await expect(panelOf(page, name)).toBeVisible();
});

test('a link opens the map where it was', async ({ page, town, colleague }) => {
  const [compound] = await colleague.places('kind=compound&limit=1');
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${compound!.id}`);
  await expect(panelOf(page, compound!.properties.name)).toBeVisible();
});

test('the page speaks English when asked and remembers it', async ({ page, town }) => {
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#lang=en`);
  await expect(page.getByLabel('Search by name, code or tag').first()).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', /^en/);
  await page.reload();
  await expect(page.getByLabel('Search by name, code or tag').first()).toBeVisible();
});

test('what a colleague changes appears without a reload', async ({ page, town, colleague }, info) => {
  const compounds = await colleague.places('kind=compound&limit=3');
  const compound = compounds[info.project.name === 'desk' ? 1 : 2]!;
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${compound.id}`);
  await expect(panelOf(page, compound.properties.name)).toBeVisible();
  const before = await still(page);
  const name = `改名${info.project.name}院`;
  await colleague.rename(compound.id, name);
  await expect(panelOf(page, name)).toBeVisible({ timeout: 10_000 });
  // The label on the map follows too.
  await expect.poll(async () => (await still(page)).equals(before), { timeout: 40_000 }).toBe(false);
});

test('nobody is shut out by the page itself', async ({ page, town, colleague }) => {
  const audit = async (where: string) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  };
  await page.goto(town.url);
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible();
  await audit('login');
  await login(page, town.url);
  await still(page);
  await audit('map');
  const [compound] = await colleague.places('kind=compound&limit=1');
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${compound!.id}`);
  await expect(panelOf(page, compound!.properties.name)).toBeVisible();
  await audit('panel');
});

// A phone has no keyboard of this kind.
test('the search works without a mouse', { tag: '@desk' }, async ({ page, town, colleague }) => {
  const [compound] = await colleague.places('kind=compound&limit=1');
  await login(page, town.url);
  await page.locator('body').press('/');
  await expect(searchField(page)).toBeFocused();
  await page.keyboard.type(compound!.properties.name);
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(panelOf(page, compound!.properties.name)).toBeVisible();
});
