import type { Geometry } from 'geojson';
import {
  asProblem,
  isAbandoned,
  server,
  wall as askWall,
  type ChangeEvent,
  type Me,
  type Problem,
  type ResetEvent,
  type WallAnswer,
} from '../../api';
import { WallLink } from './link.svelte';
import { JITTER_MAX_MS, nextNightly } from './nightly';
import { skew } from './span';

/** Figures move by themselves (ages, "usual by now"), so they are read anew also when nothing is heard. */
const READ_EVERY_MS = 30_000;
/** A burst of changes is answered by one reading. */
const FOLLOW_MS = 300;
/** After a reading that failed. */
const AGAIN_MS = 4_000;
/** So long without a successful reading although the link holds: said aloud. */
export const STALE_AFTER_MS = 75_000;
/** How often the night is looked for. */
const NIGHT_LOOK_MS = 30_000;

/** Who draws from the feed itself: the map. */
export interface Follower {
  change(change: ChangeEvent): void;
  reset(reset: ResetEvent): void;
  restored(): void;
}

/** Everything a wall knows about its place, kept up to date by itself. */
export class Wall {
  answer = $state.raw<WallAnswer | null>(null);
  /** When the figures on screen were read, by this screen's clock. */
  readAt = $state<number | null>(null);
  /** Why the last reading failed; null while readings succeed. */
  problem = $state.raw<Problem | null>(null);
  /** How far the server's clock is ahead of this screen's. */
  skew = $state(0);
  /** Whom the ground of the map is owed to. */
  credit = $state('');
  outline = $state.raw<Geometry | null>(null);
  /** The right to look was lost. */
  denied = $state(false);
  readonly link: WallLink;
  /** Set by the map once it stands. */
  follower: Follower | null = null;
  #abort: AbortController | null = null;
  readonly #life = new AbortController();
  #next: ReturnType<typeof setTimeout> | undefined;
  #night: ReturnType<typeof setInterval>;

  constructor(
    readonly place: number,
    readonly me: Me,
    reload: () => void,
  ) {
    this.link = new WallLink(me, {
      change: (change) => {
        this.follower?.change(change);
        if (change.ids.includes(place)) void this.#readGround();
        this.#soon(FOLLOW_MS);
      },
      reset: (reset) => {
        this.follower?.reset(reset);
        void this.#readGround();
        this.#soon(FOLLOW_MS);
      },
      restored: () => {
        this.follower?.restored();
        void this.#readGround();
        this.#soon(0);
      },
      denied: () => (this.denied = true),
      outdated: reload,
    });
    const due = nextNightly(Date.now(), me.scheme.time_zone, Math.random() * JITTER_MAX_MS);
    this.#night = setInterval(() => {
      // Only onto a server that is there: a page that cannot load shows nothing at all.
      if (Date.now() >= due && this.link.state === 'live') reload();
    }, NIGHT_LOOK_MS);
    void this.#readGround();
    this.#soon(0);
  }

  stop(): void {
    this.#life.abort();
    clearTimeout(this.#next);
    clearInterval(this.#night);
    this.#abort?.abort();
    this.link.stop();
  }

  #soon(ms: number): void {
    if (this.#life.signal.aborted) return;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#read(), ms);
  }

  async #read(): Promise<void> {
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    const asked = Date.now();
    try {
      const { answer, serverTime } = await askWall(this.place, signal);
      const answered = Date.now();
      this.answer = answer;
      this.readAt = answered;
      this.skew = skew(serverTime, asked, answered);
      this.problem = null;
      this.#soon(READ_EVERY_MS);
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.problem = asProblem(thrown);
      if (this.problem.signedOut || this.problem.status === 403) this.denied = true;
      this.#soon(AGAIN_MS);
    }
  }

  async #readGround(): Promise<void> {
    try {
      this.credit = (await server.credit()) ?? '';
      const place = await server.place(this.place, this.#life.signal);
      this.outline = place.geometry;
    } catch {
      // The map is framed without it; it is read again when the link is back.
    }
  }
}
