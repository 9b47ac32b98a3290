import { asProblem, type Problem, type Reshape } from '../api';
import { drawer, type KeptDraft, type Sending } from './drawer';

/**
 * What is drawn survives a reload, a crash and a lost network: drafts are kept as they grow, and what was saved without a
 * network waits here in order.
 */

export async function keepDraft(draft: KeptDraft): Promise<void> {
  await (await drawer()).put('drafts', draft);
}

export async function keptDraft(id: string): Promise<KeptDraft | undefined> {
  return (await drawer()).get('drafts', id);
}

/** Drawings of this account that were never finished. */
export async function keptDrafts(account: number): Promise<KeptDraft[]> {
  return (await (await drawer()).getAll('drafts')).filter((one) => one.account === account);
}

export async function dropDraft(id: string): Promise<void> {
  await (await drawer()).delete('drafts', id);
}

/** Finished: the draft becomes a sending in one step, so that a crash between leaves one of them, never none or both. */
export async function post(sending: Omit<Sending, 'seq' | 'held'>): Promise<void> {
  const db = await drawer();
  const act = db.transaction(['drafts', 'outbox'], 'readwrite', { durability: 'strict' });
  // The store gives the number.
  await act.objectStore('outbox').add({ ...sending, held: null } as Sending);
  await act.objectStore('drafts').delete(sending.draft);
  await act.done;
}

/** What this account has in the row, oldest first. */
export async function waiting(account: number): Promise<Sending[]> {
  return (await (await drawer()).getAll('outbox')).filter((one) => one.account === account);
}

/** The person decided: it is not to be sent any more. */
export async function withdraw(seq: number): Promise<void> {
  await (await drawer()).delete('outbox', seq);
}

export type Flushed = 'done' | 'offline' | 'signed_out';

/** Nobody was there, or they were too busy to listen: the same will go through later. */
const later = ({ status }: Problem): boolean => status === 0 || status === 408 || status === 429 || status >= 500;

/**
 * Sends what waits, in order. What the server refuses is held, and so is everything after it on the same ground, for it was
 * drawn on top of that. A lost network or an ended session leaves all as it is.
 */
export async function flush(account: number, send: (body: Reshape, key: string) => Promise<unknown>): Promise<Flushed> {
  const db = await drawer();
  const held = new Set<string>();
  for (const sending of await waiting(account)) {
    if (sending.held || held.has(sending.draft)) {
      held.add(sending.draft);
      continue;
    }
    try {
      await send(sending.body, sending.key);
      await db.delete('outbox', sending.seq);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.signedOut) return 'signed_out';
      if (later(problem)) return 'offline';
      held.add(sending.draft);
      const { code, status, detail } = problem;
      await db.put('outbox', { ...sending, held: { code, status, detail: detail ?? null } });
    }
  }
  return 'done';
}

/** The draft as a file that any map program reads. */
export function asGeoJson(body: Reshape, names: (id: number | string) => string): string {
  const feature = (id: number | string, geometry: unknown, properties: object) => ({
    type: 'Feature',
    id,
    geometry,
    properties: { name: names(id), ...properties },
  });
  return JSON.stringify({
    type: 'FeatureCollection',
    features: [
      ...body.places.map(({ id, version, geometry }) => feature(id, geometry, { version, drawn: 'changed' })),
      ...body.create.map(({ id, kind, geometry, properties }) =>
        feature(id, geometry, { ...properties, kind, drawn: 'new' }),
      ),
      ...body.retire.map(({ id, version }) => feature(id, null, { version, drawn: 'retired' })),
    ],
  });
}
