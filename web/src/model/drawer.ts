import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { MultiPolygon, Polygon } from 'geojson';
import type { Me, Place, PlaceKind, Reshape } from '../api';
import { DRAWING, wipeDrawing } from './kept';

/**
 * The drawer of this device 本机存储: what is drawn here, what waits to be sent, and what the desk needs to open without a
 * network. It goes when its owner signs out. Where a login only ended, who they are and what lives on their ground goes too,
 * but what they drew waits for them, and nobody else is shown it.
 */

/** What a drawing begins with: exact outlines as the server gave them, never tiles. */
export interface Loaded {
  parent: Place;
  kind: PlaceKind;
  children: readonly Place[];
  buildings: readonly Place[];
  compounds: readonly Place[];
}

/** An outline that a drawing began from. */
export interface Basis {
  id: number;
  version: number;
  name: string;
  geometry: Polygon | MultiPolygon;
}

/** A drawing in progress 草稿, one for each parent and kind. */
export interface KeptDraft {
  id: string;
  account: number;
  /** By the clock of the device, which may be off: shown, never counted on. */
  at: number;
  title: string;
  /** What would be sent now. */
  body: Reshape;
  /** What it was drawn on, to be compared with what others made of it meanwhile. */
  base: readonly Basis[];
}

/** A finished drawing on its way to the server. */
export interface Sending {
  /** Its place in the row. */
  seq: number;
  /** The same on every try, so that the server carries it out once. */
  key: string;
  account: number;
  draft: string;
  title: string;
  at: number;
  body: Reshape;
  base: readonly Basis[];
  /** Refused: it waits for the person who drew it to decide. */
  held: { code: string; status: number; detail: string | null } | null;
}

/** The ground of a drawing as it was last read. */
export interface KeptGround {
  id: string;
  at: number;
  loaded: Loaded;
}

/** Who was let in here last; without a network nobody else can say. */
export interface KeptPerson {
  id: 'me';
  me: Me;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: KeptDraft };
  outbox: { key: number; value: Sending };
  grounds: { key: string; value: KeptGround };
  people: { key: string; value: KeptPerson };
}

const VERSION = 2;
/** So many grounds are kept, the last ones opened: each may be megabytes, and a worker has one or two. */
const GROUNDS_MAX = 4;

/** A drawing's name on this device: whose it is, and of what ground. */
export const draftId = (account: number, parent: number, kind: string): string => `${account}/${parent}/${kind}`;

export function groundOf(id: string): { parent: number; kind: PlaceKind } {
  const [, parent, kind] = id.split('/');
  return { parent: Number(parent), kind: kind as PlaceKind };
}

let opening: Promise<IDBPDatabase<Schema>> | null = null;

export function drawer(): Promise<IDBPDatabase<Schema>> {
  const fresh = () => {
    opening = null;
  };
  opening ??= openDB<Schema>(DRAWING, VERSION, {
    upgrade(db) {
      for (const store of ['drafts', 'grounds', 'people'] as const) {
        if (!db.objectStoreNames.contains(store)) db.createObjectStore(store, { keyPath: 'id' });
      }
      if (!db.objectStoreNames.contains('outbox')) {
        db.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
      }
    },
    // Somebody signs out, here or in another tab: what is held open must not stand in the way of the wipe.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      fresh();
    },
    terminated: fresh,
  });
  opening.catch(fresh);
  return opening;
}

export async function keepGround(id: string, loaded: Loaded): Promise<void> {
  const db = await drawer();
  await db.put('grounds', { id, at: Date.now(), loaded });
  const all = await db.getAll('grounds');
  const old = all.sort((a, b) => b.at - a.at).slice(GROUNDS_MAX);
  for (const { id } of old) await db.delete('grounds', id);
}

export async function keptGround(id: string): Promise<KeptGround | undefined> {
  return (await drawer()).get('grounds', id);
}

export async function keepMe(me: Me): Promise<void> {
  const before = await keptMe();
  if (before && before.account.id !== me.account.id) await wipePersonal();
  await (await drawer()).put('people', { id: 'me', me });
}

export async function keptMe(): Promise<Me | undefined> {
  return (await (await drawer()).get('people', 'me'))?.me;
}

/**
 * The server knows this person no more, or does not say yet whether it does: who they are and what lives on their ground is
 * taken off the device. What they drew stays for them, outlines and nothing else.
 */
export async function wipePersonal(): Promise<void> {
  const db = await drawer();
  await Promise.all([db.clear('people'), db.clear('grounds')]);
}

/** Whoever signs out leaves nothing here. Drawings of another, whose login only ended, are not theirs to throw away. */
export async function clearOut(account: number): Promise<void> {
  await wipePersonal();
  const db = await drawer();
  const own = ({ account: whose }: { account: number }) => whose === account;
  for (const { id } of (await db.getAll('drafts')).filter(own)) await db.delete('drafts', id);
  for (const { seq } of (await db.getAll('outbox')).filter(own)) await db.delete('outbox', seq);
  if ((await db.count('drafts')) + (await db.count('outbox')) === 0) await wipeDrawing();
}

/** Drawings of this account that reached nobody yet. */
export async function drawnHere(account: number): Promise<number> {
  const db = await drawer();
  const all = [...(await db.getAll('drafts')), ...(await db.getAll('outbox'))];
  return all.filter(({ account: whose }) => whose === account).length;
}
