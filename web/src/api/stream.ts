import { bearer } from './bearer';
import type { FeedLine, OpenFeed } from './feed';
import { asProblem, Problem } from './problem';

/** One event of a stream of server-sent events; a comment (the heartbeat) has no data. */
export interface StreamEvent {
  event: string;
  id: string;
  data: string | null;
}

/** Reads server-sent events out of whatever pieces the network delivers. */
export class EventReader {
  #rest = '';
  #id = '';

  push(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).replace(/\r\n?/g, '\n').split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.filter((block) => block !== '').map((block) => this.#read(block));
  }

  #read(block: string): StreamEvent {
    let event = 'message';
    let data: string | null = null;
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      else if (field === 'id') this.#id = value;
      else if (field === 'data') data = data === null ? value : `${data}\n${value}`;
    }
    return { event, id: this.#id, data };
  }
}

const isFeedLine = (event: string): event is FeedLine['kind'] =>
  event === 'hello' || event === 'change' || event === 'reset';

export interface StreamEars {
  heard(line: FeedLine): void;
  /** Anything came at all, be it a heartbeat. */
  beat(): void;
  /** Once, when it broke, with the reason where there was one. */
  cut(why: Problem | null): void;
}

/** The live feed over fetch: an EventSource cannot carry a token in a header, and does not tell why it broke. */
export function openStream(since: string | null, { heard, beat, cut }: StreamEars): OpenFeed {
  const give = new AbortController();
  const run = async () => {
    const headers = { ...bearer.headers, ...(since === null ? {} : { 'Last-Event-ID': since }) };
    const response = await fetch('/api/v1/feed', {
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: give.signal,
    });
    if (!response.ok || !response.body) throw new Problem('', response.status);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const events = new EventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      beat();
      for (const { event, id, data } of events.push(decoder.decode(value, { stream: true }))) {
        // A line we cannot read may hide a change: it throws, and we start over from the last one understood.
        if (data !== null && isFeedLine(event)) heard({ kind: event, id, data: JSON.parse(data) } as FeedLine);
      }
    }
  };
  run().then(
    () => {
      if (!give.signal.aborted) cut(null);
    },
    (thrown: unknown) => {
      if (!give.signal.aborted) cut(asProblem(thrown));
      give.abort();
    },
  );
  return { close: () => give.abort() };
}
