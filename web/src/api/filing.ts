import type { Draft } from './drafts';
import { sendFile, type Progress, type Transfer } from './transfer';
import type { PlaceKind } from './types';

/** What a file of boundaries is to become. */
export interface FileWish {
  /** The place whose ground it divides. */
  parent: number;
  /** What its boundaries are. */
  kind: PlaceKind;
  title: string;
  /** Its coordinate system; empty where the file says so itself. */
  crs: string;
}

/** Makes a draft of a file 导入为草案. Sent twice under one key it makes one draft. */
export function fileDraft(file: File, wish: FileWish, key: string, sent: Progress): Transfer<Draft> {
  const search = new URLSearchParams({
    from: 'file',
    parent: String(wish.parent),
    kind: wish.kind,
    name: file.name,
    title: wish.title,
  });
  if (wish.crs) search.set('crs', wish.crs);
  return sendFile<Draft>(`/api/v1/drafts?${search}`, file, sent, { 'Idempotency-Key': key });
}
