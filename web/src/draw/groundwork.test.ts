import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Me, Place } from '../api';
import { draftId, keptGround, keptMe } from '../model/drawer';
import { session } from '../model/session.svelte';
import { keepGroundwork } from './groundwork';

afterEach(() => (session.me = null));

describe('what a drawing is drawn on', () => {
  it('is kept on the device with whoever draws, so that the desk opens there without a network', async () => {
    const me = { account: { id: 3, name: 'li' }, places: [{ id: 7, name: '一网格' }] } as unknown as Me;
    session.me = me;
    const parent = { id: 7, properties: { name: '一网格' } } as Place;
    await keepGroundwork({ parent, kind: 'micro_grid', children: [], buildings: [], compounds: [] });
    expect(await keptMe()).toEqual(me);
    expect((await keptGround(draftId(3, 7, 'micro_grid')))?.loaded.parent).toEqual(parent);
  });
});
