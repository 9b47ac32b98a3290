import { fill } from './fill';
import { wait } from './format';
import type { Text } from './zh';

/** What a refusal carries that words can be made of. */
export interface Refused {
  code: string;
  status: number;
  detail?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

/** A refusal in the reader's words: by code, else by kind of failure, else in the server's own sentence. */
export function problemWords(problem: Refused, text: Text, locale: string): string {
  const words = text.problem as Record<string, string | undefined>;
  const known = words[problem.code];
  if (known !== undefined && problem.code !== 'unknown') {
    return fill(known, { wait: wait(problem.retryAfterSeconds ?? 60, locale) });
  }
  if (problem.status === 401) return text.problem.not_signed_in;
  if (problem.status === 403) return text.problem.forbidden;
  if (problem.status === 429 || problem.status === 503) return text.problem.busy;
  if (problem.status >= 500) return text.problem.server;
  if (problem.detail) return problem.detail;
  if (problem.status === 404) return text.problem.not_found;
  return fill(text.problem.unknown, { code: problem.code || problem.status });
}

/** The word for a value of an open list (a category, a state); a value we have no word for is shown as it is. */
export function wordFor(table: Record<string, string>, value: string): string {
  return Object.hasOwn(table, value) ? (table[value] ?? value) : value;
}
