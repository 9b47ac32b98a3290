import { drawEn } from './en/draw';
import { language } from './language.svelte';
import { drawZh, type DrawText } from './zh/draw';

const tables = { zh: drawZh, en: drawEn };

/** The words of the drawing desk: a table of its own, fetched only with it. */
export const d = (): DrawText => tables[language.now];
