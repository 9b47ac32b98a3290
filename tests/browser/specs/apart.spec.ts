import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { atDesk, beside, groundFor, has, metres, moveAway, same, sharedCorners, stands } from '../desk';
import { accessible, expect, PASSWORD, test } from '../town';

/** Two people on one ground, and one person without a network: nothing drawn is lost, and nothing is saved over another's. */

// Each opens the desk two or three times over, which takes its time where a processor draws.
test.describe.configure({ timeout: 180_000 });

const DAY_MS = 86_400_000;

/** What the device keeps of whoever is signed in, by store. */
const kept = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(async () => {
    const all = await indexedDB.databases();
    if (!all.some(({ name }) => name === 'geju.drawing')) return {};
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const open = indexedDB.open('geju.drawing');
      open.onsuccess = () => done(open.result);
      open.onerror = () => failed(open.error);
    });
    const counts: Record<string, number> = {};
    for (const name of db.objectStoreNames) {
      counts[name] = await new Promise((done) => {
        const asked = db.transaction(name).objectStore(name).count();
        asked.onsuccess = () => done(asked.result);
      });
    }
    db.close();
    return counts;
  });

const disconnected = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource|Failed to fetch|401|412/;

test('two people move corners of the same micro-grids: both are shown, both are kept, once', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/412/);
  const ground = await groundFor(colleague, info, { desk: 0, phone: 1 });
  const corners = sharedCorners(ground);
  const mine = corners[0]!;
  // A corner of one of the same outlines, but another one.
  const theirs = corners.find(
    (spot) => !same(spot, mine) && metres(spot, mine) > 12 && ground.children.some((c) => has(c, spot) && has(c, mine)),
  )!;
  const desk = await atDesk(page, town, info, ground);
  await desk.moveCorner(mine, beside(mine, 6, 3));
  await moveAway(colleague, ground, theirs, beside(theirs, -3, -2));

  await desk.save().click();
  await expect(desk.meeting()).toContainText(/admin 已保存第 \d 版/);
  await expect(desk.meeting()).toContainText('不是同一段边界');
  await accessible(page);
  await desk.meeting().getByRole('button', { name: '两边都保留并保存' }).click();
  await expect(page.getByText('已保存，现在生效。')).toBeVisible();
  await expect(desk.meeting()).toBeHidden();
  expect(await stands(colleague, ground, beside(theirs, -3, -2))).toBe(true);
  expect(await stands(colleague, ground, mine), 'mine was moved too').toBe(false);
});

test('two people move the same corner: one chooses, and no choice leads back to the question', async ({
  page,
  town,
  colleague,
  watch,
}, info) => {
  watch.expected.push(/412/);
  const ground = await groundFor(colleague, info, { desk: 2, phone: 3 });
  const [corner] = sharedCorners(ground);
  const desk = await atDesk(page, town, info, ground);
  const theirs = beside(corner!, -3, 0);
  await desk.moveCorner(corner!, beside(corner!, 6, 3));
  await moveAway(colleague, ground, corner!, theirs);
  await desk.save().click();
  await expect(desk.meeting()).toContainText('不能自动合并');
  await expect(desk.meeting().getByRole('button', { name: '两边都保留并保存' })).toBeHidden();
  await desk.settle('用对方的，放弃我的');
  await desk.changed(0);
  expect(await stands(colleague, ground, theirs)).toBe(true);

  // Undo brings mine back, on top of theirs; as a draft it stays until it is saved.
  await desk.button('撤销').click();
  await desk.drawn();
  await moveAway(colleague, ground, theirs, beside(corner!, -5, 0));
  await desk.save().click();
  await desk.settle('我的留作草稿，继续改');
  await desk.drawn();
  expect(await stands(colleague, ground, beside(corner!, -5, 0))).toBe(true);
  await desk.saved();
  expect(await stands(colleague, ground, beside(corner!, -5, 0)), 'mine is in force').toBe(false);
});

