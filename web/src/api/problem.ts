import type { Finding } from './types';

/** A request that did not succeed: the server's refusal (RFC 9457), or the way there was cut. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The whole problem document, for what some refusals carry beside (the last version of a retired place). */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, body: Record<string, unknown> = {}, retryAfterSeconds?: number) {
    super(`${code} (${status})`);
    this.name = 'Problem';
    this.code = code;
    this.status = status;
    this.body = body;
    this.detail = typeof body['detail'] === 'string' ? body['detail'] : undefined;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What has to be mended, field by field. */
  get findings(): Finding[] {
    const list = this.body['findings'];
    return Array.isArray(list) ? (list as Finding[]) : [];
  }

  /** Nobody was there: no answer came at all, or one from whoever stands before a server that is away. */
  get unreached(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** Anything thrown, as a Problem, so that every failure has words. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') return new Problem('timeout', 0);
  if (thrown instanceof TypeError) return new Problem('unreachable', 0);
  return new Problem('unreadable', 0, { detail: String(thrown) });
}

/** True for a request we gave up ourselves because nobody waits for it any more. */
export function isAbandoned(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
