import {
  beside,
  childrenOf,
  cornersOf,
  Desk,
  filledGround,
  has,
  holds,
  insideOf,
  offRing,
  squareMeters,
  type LonLat,
  type Quarter,
} from '../desk';
import { expect, login, test, type Place } from '../town';

/** One micro-grid in two pieces: it may be drawn where there is need of it, is pointed out, and is one place all the same. */

test.describe.configure({ timeout: 240_000 });

/** The roomiest micro-grid, and one that has a border with it. */
function neighbours({ children }: Quarter): [Place, Place] {
  const [host] = [...children].sort((a, b) => offRing(insideOf(b), b) - offRing(insideOf(a), a));
  const other = children.find((child) => child !== host && cornersOf(child).some((spot) => has(host!, spot)));
  return [host!, other!];
}

/** A square around a spot, as wide as the outline leaves room for. */
function square(place: Place): LonLat[] {
  const spot = insideOf(place);
  const half = Math.min(12, offRing(spot, place) * 0.6);
  return [beside(spot, -half, -half), beside(spot, half, -half), beside(spot, half, half), beside(spot, -half, half)];
}

test('a piece within the neighbour belongs to whom it is given, and both are whole again when it is taken back', async ({
  page,
  town,
  colleague,
}, info) => {
  const here = await filledGround(colleague, info, { desk: [11, 9, 7], phone: [10, 8, 6] });
  const [host, owner] = neighbours(here);
  const ring = square(host);
  await login(page, town.url);
  const desk = new Desk(page, info);
  await desk.open(town.url, host);
  await desk.look(insideOf(host), 19);
  await desk.tool('挖空').click();
  for (const spot of ring) await desk.tap(spot);
  await desk.button('完成').click();
  await expect(page.getByText('空隙 1 处')).toBeVisible();

  // Given to the other one, which lies beside it and not around it.
  await desk.look(insideOf(owner));
  await desk.tap(insideOf(owner));
  await desk.button(`归“${owner.properties.name}”`).click();
  await expect(page.getByText('空隙 1 处')).toBeHidden();
  await desk.changed(2);
  const finding = page.getByRole('listitem').filter({ hasText: '分成了不相连的几块' });
  await expect(finding).toContainText('请核对');
  await expect(finding).toContainText('改法：');
  await desk.saved();

  const after = await childrenOf(colleague, here.grid);
  const given = after.find(({ id }) => id === owner.id)!;
  expect(given.geometry.type).toBe('MultiPolygon');
  expect(given.geometry.coordinates as unknown[]).toHaveLength(2);
  expect(holds(given, insideOf(host))).toBe(true);
  expect(
    holds(
      after.find(({ id }) => id === host.id)!,
      insideOf(host),
    ),
  ).toBe(false);
  expect(squareMeters(after), 'no ground came or went').toBeCloseTo(squareMeters(here.children), -1);

  // Both steps taken back, both are as they were; and it can be had again.
  for (let step = 0; step < 2; step++) await desk.button('撤销').click();
  await desk.saved();
  const back = await childrenOf(colleague, here.grid);
  for (const { id, geometry } of [host, owner]) expect(back.find((one) => one.id === id)?.geometry).toEqual(geometry);
  for (let step = 0; step < 2; step++) await desk.button('重做').click();
  await desk.saved();

  // Whoever opens it again holds both pieces in one hand.
  await desk.button('退出绘图').click();
  await desk.open(town.url, owner);
  await desk.look(insideOf(host), 19);
  await desk.drag(ring[0]!, beside(ring[0]!, -2, -2));
  await desk.changed(2);
  await desk.button('撤销').click();
  await desk.changed(0);
});
