import { expect, login, panelOf, searchField, test } from '../town';

test('the search works without a mouse', async ({ page, town, colleague }) => {
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
