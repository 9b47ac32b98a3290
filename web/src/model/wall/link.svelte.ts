import { openStream, Problem, server, type ChangeEvent, type OpenFeed, type ResetEvent } from '../../api';
import { begin, step, type Effect, type Input, type Link } from '../feed';

/** A silent loss (a pulled cable) must show within 5 s: ask every 1.5 s, wait 2 s for the answer. */
const PROBE_EVERY_MS = 1_500;
const PROBE_TIMEOUT_MS = 2_000;
/** A connection that does not open in this time (a dead line keeps browsers waiting for minutes) is tried anew. */
const HELLO_WITHIN_MS = 8_000;
/** The server says something every 15 s: a stream silent for longer than two of them is dead, whatever the browser thinks. */
const SILENT_MAX_MS = 40_000;

export interface Heard {
  change(change: ChangeEvent): void;
  reset(reset: ResetEvent): void;
  restored(): void;
  /** The token was revoked or the session ended. */
  denied(): void;
  /** The server runs another build of the program. */
  outdated(): void;
}

/**
 * The link of a wall: the same machine as the map page's, over a stream that carries the screen's token. A wall is its
 * browser's only page, so it needs no leader among tabs.
 */
export class WallLink {
  #link = $state<Link>(begin(null, null));
  #unreached = $state<number | null>(null);
  #wire: OpenFeed | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #running = true;

  constructor(
    { epoch, head, build }: { epoch: number; head: number; build: string },
    private readonly heard: Heard,
  ) {
    this.#link = begin(`${epoch}.${head}`, build);
    this.#take({ kind: 'retry' });
    void this.#probe();
  }

  get state(): 'connecting' | 'live' | 'lost' | 'denied' {
    return this.#unreached !== null && this.#link.phase !== 'denied' ? 'lost' : this.#link.phase;
  }

  /** When the link was lost; null while it holds. */
  get lostAt(): number | null {
    return this.#unreached ?? this.#link.lostAt;
  }

  stop(): void {
    this.#running = false;
    this.#hangUp();
  }

  #take(input: Input): void {
    if (!this.#running) return;
    if (input.kind === 'hello' || input.kind === 'change' || input.kind === 'reset') {
      this.#heardAt = Date.now();
      this.#unreached = null;
    }
    const { link, effects } = step(this.#link, input);
    this.#link = link;
    for (const effect of effects) this.#carryOut(effect);
    if (input.kind === 'denied') this.heard.denied();
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'connect':
        this.#hangUp();
        this.#expectWithin(HELLO_WITHIN_MS);
        this.#wire = openStream(effect.since, {
          heard: (line) => this.#take(line),
          beat: () => this.#expectWithin(SILENT_MAX_MS),
          cut: (why) => this.#cut(why),
        });
        return;
      case 'hang_up':
        this.#hangUp();
        return;
      case 'wait':
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#take({ kind: 'retry' }), effect.ms);
        return;
      case 'apply':
        this.heard.change(effect.change);
        return;
      case 'reset':
        this.heard.reset(effect.reset);
        return;
      case 'restored':
        this.heard.restored();
        return;
      case 'reload':
        this.heard.outdated();
    }
  }

  #cut(why: Problem | null): void {
    this.#take({ kind: 'cut', at: Date.now() });
    if (why?.signedOut || why?.status === 403) this.#take({ kind: 'denied' });
  }

  #expectWithin(ms: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#cut(null), ms);
  }

  #hangUp(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#wire?.close();
    this.#wire = null;
  }

  async #probe(): Promise<void> {
    while (this.#running) {
      await new Promise((wake) => setTimeout(wake, PROBE_EVERY_MS));
      const asked = Date.now();
      const alive = await server.alive(PROBE_TIMEOUT_MS);
      if (!this.#running || this.#heardAt > asked) continue;
      if (alive) this.#unreached = null;
      else if (this.#link.phase === 'live') this.#take({ kind: 'cut', at: asked });
      else this.#unreached ??= asked;
    }
  }
}