test.describe('without a network', () => {
  test.use({ serviceWorkers: 'allow' });

  const offline = async (context: BrowserContext, is: boolean) => context.setOffline(is);

  /** The page keeps itself once somebody was let in; until then it cannot open without a network. */
  const keeps = (page: Page) =>
    expect
      .poll(() =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return registration?.active?.state === 'activated' && (await caches.has('geju.shell'));
        }),
      )
      .toBe(true);

  test('drawing goes on through a reload, is sent when there is one, and a clock a day off does no harm', async ({
    page,
    context,
    town,
    colleague,
    watch,
  }, info) => {
    watch.expected.push(disconnected);
    await page.clock.setSystemTime(Date.now() - DAY_MS);
    const ground = await groundFor(colleague, info, { desk: 4, phone: 5 });
    const [corner] = sharedCorners(ground);
    const desk = await atDesk(page, town, info, ground);
    await keeps(page);
    await offline(context, true);
    await desk.moveCorner(corner!, beside(corner!, 6, 3));
    // A draft can be taken away as a file wherever one is.
    const [file] = await Promise.all([page.waitForEvent('download'), desk.button('导出草稿').click()]);
    const drawn = JSON.parse(await readFile(await file.path(), 'utf8')) as {
      features: { properties: { drawn: string } }[];
    };
    expect(drawn.features.some(({ properties }) => properties.drawn === 'changed')).toBe(true);

    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await desk.ready();
    await expect(page.getByText('没有网络，用的是本机')).toBeVisible();
    await desk.drawn();
    await desk.posted();
    expect((await kept(page))['outbox']).toBe(1);
    expect(await stands(colleague, ground, corner!), 'nothing reached the server').toBe(true);

    // Sent by itself, once, though the page was closed in between.
    await page.reload();
    await desk.ready();
    await offline(context, false);
    await expect.poll(() => stands(colleague, ground, corner!)).toBe(false);
    await expect.poll(async () => (await kept(page))['outbox'], 'all was sent').toBe(0);
    // Nothing about anybody lies among the files that are kept.
    const files = await page.evaluate(async () =>
      (await (await caches.open('geju.shell')).keys()).map(({ url }) => new URL(url).pathname),
    );
    expect(files.filter((path) => path !== '/' && !/^\/assets\/.+-[\w-]{8}\.\w+$/.test(path))).toEqual([]);
  });

  test('what others changed meanwhile is held for the person to decide', async ({
    page,
    context,
    town,
    colleague,
    watch,
  }, info) => {
    watch.expected.push(disconnected);
    const ground = await groundFor(colleague, info, { desk: 6, phone: 7 });
    const [corner] = sharedCorners(ground);
    const theirs = beside(corner!, -3, 0);
    const desk = await atDesk(page, town, info, ground);
    await offline(context, true);
    await desk.moveCorner(corner!, beside(corner!, 6, 3));
    await desk.posted();
    await desk.button('退出绘图').click();
    await moveAway(colleague, ground, corner!, theirs);
    await offline(context, false);
    const note = page.getByRole('region', { name: '本机上的绘图' });
    await expect(note).toContainText('您画好之后、上传之前，别人改了同一处。');
    expect(await stands(colleague, ground, theirs)).toBe(true);
    await accessible(page);
    await note.getByRole('button', { name: '打开处理' }).click();
    await desk.ready();
    await expect(desk.meeting()).toContainText('不能自动合并');
    await desk.meeting().getByRole('button', { name: '我的留作草稿，继续改' }).click();
    await desk.saved();
    expect(await stands(colleague, ground, theirs), 'mine is in force').toBe(false);
  });

  test('a login that ended meanwhile is asked for again, and then what waits is sent', async ({
    page,
    context,
    town,
    colleague,
    watch,
  }, info) => {
    watch.expected.push(disconnected);
    const ground = await groundFor(colleague, info, { desk: 8, phone: 9 });
    const [corner] = sharedCorners(ground);
    const desk = await atDesk(page, town, info, ground);
    await offline(context, true);
    await desk.moveCorner(corner!, beside(corner!, 6, 3));
    await desk.posted();
    await context.clearCookies();
    await offline(context, false);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    // Until they are known again, the device holds what they drew and nothing else.
    await expect.poll(() => kept(page)).toMatchObject({ outbox: 1, people: 0, grounds: 0 });
    await dialog.getByLabel('用户名').fill('admin');
    await dialog.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: '登录' }).click();
    await expect.poll(() => stands(colleague, ground, corner!)).toBe(false);
    await expect.poll(async () => (await kept(page))['outbox'], 'all was sent').toBe(0);
  });

  test('whoever signs out is told what was not sent, and leaves nothing on the device', async ({
    page,
    town,
    colleague,
    watch,
  }, info) => {
    // The feed ends with the session, and asks once more who is there.
    watch.expected.push(/401/);
    const ground = await groundFor(colleague, info, { desk: 10, phone: 11 });
    const [corner] = sharedCorners(ground);
    const desk = await atDesk(page, town, info, ground);
    await desk.moveCorner(corner!, beside(corner!, 6, 3));
    await expect.poll(async () => (await kept(page))['drafts']).toBe(1);
    await desk.button('退出绘图').click();
    await expect(page.getByRole('region', { name: '本机上的绘图' })).toContainText('还有没保存的草稿');
    const leave = async () => {
      await page.getByRole('button', { name: /^账户：/ }).click();
      await page.getByRole('button', { name: '退出登录' }).click();
    };
    await leave();
    const question = page.getByRole('dialog');
    await expect(question).toContainText('还有 1 份没有上传的绘图');
    await accessible(page);
    await question.getByRole('button', { name: '先不退出' }).click();
    await leave();
    page.on('dialog', (dialog) => void dialog.accept());
    await question.getByRole('button', { name: '删除并退出' }).click();
    await expect(page.getByLabel('用户名')).toBeVisible();
    const left = await kept(page);
    expect(Object.values(left).reduce((sum, n) => sum + n, 0)).toBe(0);
  });
});
