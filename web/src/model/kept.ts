/**
 * What a tab keeps through a reload and no longer: drafts, and what was opened last. It belongs to whoever is signed in, so
 * signing out wipes it; other tabs have their own.
 */
const PREFIX = 'geju.kept.';

export function keep(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the work on screen is still there, it only does not survive a reload.
  }
}

export function kept(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? 'null');
  } catch {
    return null;
  }
}

export function drop(key: string): void {
  try {
    sessionStorage.removeItem(PREFIX + key);
  } catch {
    // What could not be kept need not be dropped.
  }
}

export function wipeKept(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

/** The store of drawings on this device; see outbox.ts. */
export const DRAWING = 'geju.drawing';

async function hasDrawing(): Promise<boolean> {
  // A browser that does not list its stores may have one.
  const all = await (indexedDB.databases as (() => Promise<IDBDatabaseInfo[]>) | undefined)?.call(indexedDB);
  return !all || all.some(({ name }) => name === DRAWING);
}

/**
 * Does something with the drawer of this device, where it has one: who never drew here does not fetch what opens it. Where
 * storage is forbidden there is none.
 */
export async function withDrawer<T>(use: (drawer: typeof import('./drawer')) => Promise<T>): Promise<T | undefined> {
  try {
    return (await hasDrawing()) ? await use(await import('./drawer')) : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing of what was drawn stays on the device. Whoever holds the store open lets go of it when asked. */
export function wipeDrawing(): Promise<void> {
  return new Promise((done) => {
    try {
      const request = indexedDB.deleteDatabase(DRAWING);
      request.onsuccess = request.onerror = request.onblocked = () => done();
    } catch {
      // Storage is forbidden: nothing was kept.
      done();
    }
  });
}
