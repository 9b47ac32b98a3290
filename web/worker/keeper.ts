/**
 * The keeper 离线外壳: a service worker that keeps the page itself, so that it opens where there is no network. It keeps the
 * document and files whose names carry a hash of their content, and nothing else: no answer of the interface, no tile, nothing
 * about anybody. The network is asked first for the document, so a new version is seen as soon as it is there.
 */

interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: 'install' | 'activate', heard: (event: Waits) => void): void;
  addEventListener(name: 'fetch', heard: (event: Asked) => void): void;
}
const scope = self as unknown as Scope;

/** Written here when the page is built: what is fetched beforehand, and what is kept once it was needed (fonts by their ranges). */
declare const SHELL: readonly string[];
declare const LATER: readonly string[];

const CACHE = 'geju.shell';
const DOCUMENT = '/';
/** On a bad network the kept page opens after this; whatever is new is there the next time. */
const PATIENCE_MS = 5_000;

const beforehand = new Set(SHELL);
const known = new Set([...SHELL, ...LATER]);

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll([...beforehand].filter((path) => !kept.has(path)));
  // The document last: it never names a file that is not there.
  await cache.add(new Request(DOCUMENT, { cache: 'no-cache' }));
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== DOCUMENT && !known.has(pathname)) await cache.delete(request);
  }
  await scope.clients.claim();
}

const kept = async (path: string): Promise<Response | undefined> => (await caches.open(CACHE)).match(path);

async function file(path: string, request: Request): Promise<Response> {
  const there = await kept(path);
  if (there) return there;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(path, answer.clone());
  return answer;
}

async function page(request: Request): Promise<Response> {
  const patience = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE_MS));
  const asked = fetch(request);
  const answer = await Promise.race([asked, patience]).catch(() => null);
  if (answer && answer.status < 500) return answer;
  return (await kept(DOCUMENT)) ?? answer ?? asked;
}

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  // The wall and the administrator's page go straight to the server: they are of no use without it.
  if (request.mode === 'navigate') {
    if (pathname === DOCUMENT) event.respondWith(page(request));
  } else if (known.has(pathname)) event.respondWith(file(pathname, request));
});

export {};
