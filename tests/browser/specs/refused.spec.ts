import {
  beside,
  childrenOf,
  cornersOf,
  Desk,
  filledGround,
  groundFor,
  holds,
  insideOf,
  metres,
  offRing,
  type LonLat,
  type Quarter,
} from '../desk';
import { accessible, Colleague, expect, login, test, type Place } from '../town';

/** A map that may not be is not saved: what is wrong is said and shown where it is, and what was drawn stays in hand. */

test.describe.configure({ timeout: 240_000 });

/** So far from the border may a ring be drawn around a house. */
const ROOM_METRES = 3;

/** A house with room around it, and whose it is. */
async function houseIn(colleague: Colleague, here: Quarter): Promise<{ house: Place; owner: Place }> {
  const bbox = here.grid.bbox.join(',');
  const houses = await colleague.places(`kind=building&bbox=${bbox}&geometry=full&limit=500`);
  const wide = ({ bbox: [west, south, east, north] }: Place) => metres([west, south], [east, north]);
  // The smallest: a phone shows fifty metres from near.
  houses.sort((one, other) => wide(one) - wide(other));
  for (const owner of here.children) {
    const house = houses.find(
      (one) =>
        one.properties.name && cornersOf(one).every((spot) => holds(owner, spot) && offRing(spot, owner) > ROOM_METRES),
    );
    if (house) return { house, owner };
  }
  throw new Error('no house of this grid stands clear of the borders');
}

/** Around a house, with a metre to spare. */
function around({ bbox: [west, south, east, north] }: Place, spare = 1): LonLat[] {
  const [[w, s], [e, n]] = [beside([west, south], -spare, -spare), beside([east, north], spare, spare)];
  return [
    [w, s],
    [e, s],
    [e, n],
    [w, n],
  ];
}

test('a house that would be in no micro-grid: the save is refused in words, on the map, and nothing is lost', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/422/);
  const phone = info.project.name === 'phone';
  const here = await filledGround(colleague, info, { desk: [7, 9, 11], phone: [6, 8, 10] });
  const { house, owner } = await houseIn(colleague, here);
  const ring = around(house);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, owner);
  await desk.look(insideOf(house), phone ? 19 : 20);
  await desk.tool('挖空').click();
  for (const spot of ring) await desk.tap(spot);
  await desk.button('完成').click();
  await desk.changed(1);

  const finding = page.getByRole('listitem').filter({ hasText: '楼栋不在任何微网格内' });
  await expect(finding).toContainText('必须改');
  await desk.save().click();
  // What, where, how.
  await expect(page.getByRole('alert').filter({ hasText: '没有保存' })).toBeVisible();
  await expect(finding).toContainText(house.properties.name);
  await expect(finding).toContainText('改法：让边界绕开楼栋，使它只在一个微网格内');
  await desk.look(here.grid.bbox.slice(0, 2) as LonLat, 17);
  await finding.getByRole('button', { name: '看位置' }).click();
  await expect
    .poll(() => {
      const [, lat, lon] = /map=[\d.]+\/([\d.]+)\/([\d.]+)/.exec(page.url())!.map(Number);
      const [west, south, east, north] = house.bbox;
      return lon! > west && lon! < east && lat! > south && lat! < north;
    })
    .toBe(true);
  await accessible(page);
  await desk.changed(1);
  expect(
    (await childrenOf(colleague, here.grid)).find(({ id }) => id === owner.id)?.geometry,
    'nothing was saved',
  ).toEqual(owner.geometry);

  // It is there after a reload too; mended, there is nothing left to refuse.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await desk.ready();
  await desk.changed(1);
  await desk.button('补上空隙').first().click();
  await desk.changed(0);
  await expect(finding).toBeHidden();
});

test('what is found is shown with its ground, and looked at as a whole', async ({ page, town, colleague }, info) => {
  const here = await groundFor(colleague, info, { desk: 7, phone: 6 });
  const place = here.children[0]!;
  const [west, south, east, north] = place.bbox;
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const finding = {
    code: 'overlaps_sibling',
    severity: 'block',
    message: 'they overlap',
    point: insideOf(place),
    geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
    places: [place.id],
  };
  await page.route('**/places/reshape/check', (route) =>
    route.fulfill({ json: { findings: [finding], mends: [], places: [] } }),
  );
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, place);
  await desk.look(insideOf(place));
  // Any change makes the desk ask.
  await desk.tool('挖空').click();
  const [x, y] = insideOf(place);
  for (const [dx, dy] of [
    [0, 0],
    [1.5, 0],
    [1.5, 1.5],
  ] as const)
    await desk.tap(beside([x, y], dx * 2, dy * 2));
  await desk.button('完成').click();
  await expect(page.getByRole('listitem').filter({ hasText: '必须改' })).toBeVisible();
  const red = () =>
    page
      .locator('canvas.easel')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
          if (data[at]! > 150 && data[at + 1]! < 70 && data[at + 2]! < 60 && data[at + 3]! > 200) count += 1;
        return count;
      });
  // A sign alone is a few hundred pixels.
  await expect.poll(red).toBeGreaterThan(2_000);
  await desk.look(beside([east, north], 400, 400), 16);
  await page.getByRole('listitem').filter({ hasText: '必须改' }).getByRole('button', { name: '看位置' }).click();
  await expect.poll(red).toBeGreaterThan(2_000);
  const [, zoom] = /map=([\d.]+)/.exec(page.url())!.map(Number);
  expect(zoom).toBeGreaterThan(16);
});
