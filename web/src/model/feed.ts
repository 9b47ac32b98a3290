import type { ChangeEvent, DraftEvent, FeedLine, ResetEvent } from '../api';

/**
 * The live link as a pure machine: what was heard goes in, what to do comes out. Every tab runs it; only the tab that
 * leads has a wire to the server, the others hear the same inputs from it.
 */
export type Phase = 'connecting' | 'live' | 'lost' | 'denied';

export interface Link {
  phase: Phase;
  /** Event id "<epoch>.<seq>" up to which everything was seen. */
  since: string | null;
  build: string | null;
  lostAt: number | null;
  attempts: number;
}

export type Input =
  | FeedLine
  /** The wire broke, or nobody answers although it looks whole. */
  | { kind: 'cut'; at: number }
  | { kind: 'retry' }
  | { kind: 'denied' };

export type Effect =
  | { do: 'connect'; since: string | null }
  | { do: 'hang_up' }
  | { do: 'wait'; ms: number }
  | { do: 'apply'; change: ChangeEvent }
  | { do: 'reset'; reset: ResetEvent }
  | { do: 'tell'; draft: DraftEvent }
  | { do: 'restored' }
  | { do: 'reload' };

export const begin = (since: string | null, build: string | null): Link => ({
  phase: 'connecting',
  since,
  build,
  lostAt: null,
  attempts: 0,
});

const WAIT_FIRST_MS = 300;
/** A lost wall must come back soon after the server does; 5,000 screens at one try per 4 s are still no load. */
const WAIT_MAX_MS = 4_000;

export const waitBefore = (attempt: number): number => Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** attempt);

interface EventId {
  epoch: number;
  seq: number;
}

export function readEventId(text: string | null): EventId | null {
  const match = /^(\d+)\.(\d+)$/.exec(text ?? '');
  return match ? { epoch: Number(match[1]), seq: Number(match[2]) } : null;
}

/** A replayed event we already have: resuming may send the last one twice. */
function isOld(id: string, since: string | null): boolean {
  const heard = readEventId(id);
  const known = readEventId(since);
  return heard !== null && known !== null && heard.epoch === known.epoch && heard.seq <= known.seq;
}

export function step(link: Link, input: Input): { link: Link; effects: Effect[] } {
  switch (input.kind) {
    case 'hello': {
      const { build, epoch, head } = input.data;
      if (link.build !== null && link.build !== build) return { link, effects: [{ do: 'reload' }] };
      const effects: Effect[] = [];
      let since = link.since ?? `${epoch}.${head}`;
      const known = readEventId(since);
      // Another epoch (a restore), or a head behind what we saw: our past is not this server's past.
      if (known && (known.epoch !== epoch || known.seq > head)) {
        since = `${epoch}.${head}`;
        effects.push({ do: 'reset', reset: { reason: 'other_past' } });
      }
      if (link.phase === 'lost') effects.push({ do: 'restored' });
      return { link: { phase: 'live', since, build, lostAt: null, attempts: 0 }, effects };
    }
    case 'change':
      if (isOld(input.id, link.since)) return { link, effects: [] };
      return { link: { ...link, since: input.id || link.since }, effects: [{ do: 'apply', change: input.data }] };
    case 'reset':
      return { link: { ...link, since: input.id || link.since }, effects: [{ do: 'reset', reset: input.data }] };
    case 'draft':
      return { link, effects: [{ do: 'tell', draft: input.data }] };
    case 'cut':
      if (link.phase === 'denied') return { link, effects: [{ do: 'hang_up' }] };
      return {
        link: { ...link, phase: 'lost', lostAt: link.lostAt ?? input.at, attempts: link.attempts + 1 },
        effects: [{ do: 'hang_up' }, { do: 'wait', ms: waitBefore(link.attempts) }],
      };
    case 'retry':
      return link.phase === 'denied'
        ? { link, effects: [] }
        : { link, effects: [{ do: 'connect', since: link.since }] };
    case 'denied':
      return { link: { ...link, phase: 'denied' }, effects: [{ do: 'hang_up' }] };
  }
}
