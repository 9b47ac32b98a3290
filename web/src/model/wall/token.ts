/**
 * The token of a screen: given once after '#' (a fragment is sent to nobody), kept by this screen, and taken out of the
 * address bar, where a photograph of the wall would show it.
 */
const KEY = 'geju.wall.token';
const DATABASE = 'geju.wall';
const STORE = 'kept';

/** What the fragment carries, and the fragment without it. */
export function takeToken(hash: string): { token: string | null; rest: string } {
  const search = new URLSearchParams(hash.replace(/^#/, ''));
  const token = search.get('token')?.trim();
  search.delete('token');
  const rest = search.toString();
  return { token: token ? token : null, rest: rest === '' ? '' : `#${rest}` };
}

function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  return new Promise((found) => {
    const failed = () => found(null);
    try {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onerror = failed;
      opening.onblocked = failed;
      opening.onsuccess = () => {
        const database = opening.result;
        const transaction = database.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => {
          database.close();
          found(request.result);
        };
        transaction.onabort = () => {
          database.close();
          failed();
        };
      };
    } catch {
      // Storage may be forbidden; the screen then needs its token at each start.
      failed();
    }
  });
}

/** Kept for this tab at once, and in the browser's database for after a power cut. */
export async function keepToken(token: string): Promise<void> {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // The database below may still take it.
  }
  await inStore('readwrite', (store) => store.put(token, KEY));
}

export async function keptToken(): Promise<string | null> {
  try {
    const here = sessionStorage.getItem(KEY);
    if (here) return here;
  } catch {
    // Asked of the database instead.
  }
  const kept = await inStore<unknown>('readonly', (store) => store.get(KEY));
  return typeof kept === 'string' ? kept : null;
}

export async function forgetToken(): Promise<void> {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // What could not be kept need not be forgotten.
  }
  await inStore('readwrite', (store) => store.delete(KEY));
}
