import { adminEn } from './en/admin';
import { language } from './language.svelte';
import { adminZh, type AdminText } from './zh/admin';

const tables = { zh: adminZh, en: adminEn };

/** The words of the administrator's page: a table of its own, fetched only there. */
export function a(): AdminText {
  return tables[language.now];
}

export type { AdminText };
