import type { FeatureCollection } from 'geojson';
import { ask } from './request';
import { server, type Bbox, type LonLat, type Post } from './index';

/** A place as an account names it: older servers send the bare id. */
export type Named = number | { id: number; name: string | null };

export interface Account {
  id: number;
  name: string;
  display_name: string | null;
  role: string;
  places: Named[];
  disabled: boolean;
  must_change_password: boolean;
  created_at: string;
  last_seen_at?: string | null;
}

export interface Token {
  name: string;
  role: string;
  places: Named[];
  created_at: string;
  last_seen_at?: string | null;
  last_seen?: string | null;
}

export interface NewAccount {
  name: string;
  display_name: string;
  role: string;
  places: number[];
  password: string;
}

export interface ChangeLine {
  seq: number;
  at: string;
  actor: string;
  cause: string;
  source?: string | null;
  kind: string;
  count: number;
  counts: Record<string, number>;
  layers: string[];
  envelope?: Bbox | null;
  undoable: boolean;
  /** It says nothing but that an archive was checked. */
  confirms?: boolean;
  undoes?: number;
  undone_by?: number;
  why?: string;
}

export interface AuditLine {
  id: number;
  at: string;
  actor: string | null;
  role: string | null;
  what: string;
  on: string | null;
  detail?: string;
  address?: string;
}

export interface Settings {
  build: string;
  version: string;
  store: string;
  ledger: string;
  epoch: number;
  head: number;
  started_at: string;
  listen: string;
  data: string;
  backup: { every: number | null; keep: number | null; last_at: string | null };
  scheme: string;
  limits: Record<string, number>;
  store_bytes: number | null;
  changes: number;
}

export interface LayerCount {
  read: number;
  new: number;
  changed: number;
  unchanged: number;
  retired: number;
  left_out: number;
}

export interface ImportFinding {
  file: string;
  layer?: string;
  index?: number;
  source_id?: string;
  position?: string;
  severity: 'block' | 'warn' | 'note';
  code: string;
  what: string;
  at?: LonLat;
  mend?: string;
}

export interface ImportReport {
  files: {
    file: string;
    format: string;
    crs?: string;
    encoding?: string;
    layers?: string[];
    other_layers?: string[];
    columns_used?: Record<string, string>;
    columns_unused?: string[];
  }[];
  layers: Record<string, LayerCount>;
  findings: ImportFinding[];
  counts: Record<string, number>;
  differences?: { layer: string; id: number; code?: string; name: string; retired: boolean; fields?: string[] }[];
  repairs?: Record<string, number>;
  blocked: number;
  refusal?: string | null;
  dry_run: boolean;
  seq?: number | null;
  /** Only from servers that can show what comes in before it does. */
  preview?: FeatureCollection & { bbox?: Bbox | null; numberMatched?: number };
  columns?: { column: string; sample: string[]; field: string | null }[];
  fields?: string[];
}

const once = () => ({ 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
const named = (name: string) => encodeURIComponent(name);

export const accounts = async () => (await ask<{ items: Account[] }>('/api/v1/accounts')).items;

export const addAccount = (account: NewAccount) =>
  ask<Account>('/api/v1/accounts', { method: 'POST', body: account, headers: once() });

export const changeAccount = (
  name: string,
  change: { role?: string; places?: number[]; disabled?: boolean; display_name?: string },
) => ask<Account>(`/api/v1/accounts/${named(name)}`, { method: 'PUT', body: change });

export const resetPassword = (name: string, next: string) =>
  ask<undefined>(`/api/v1/accounts/${named(name)}/password`, { method: 'POST', body: { new: next } });

export const tokens = async () => (await ask<{ items: Token[] }>('/api/v1/tokens')).items;

export const addToken = (token: { name: string; role: string; places: number[] }) =>
  ask<Token & { token: string }>('/api/v1/tokens', { method: 'POST', body: token });

export const revokeToken = (name: string) => ask<undefined>(`/api/v1/tokens/${named(name)}`, { method: 'DELETE' });

export const changes = async (limit: number, before?: number) =>
  (await ask<{ items: ChangeLine[] }>('/api/v1/changes', { query: { limit, before } })).items;

export const undo = (seq: number) =>
  ask<{ seq: number }>(`/api/v1/changes/${seq}/undo`, { method: 'POST', headers: once(), timeoutMs: UNDO_TIMEOUT_MS });

export const audit = (limit: number, before?: number) =>
  ask<{ items: AuditLine[]; next?: number }>('/api/v1/audit', { query: { limit, before } });

export const settings = () => ask<Settings>('/api/v1/settings');

export const allPosts = async () => (await ask<{ items: Post[] }>('/api/v1/posts')).items;

/** Taking an import of a whole district back is as much work as bringing it in. */
const UNDO_TIMEOUT_MS = 120_000;

/** Names of places by id, as far as they are in force; a few at a time, so that the page stays quick for others. */
export async function namesOfPlaces(ids: readonly number[], signal: AbortSignal): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const left = [...new Set(ids)];
  const take = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined && !signal.aborted; id = left.pop()) {
      try {
        found.set(id, (await server.place(id, signal)).properties.name);
      } catch {
        // Retired meanwhile: its number has to do.
      }
    }
  };
  await Promise.all([take(), take(), take()]);
  return found;
}
