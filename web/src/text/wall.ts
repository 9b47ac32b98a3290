import { wallEn } from './en/wall';
import { language } from './language.svelte';
import { wallZh, type WallText } from './zh/wall';

const tables = { zh: wallZh, en: wallEn };

/** The words of a wall in the language on screen: a table of its own, fetched only by screens that are walls. */
export function w(): WallText {
  return tables[language.now];
}

export type { WallText };
