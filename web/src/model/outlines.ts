import type { HistoryItem } from '../api';

/** What drew a place's outline, newest first; the first of them is how it lies now. */
export const outlinesOf = (items: readonly HistoryItem[]): HistoryItem[] =>
  items
    .filter(({ what, fields }) => what === 'created' || fields?.includes('geometry'))
    .sort((one, other) => other.seq - one.seq);
