import { ask } from './request';
import { BASE_LAYERS } from './types';
import type {
  Answer,
  Bbox,
  FiguresList,
  HistoryItem,
  Located,
  LonLat,
  Matter,
  MatterKind,
  Me,
  Place,
  PlaceKind,
  PlaceList,
  Post,
} from './types';

/** The server's doors this page knocks at, one function each. */

export const signIn = (name: string, password: string) =>
  ask<Me>('/api/v1/session', { method: 'POST', body: { name, password } });

export const signOut = () => ask<undefined>('/api/v1/session', { method: 'DELETE' });

export const me = (signal?: AbortSignal) => ask<Me>('/api/v1/me', { signal });

export const changePassword = (old: string, next: string) =>
  ask<undefined>('/api/v1/me/password', { method: 'POST', body: { old, new: next } });

export const searchPlaces = (q: string, limit: number, signal: AbortSignal) =>
  ask<PlaceList>('/api/v1/places', { query: { q, limit, geometry: 'point' }, signal });

export const placesIn = (
  kind: PlaceKind,
  bbox: Bbox,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
  at?: string,
) =>
  ask<PlaceList>('/api/v1/places', {
    query: { kind, bbox: bbox.join(','), limit, cursor, geometry: 'point', at, known: at },
    signal,
  });

/** Whole outlines of one kind, for the few that bound the map. */
export const outlines = (kind: PlaceKind, limit: number, at?: string) =>
  ask<PlaceList>('/api/v1/places', { query: { kind, limit, geometry: 'full', at, known: at } });

export const place = (id: number, signal: AbortSignal) => ask<Place>(`/api/v1/places/${id}`, { signal });

export const figures = (id: number, signal: AbortSignal) => ask<Answer>(`/api/v1/places/${id}/figures`, { signal });

/** The figures of every place of a level; counting a whole city takes a while. */
export const figuresOf = (level: PlaceKind, at: string | undefined, signal: AbortSignal) =>
  ask<FiguresList>('/api/v1/figures', { query: { level, at, known: at }, signal, timeoutMs: 30_000 });

export const history = (id: number, signal: AbortSignal) =>
  ask<{ items: HistoryItem[] }>(`/api/v1/places/${id}/history`, { signal });

export const locate = ([lon, lat]: LonLat, signal: AbortSignal) =>
  ask<Located>('/api/v1/locate', { query: { lon, lat }, signal });

/** Whom the ground of the map is owed to, as TileJSON says it. */
export const credit = async () => (await ask<{ attribution?: string }>(`/tiles/${BASE_LAYERS.join(',')}`)).attribution;

/** The version a change is meant for, as If-Match says it. */
const meant = (epoch: number, version: number) => ({ 'If-Match': `"${epoch}.${version}"` });

/** A request that was sent twice is carried out once. */
const once = () => ({ 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });

export const amend = (place: Place, epoch: number, version: number) =>
  ask<Place>(`/api/v1/places/${place.id}`, { method: 'PUT', body: place, headers: meant(epoch, version) });

/** Checked, nothing to change 核对无误. */
export const confirm = (id: number, epoch: number, version: number) =>
  ask<Place>(`/api/v1/places/${id}/confirm`, { method: 'POST', headers: meant(epoch, version) });

/** Every place of a level inside another, with its figures. */
export const tallies = (level: PlaceKind, within: number, signal: AbortSignal) =>
  ask<FiguresList>('/api/v1/figures', { query: { level, within }, signal });

export const childrenOf = (id: number, kind: PlaceKind, limit: number, signal: AbortSignal) =>
  ask<PlaceList>('/api/v1/places', { query: { kind, parent: id, limit, geometry: 'none' }, signal });

/** The places of a level, wherever they are. */
export const placesOf = (kind: PlaceKind, limit: number) =>
  ask<PlaceList>('/api/v1/places', { query: { kind, limit, geometry: 'none' } });

export const area = (question: unknown, signal: AbortSignal) =>
  ask<Answer>('/api/v1/area', { method: 'POST', body: question, signal });

export const posts = (place: number, signal: AbortSignal) =>
  ask<{ items: Post[] }>('/api/v1/posts', { query: { place }, signal });

export const createPost = (post: { title: string; role: string; place: number }) =>
  ask<Post>('/api/v1/posts', { method: 'POST', body: post, headers: once() });

export const appoint = (post: number, body: { person_name: string; account?: string; from: string }) =>
  ask<Post>(`/api/v1/posts/${post}/appoint`, { method: 'POST', body, headers: once() });

export const vacate = (post: number) => ask<Post>(`/api/v1/posts/${post}/vacate`, { method: 'POST', headers: once() });

interface MatterList {
  features: Matter[];
  next?: string | null;
}

/** Where a kind of matter lives: /api/v1/hazards and so on. */
const doorOf: Record<MatterKind, string> = {
  hazard: '/api/v1/hazards',
  alert: '/api/v1/alerts',
  issue: '/api/v1/issues',
};

export const mattersIn = (
  kind: MatterKind,
  bbox: Bbox,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
) => ask<MatterList>(doorOf[kind], { query: { bbox: bbox.join(','), state: 'open', limit, cursor }, signal });

export const matter = (kind: MatterKind, id: number, signal: AbortSignal) =>
  ask<Matter>(`${doorOf[kind]}/${id}`, { signal });

/** Is anybody there? Open to all and cheap, so it may be asked every few seconds. */
export async function alive(timeoutMs: number): Promise<boolean> {
  const give = new AbortController();
  const timer = setTimeout(() => give.abort(), timeoutMs);
  try {
    const response = await fetch('/healthz', { cache: 'no-store', signal: give.signal });
    return response.ok;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
