import { language } from './language.svelte';
import { findingsZh } from './zh/findings';

/** A finding in the reader's words, and the server's own sentence beside it where that says more: which one, how far. */
export function findingWords(code: string, sentence: string): { words: string; detail: string } {
  const words = language.now === 'zh' && Object.hasOwn(findingsZh, code) ? findingsZh[code] : undefined;
  return words === undefined ? { words: sentence, detail: '' } : { words, detail: sentence };
}
