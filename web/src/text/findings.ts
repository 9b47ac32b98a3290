import { language } from './language.svelte';
import { findingsZh, mendsZh } from './zh/findings';

/** A finding in the reader's words, and the server's own sentence beside it where that says more: which one, how far. */
export function findingWords(code: string, sentence: string): { words: string; detail: string } {
  const words = language.now === 'zh' && Object.hasOwn(findingsZh, code) ? findingsZh[code] : undefined;
  return words === undefined ? { words: sentence, detail: '' } : { words, detail: sentence };
}

/** How to mend a finding: in Chinese in the page's own words, else as the server says it. */
export const mendWords = (code: string, sentence: string | undefined): string =>
  (language.now === 'zh' && Object.hasOwn(mendsZh, code) ? mendsZh[code] : undefined) ?? sentence ?? '';
