import { t, wordFor } from '../../text';
import { a } from '../../text/admin';

/** The word for a field of a file: what the panels call it; a part of a section is told with its section. */
export function fieldWord(field: string): string {
  const own = wordFor(a().field, field);
  if (own !== field) return own;
  return field
    .split('.')
    .map((part) => wordFor(t().field, part))
    .join(' · ');
}
