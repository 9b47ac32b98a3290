import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem, type Reshape } from '../api';
import { wipeDrawing } from './kept';
import { clearOut, draftId, drawer, keepGround, keepMe, keptGround, keptMe, wipePersonal } from './drawer';
import { asGeoJson, dropDraft, flush, keepDraft, keptDraft, keptDrafts, post, waiting, withdraw } from './outbox';

const ME = 7;
const body = (id: number): Reshape => ({
  places: [
    {
      id,
      version: 1,
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [104, 30],
            [104.1, 30],
            [104.1, 30.1],
            [104, 30],
          ],
        ],
      },
    },
  ],
  create: [],
  retire: [],
  cause: null,
});
const sending = (parent: number, key: string) => ({
  key,
  account: ME,
  draft: draftId(ME, parent, 'micro_grid'),
  title: `${parent}`,
  at: 0,
  body: body(parent),
  base: [],
});
const keys = async () => (await waiting(ME)).map(({ key }) => key);

afterEach(() => wipeDrawing());

describe('a draft', () => {
  it('is there again after a reload, until it is dropped', async () => {
    const id = draftId(ME, 1, 'micro_grid');
    await keepDraft({ id, account: ME, at: 5, title: '甲', body: body(1), base: [] });
    expect((await keptDraft(id))?.body).toEqual(body(1));
    await dropDraft(id);
    expect(await keptDraft(id)).toBeUndefined();
  });

  it('leaves as a file that names what it draws', () => {
    const file = JSON.parse(asGeoJson(body(1), () => '甲')) as { features: { properties: unknown }[] };
    expect(file.features[0]?.properties).toEqual({ name: '甲', version: 1, drawn: 'changed' });
  });
});

describe('the drawer', () => {
  const ground = (parent: number) => ({
    parent: { id: parent },
    kind: 'micro_grid',
    children: [],
    buildings: [],
    compounds: [],
  });
  const loaded = (parent: number) => ground(parent) as unknown as Parameters<typeof keepGround>[1];
  const me = { account: { id: ME, name: 'worker' } } as Parameters<typeof keepMe>[0];

  it('gives back who was here and the last grounds, and no more than a few of them', async () => {
    await keepMe(me);
    for (let parent = 1; parent <= 7; parent++) await keepGround(draftId(ME, parent, 'micro_grid'), loaded(parent));
    expect((await keptMe())?.account.id).toBe(ME);
    expect(await (await drawer()).count('grounds')).toBe(4);
  });

  it('forgets the person and the ground when the server does not know them, and keeps the drawing', async () => {
    const id = draftId(ME, 1, 'micro_grid');
    await keepMe(me);
    await keepGround(id, loaded(1));
    await keepDraft({ id, account: ME, at: 5, title: '甲', body: body(1), base: [] });
    await post(sending(2, 'b'));
    await wipePersonal();
    expect([await keptMe(), await keptGround(id)]).toEqual([undefined, undefined]);
    expect((await keptDrafts(ME)).length).toBe(1);
    expect(await keys()).toEqual(['b']);
  });
});

describe('the outbox', () => {
  it('takes the draft’s place in one step', async () => {
    await keepDraft({ id: draftId(ME, 1, 'micro_grid'), account: ME, at: 5, title: '甲', body: body(1), base: [] });
    await post(sending(1, 'a'));
    expect(await keptDraft(draftId(ME, 1, 'micro_grid'))).toBeUndefined();
    expect(await keys()).toEqual(['a']);
  });

  it('sends in order, each under its own key, and keeps nothing that arrived', async () => {
    for (const key of ['a', 'b', 'c']) await post(sending(1, key));
    const sent: string[] = [];
    expect(await flush(ME, (_body, key) => Promise.resolve(sent.push(key)))).toBe('done');
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(await keys()).toEqual([]);
  });

  it('loses nothing to a lost network, and repeats the same key', async () => {
    await post(sending(1, 'a'));
    const tried: string[] = [];
    const lost = (_body: Reshape, key: string) => {
      tried.push(key);
      return Promise.reject(new TypeError('fetch failed'));
    };
    expect(await flush(ME, lost)).toBe('offline');
    expect(await flush(ME, lost)).toBe('offline');
    expect(tried).toEqual(['a', 'a']);
    expect(await keys()).toEqual(['a']);
  });

  it('waits through a login that expired', async () => {
    await post(sending(1, 'a'));
    expect(await flush(ME, () => Promise.reject(new Problem('not_signed_in', 401)))).toBe('signed_out');
    expect((await waiting(ME))[0]?.held).toBeNull();
  });

  it('holds what is refused and what was drawn on top of it; other ground goes on', async () => {
    await post(sending(1, 'a'));
    await post(sending(2, 'b'));
    await post(sending(1, 'c'));
    const sent: string[] = [];
    const send = (_body: Reshape, key: string) => {
      sent.push(key);
      return key === 'a' ? Promise.reject(new Problem('stale', 412)) : Promise.resolve();
    };
    await flush(ME, send);
    expect(sent).toEqual(['a', 'b']);
    expect(await keys()).toEqual(['a', 'c']);
    expect((await waiting(ME))[0]?.held?.status).toBe(412);
    // The person gives the first one up: the next goes.
    await withdraw((await waiting(ME))[0]?.seq ?? 0);
    await flush(ME, send);
    expect(await keys()).toEqual([]);
  });

  it('is another’s who signs in on the same device, and is gone when its owner leaves', async () => {
    await post(sending(1, 'a'));
    expect(await waiting(ME + 1)).toEqual([]);
    await clearOut(ME + 1);
    expect(await keys()).toEqual(['a']);
    await clearOut(ME);
    expect(await keys()).toEqual([]);
  });
});
