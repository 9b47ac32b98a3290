import { filingEn } from './en/filing';
import { language } from './language.svelte';
import { filingZh, type FilingText } from './zh/filing';

const tables = { zh: filingZh, en: filingEn };

/** The words of a file of boundaries that becomes a draft: a table of its own, fetched only with them. */
export const f = (): FilingText => tables[language.now];
