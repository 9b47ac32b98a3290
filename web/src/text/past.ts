import { pastEn } from './en/past';
import { language } from './language.svelte';
import { pastZh, type PastText } from './zh/past';

const tables = { zh: pastZh, en: pastEn };

/** The words of the outlines a place had: a table of its own, fetched only with them. */
export const p = (): PastText => tables[language.now];
