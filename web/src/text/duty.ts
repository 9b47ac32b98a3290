import { dutyEn } from './en/duty';
import { language } from './language.svelte';
import { dutyZh, type DutyText } from './zh/duty';

const tables = { zh: dutyZh, en: dutyEn };

/** The words of posts, hand-over and rights: a table of its own, fetched only with them. */
export const o = (): DutyText => tables[language.now];
