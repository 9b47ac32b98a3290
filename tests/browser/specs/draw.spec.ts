import AxeBuilder from '@axe-core/playwright';
import {
  childrenOf,
  cornersOf,
  Desk,
  has,
  holds,
  insideOf,
  metres,
  offRing,
  quarter,
  ringsOf,
  same,
  type LonLat,
  type Quarter,
} from '../desk';
import { expect, login, test, type Place } from '../town';

/** Who draws cannot draw wrong: what is shared stays shared, what is nobody's is shown, and all of it can be taken back. */

// Each saves several times, and every save is painted anew: on a busy machine without a graphics card that takes its time.
test.describe.configure({ timeout: 240_000 });

const byId = (places: Place[], id: number) => places.find((place) => place.id === id);

/** A corner inside the grid where at least two micro-grids meet, with room around it. */
function sharedCorner({ grid, children }: Quarter): {
  spot: LonLat;
  sharers: Place[];
} {
  let best: { spot: LonLat; sharers: Place[]; room: number } | null = null;
  for (const spot of children.flatMap(cornersOf)) {
    const sharers = children.filter((child) => has(child, spot));
    if (sharers.length < 2 || offRing(spot, grid) < 5) continue;
    const others = children.flatMap(cornersOf).filter((one) => !same(one, spot));
    const room = Math.min(...others.map((one) => metres(one, spot)));
    if (!best || room > best.room) best = { spot, sharers, room };
  }
  if (!best) throw new Error('no corner is shared');
  return best;
}

/** Two micro-grids with a long border in common. */
function neighbours({ children }: Quarter): [Place, Place] {
  let best: { pair: [Place, Place]; common: number } | null = null;
  for (const one of children) {
    for (const other of children) {
      if (one.id >= other.id) continue;
      const common = cornersOf(one).filter((spot) => has(other, spot)).length;
      if (!best || common > best.common) best = { pair: [one, other], common };
    }
  }
  return best!.pair;
}

/** From beyond the western border to beyond the eastern one. */
function across(place: Place): [LonLat, LonLat] {
  const [west, south, east, north] = place.bbox;
  const middle = (south + north) / 2;
  return [
    [west - 0.00012, middle],
    [east + 0.00012, middle],
  ];
}

test('an oversized micro-grid is two right ones after two touches and a save, without a word to read', async ({
  page,
  town,
  colleague,
}, info) => {
  const tallies = (await colleague.figures('micro_grid')) as {
    name: string;
    people: { households?: number } | null;
  }[];
  const large = tallies.find(({ people }) => (people?.households ?? 0) > 100);
  expect(large, 'the demo has a micro-grid of more than 100 households').toBeDefined();
  const [place] = await colleague.places(`kind=micro_grid&q=${encodeURIComponent(large!.name)}&geometry=full&limit=1`);
  const before = await childrenOf(colleague, {
    id: place!.properties.parents['grid']!,
  } as Place);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, place!, '切分成两块');
  const started = Date.now();
  await desk.look(insideOf(place!));
  const [from, to] = across(place!);
  await desk.tap(from);
  await desk.tap(to);
  await desk.changed(2);
  await expect(page.getByText('✓ 合规')).toHaveCount(2);
  await desk.saved();
  expect(Date.now() - started, 'under a minute').toBeLessThan(60_000);
  expect(
    await childrenOf(colleague, {
      id: place!.properties.parents['grid']!,
    } as Place),
  ).toHaveLength(before.length + 1);
  const after = (await colleague.figures('micro_grid')) as typeof tallies;
  expect(after.filter(({ people }) => (people?.households ?? 0) > 100)).toEqual([]);

  // Taken back after it was saved: the Change itself, so the place has its whole ground again.
  await desk.button('撤销').click();
  await desk.changed(2);
  await desk.saved();
  const back = await childrenOf(colleague, {
    id: place!.properties.parents['grid']!,
  } as Place);
  expect(back.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
  expect(byId(back, place!.id)!.geometry).toEqual(byId(before, place!.id)!.geometry);
  await desk.button('重做').click();
  await desk.saved();
  expect(
    await childrenOf(colleague, {
      id: place!.properties.parents['grid']!,
    } as Place),
  ).toHaveLength(before.length + 1);
});

