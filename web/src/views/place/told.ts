import type { HistoryItem } from '../../api';
import { actorName } from '../../model/actor';
import { t, wordFor } from '../../text';

/** What a Change did to a place, and to which of its fields. */
export const whatOf = ({ what, fields }: HistoryItem): { what: string; fields: string } => ({
  what: wordFor(t().change, what),
  fields: (fields ?? []).map((name) => wordFor(t().edit.fields, name)).join(t().list.between),
});

export const whoOf = ({ post, actor }: HistoryItem): string =>
  [post, actor && actorName(actor)].filter(Boolean).join(' ');
