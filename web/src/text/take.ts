import { takeEn } from './en/take';
import { language } from './language.svelte';
import { takeZh, type TakeText } from './zh/take';

const tables = { zh: takeZh, en: takeEn };

/** The words of the export dialog: a table of its own, fetched only with it. */
export const x = (): TakeText => tables[language.now];
