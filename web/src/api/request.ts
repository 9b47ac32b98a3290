import { bearer } from './bearer';
import { asProblem, isAbandoned, Problem } from './problem';

/** A person waits this long for an answer before we say that there is none. */
const TIMEOUT_MS = 15_000;

type Query = Record<string, string | number | undefined>;

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  headers?: Record<string, string>;
}

function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Both signals in one; AbortSignal.any is younger than the browsers we serve. */
function eitherOf(signal: AbortSignal | undefined, timeoutMs: number): { signal: AbortSignal; done: () => void } {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
  const follow = () => own.abort(signal?.reason);
  if (signal?.aborted) follow();
  signal?.addEventListener('abort', follow);
  return {
    signal: own.signal,
    done: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', follow);
    },
  };
}

async function refusal(response: Response): Promise<Problem> {
  const wait = Number(response.headers.get('Retry-After'));
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed !== null && typeof parsed === 'object') body = parsed as Record<string, unknown>;
  } catch {
    // A proxy's page instead of a problem document: the status alone has to speak.
  }
  const code = typeof body['code'] === 'string' ? body['code'] : '';
  return new Problem(code, response.status, body, Number.isFinite(wait) && wait > 0 ? wait : undefined);
}

/** Asks the server for an answer that is no refusal; throws a Problem, or the AbortError of a signal the caller gave. */
export async function answerTo<T>(path: string, asked: Ask, read: (response: Response) => Promise<T>): Promise<T> {
  const { method = 'GET', query, body, signal, timeoutMs, headers: more } = asked;
  const either = eitherOf(signal, timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { Accept: 'application/json', ...bearer.headers, ...more };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    const response = await fetch(address(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      signal: either.signal,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw await refusal(response);
    return await read(response);
  } catch (thrown) {
    if (isAbandoned(thrown)) throw thrown;
    // An aborted fetch may throw the signal's reason or a plain AbortError, depending on the browser.
    throw asProblem(either.signal.aborted && !signal?.aborted ? either.signal.reason : thrown);
  } finally {
    either.done();
  }
}

/** Asks the server; throws a Problem, or the AbortError of a signal the caller gave. */
export const ask = <T>(path: string, asked: Ask = {}): Promise<T> =>
  answerTo(path, asked, async (response) => (response.status === 204 ? undefined : await response.json()) as T);