test('a corner that is moved moves for all who share it, and takes hold of what lies near', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 0);
  const { spot, sharers } = sharedCorner(here);
  const compounds = await colleague.places(`kind=compound&bbox=${here.grid.bbox.join(',')}&geometry=full&limit=200`);
  const near = compounds
    .flatMap(cornersOf)
    .filter((one) => metres(one, spot) > 3)
    .sort((a, b) => metres(a, spot) - metres(b, spot))[0]!;
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, sharers[0]!);
  await desk.look(spot, 19);
  await desk.drag(spot, near);
  await desk.changed(sharers.length);
  await desk.button('撤销').click();
  await desk.changed(0);
  await desk.button('重做').click();
  await desk.changed(sharers.length);
  await desk.saved();
  const after = await childrenOf(colleague, here.grid);
  for (const { id } of sharers) {
    expect(has(byId(after, id)!, near), 'the very corner of the compound').toBe(true);
    expect(has(byId(after, id)!, spot)).toBe(false);
  }
});

test('a corner is put on a border and taken out again, and nobody’s ground is another for it', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 1);
  const [one, other] = neighbours(here);
  const [ring] = ringsOf(one);
  const edges = ring!.slice(1).map((b, at): [LonLat, LonLat] => [ring![at]!, b]);
  const [a, b] = edges
    .filter((edge) => edge.every((spot) => has(other, spot)))
    .sort((p, q) => metres(...q) - metres(...p))[0]!;
  const middle: LonLat = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, one);
  await desk.look(middle, 20);
  await desk.tap(middle);
  await expect(desk.button('删拐点')).toBeVisible();
  await desk.changed(0);
  await expect(desk.save()).toBeEnabled();
  await desk.button('删拐点').click();
  await expect(desk.save()).toBeDisabled();
  await desk.button('撤销').click();
  await expect(desk.save()).toBeEnabled();
  await desk.button('撤销').click();
  await expect(desk.save()).toBeDisabled();
});

test('two become one and, taken back after the save, are the same two again', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 2);
  const [one, other] = neighbours(here);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, one);
  await desk.tool('合并').click();
  await desk.look(insideOf(other));
  await desk.tap(insideOf(other));
  await expect(page.getByText('并入他处，停用')).toBeVisible();
  await desk.saved();
  expect(byId(await childrenOf(colleague, here.grid), other.id)).toBeUndefined();
  await desk.button('撤销').click();
  await desk.saved();
  const back = await childrenOf(colleague, here.grid);
  expect(byId(back, other.id)?.properties.name, 'the same place, not a new one').toBe(other.properties.name);
  expect(byId(back, one.id)?.geometry).toEqual(one.geometry);
});

test('a hole is nobody’s, is shown, and one touch mends it; what is taken cannot be drawn over', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 3);
  const one = here.children.reduce((a, b) => (offRing(insideOf(a), a) > offRing(insideOf(b), b) ? a : b));
  const [x, y] = insideOf(one);
  const half = Math.min(12, offRing([x, y], one) * 0.6);
  const [dx, dy] = [half / (111_320 * Math.cos((y * Math.PI) / 180)), half / 111_320];
  const square: LonLat[] = [
    [x - dx, y - dy],
    [x + dx, y - dy],
    [x + dx, y + dy],
    [x - dx, y + dy],
  ];
  const draw = async () => {
    for (const spot of square) await desk.tap(spot);
    await desk.button('完成').click();
  };
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, one);
  await desk.look([x, y], 19);

  await desk.tool('新画').click();
  await draw();
  await expect(page.getByText('这里已经有归属，没有空地。')).toBeVisible();
  await desk.changed(0);

  await desk.tool('挖空').click();
  await draw();
  await desk.changed(1);
  await expect(page.getByText('空隙 1 处')).toBeVisible();
  await desk.button('补上空隙').first().click();
  await expect(page.getByText('空隙 1 处')).toBeHidden();
  await desk.changed(0);

  // The same hole as an area of its own.
  await desk.button('撤销').click();
  await expect(page.getByText('空隙 1 处')).toBeVisible();
  await desk.tool('补空隙').click();
  await desk.tap([x, y]);
  await desk.changed(2);
  await expect(page.getByText('空隙 1 处')).toBeHidden();
});

