import { reviewEn } from './en/review';
import { language } from './language.svelte';
import { reviewZh, type ReviewText } from './zh/review';

const tables = { zh: reviewZh, en: reviewEn };

/** The words of drafts: a table of its own, fetched only with them. */
export const r = (): ReviewText => tables[language.now];
