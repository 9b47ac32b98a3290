import type { Problem } from '../../api';
import type { AdminText } from '../../text/admin';
import { wordFor } from '../../text';

/** What a refusal says about one field of a form, in words; empty when it says nothing about it. */
export function complaintAbout(problem: Problem | null, field: string, words: AdminText): string {
  if (!problem) return '';
  const direct = FIELD_OF[problem.code];
  if (direct === field) return wordFor(words.complaint, problem.code);
  const findings = problem.body['findings'];
  if (!Array.isArray(findings)) return '';
  for (const finding of findings as { path?: string; code?: string; message?: string }[]) {
    if (finding.path !== field) continue;
    const word = wordFor(words.complaint, finding.code ?? '');
    return word === (finding.code ?? '') ? (finding.message ?? word) : word;
  }
  return '';
}

/** Refusals that are about one field although they do not name it. */
const FIELD_OF: Record<string, string | undefined> = { weak_password: 'password', name_taken: 'name' };

/** Is the refusal told at its field, so that it need not be told again above the form? */
export const toldAtFields = (problem: Problem | null, fields: readonly string[], words: AdminText): boolean =>
  fields.some((field) => complaintAbout(problem, field, words) !== '');
