import type { DraftState } from './drafts';
import type { ChangeEvent, Hello, ResetEvent } from './types';

/** One line of the feed, as it came off the wire. */
export type FeedLine =
  | { kind: 'hello'; data: Hello }
  | { kind: 'change'; id: string; data: ChangeEvent }
  | { kind: 'reset'; id: string; data: ResetEvent }
  | { kind: 'draft'; data: DraftEvent };

/** Where a draft 草案 stands now. It is no part of the map's past: nothing is resumed from it. */
export interface DraftEvent {
  id: number;
  state: DraftState;
  version: number;
}

export interface OpenFeed {
  close(): void;
}

/**
 * Opens the live feed. `since` resumes after that event. The browser's own retrying is not used (it hides why it failed and
 * waits as it likes): the first error closes, and whoever opened decides when to try again.
 */
export function openFeed(since: string | null, heard: (line: FeedLine) => void, cut: () => void): OpenFeed {
  const source = new EventSource(since ? `/api/v1/feed?last_event_id=${encodeURIComponent(since)}` : '/api/v1/feed');
  const read = (kind: FeedLine['kind']) => (event: MessageEvent<string>) => {
    try {
      heard({ kind, id: event.lastEventId, data: JSON.parse(event.data) } as FeedLine);
    } catch {
      // A line we cannot read may hide a change: start over from the last one understood.
      source.close();
      cut();
    }
  };
  for (const kind of ['hello', 'change', 'reset', 'draft'] as const) source.addEventListener(kind, read(kind));
  source.onerror = () => {
    source.close();
    cut();
  };
  return { close: () => source.close() };
}