test('a building goes to the neighbour by one touch, and every household is still in exactly one', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 4);
  const [one, other] = neighbours(here);
  const buildings = (
    await colleague.places(`kind=building&bbox=${other.bbox.join(',')}&geometry=full&limit=200`)
  ).filter((building) => holds(other, insideOf(building)));
  const near = buildings.sort((a, b) => offRing(insideOf(a), one) - offRing(insideOf(b), one))[0]!;
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, one);
  await desk.tool('划转楼栋').click();
  await desk.look(insideOf(near));
  await desk.tap(insideOf(near));
  await desk.changed(2);
  await desk.saved();
  const after = await childrenOf(colleague, here.grid);
  expect(holds(byId(after, one.id)!, insideOf(near))).toBe(true);
  expect(holds(byId(after, other.id)!, insideOf(near))).toBe(false);
});

test('an old outline comes back from the history, and the neighbours make room for it', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 5);
  const [one, other] = neighbours(here);
  await colleague.merge(one, other);
  await login(page, town.url);
  await page.goto('about:blank');
  await page.goto(`${town.url}/#place=${one.id}`);
  await page.getByRole('button', { name: '变更记录' }).click();
  await page
    .getByRole('button', { name: /^恢复此边界（/ })
    .first()
    .click();
  const desk = new Desk(page, info);
  await desk.ready();
  await expect(page.getByText('旧边界已放到图上')).toBeVisible();
  // What falls free has no neighbour left to go to but those around it.
  await desk.saved();
  const after = await childrenOf(colleague, here.grid);
  expect(cornersOf(one).every((spot) => has(byId(after, one.id)!, spot))).toBe(true);
});

test('an edge is dragged with both its corners, and a corner of the grid itself stays @desk', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 1);
  const inner = ([a, b]: [LonLat, LonLat]) => [a, b].every((spot) => offRing(spot, here.grid) > 3);
  const all = here.children.flatMap((place) => {
    const ring = ringsOf(place)[0]!;
    return ring.slice(1).map((b, at) => ({ place, edge: [ring[at]!, b] as [LonLat, LonLat] }));
  });
  const { place, edge } = all
    .filter(({ edge }) => inner(edge))
    .sort((one, other) => metres(...other.edge) - metres(...one.edge))[0]!;
  const [a, b] = edge;
  // Where neither a corner nor the handle in the middle is meant.
  const grip: LonLat = [a[0] + (b[0] - a[0]) * 0.3, a[1] + (b[1] - a[1]) * 0.3];
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, place);
  await desk.look(grip, 20);
  await desk.drag(grip, [grip[0] + 0.00001, grip[1] + 0.00001]);
  await expect(desk.save()).toHaveText(/改动 [2-9] 块/);
  await desk.button('撤销').click();
  await desk.changed(0);

  const owner = here.children.find((child) => cornersOf(child).some((spot) => has(here.grid, spot)))!;
  const held = cornersOf(owner).find((spot) => has(here.grid, spot))!;
  await desk.look(insideOf(owner));
  if (owner.id !== place.id) await desk.tap(insideOf(owner));
  await desk.look(held, 20);
  await desk.drag(held, [held[0] + 0.00005, held[1]]);
  await expect(page.getByText('这里是上级的边界，不能移动。')).toBeVisible();
  await desk.changed(0);
});

test('all of it by keyboard: choose, take a corner, move it, take it back @desk', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 0);
  const { sharers } = sharedCorner(here);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, sharers[0]!);
  const canvas = page.locator('canvas.maplibregl-canvas');
  await canvas.focus();
  for (let corner = 0; corner < 40; corner++) {
    await page.keyboard.press('.');
    await page.keyboard.press('Shift+ArrowLeft');
    if (/改动/.test((await desk.save().textContent()) ?? '')) break;
  }
  await expect(desk.save()).toHaveText(/改动 [2-9] 块/);
  await page.keyboard.press('Control+z');
  await desk.changed(0);
  await page.keyboard.press('Control+y');
  await expect(desk.save()).toHaveText(/改动 [2-9] 块/);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(desk.tools()).toBeHidden();
});

test('the desk is open to everybody: axe finds nothing, and a thumb meets every button', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await quarter(colleague, 6);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, here.children[0]!);
  for (const name of ['调边界', '切分', '挖空']) {
    await desk.tool(name).click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  }
  const small = await page.locator('.desk button:visible').evaluateAll((buttons) =>
    buttons.flatMap((button) => {
      const { width, height } = button.getBoundingClientRect();
      return width < 43.5 || height < 43.5 ? [`${button.textContent} ${width}×${height}`] : [];
    }),
  );
  expect(small).toEqual([]);
});
