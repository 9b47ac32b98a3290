import { openFeed, server, type ChangeEvent, type DraftEvent, type Me, type OpenFeed, type ResetEvent } from '../api';
import { begin, step, type Effect, type Input, type Link } from './feed';

/** A silent loss (a pulled cable) must show within 5 s: ask every 1.5 s, wait 2 s for the answer. */
const PROBE_EVERY_MS = 1_500;
const PROBE_TIMEOUT_MS = 2_000;

/** One EventSource per browser: browsers allow six connections per server, and a clerk opens ten tabs. */
const CHANNEL = 'geju.feed';
const LOCK = 'geju.feed';

type Message = { say: 'input'; input: Input } | { say: 'who' } | { say: 'account_changed' };

interface Listener {
  change?(change: ChangeEvent): void;
  reset?(reset: ResetEvent): void | Promise<void>;
  draft?(draft: DraftEvent): void;
  restored?(): void;
  denied?(): void;
}

class Live {
  #link = $state<Link>(begin(null, null));
  #offline = $state(!navigator.onLine);
  #unreached = $state<number | null>(null);
  #listeners = new Set<Listener>();
  #channel: BroadcastChannel | null = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  #wire: OpenFeed | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #leads = false;
  #started = false;
  #giveUpLead: (() => void) | null = null;
  #heardAt = 0;
  #lastHello: Input | null = null;

  constructor() {
    this.#channel?.addEventListener('message', (event: MessageEvent<Message>) => this.#hear(event.data));
    // A device without a network may still hold the server itself (a demo on a laptop): ask before believing it.
    addEventListener('offline', () => {
      this.#offline = true;
      void this.#ask();
    });
    addEventListener('online', () => {
      this.#offline = false;
      if (this.#started && this.#leads) this.#take({ kind: 'retry' });
    });
  }

  get state(): 'connecting' | 'live' | 'lost' | 'offline' | 'denied' {
    const reached = this.#link.phase === 'live' && this.#unreached === null;
    if (reached || this.#link.phase === 'denied') return this.#link.phase;
    if (this.#offline) return 'offline';
    return this.#unreached === null ? this.#link.phase : 'lost';
  }

  /** When the link was lost; null while it holds. */
  get lostAt(): number | null {
    return this.#unreached ?? this.#link.lostAt;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From the state of the map that `me` was told about; nothing in between can be missed. */
  start(me: Me): void {
    this.stop();
    this.#started = true;
    this.#link = begin(`${me.epoch}.${me.head}`, me.build);
    if (this.#channel && navigator.locks) {
      this.#send({ say: 'who' });
      const held = new AbortController();
      const lead = () =>
        new Promise<void>((release) => {
          this.#giveUpLead = release;
          this.#lead();
        });
      this.#giveUpLead = () => held.abort();
      navigator.locks.request(LOCK, { signal: held.signal }, lead).catch(() => undefined);
    } else {
      this.#lead();
    }
    void this.#probe();
  }

  stop(): void {
    this.#started = false;
    this.#leads = false;
    this.#hangUp();
    this.#giveUpLead?.();
    this.#giveUpLead = null;
    this.#unreached = null;
  }

  /** Tells the other tabs that somebody signed in or out: they share the cookie. */
  accountChanged(): void {
    this.#send({ say: 'account_changed' });
  }

  #lead(): void {
    this.#leads = true;
    this.#take({ kind: 'retry' });
  }

  #send(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #hear(message: Message): void {
    if (message.say === 'account_changed') {
      location.reload();
    } else if (message.say === 'who') {
      if (this.#leads && this.#link.phase === 'live' && this.#lastHello)
        this.#send({ say: 'input', input: this.#lastHello });
    } else if (this.#started && !this.#leads) {
      this.#take(message.input);
    }
  }

  #take(input: Input): void {
    if (input.kind !== 'cut' && input.kind !== 'retry' && input.kind !== 'denied') {
      this.#heardAt = Date.now();
      this.#unreached = null;
    }
    if (input.kind === 'hello') this.#lastHello = input;
    const { link, effects } = step(this.#link, input);
    this.#link = link;
    if (this.#leads && input.kind !== 'retry') this.#send({ say: 'input', input });
    for (const effect of effects) this.#carryOut(effect);
    if (input.kind === 'denied') for (const listener of this.#listeners) listener.denied?.();
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'connect':
        if (!this.#leads) return;
        this.#hangUp();
        this.#wire = openFeed(
          effect.since,
          (line) => this.#take(line),
          () => void this.#cut(),
        );
        return;
      case 'hang_up':
        this.#hangUp();
        return;
      case 'wait':
        if (!this.#leads) return;
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#take({ kind: 'retry' }), effect.ms);
        return;
      case 'apply':
        for (const listener of this.#listeners) listener.change?.(effect.change);
        return;
      case 'reset':
        for (const listener of this.#listeners) void listener.reset?.(effect.reset);
        return;
      case 'tell':
        for (const listener of this.#listeners) listener.draft?.(effect.draft);
        return;
      case 'restored':
        for (const listener of this.#listeners) listener.restored?.();
        return;
      case 'reload':
        location.reload();
    }
  }

  #hangUp(): void {
    clearTimeout(this.#retry);
    this.#wire?.close();
    this.#wire = null;
  }

  /** EventSource does not say why it broke; a session that ended looks like a lost server unless we ask. */
  async #cut(): Promise<void> {
    this.#take({ kind: 'cut', at: Date.now() });
    try {
      await server.me();
    } catch (problem) {
      const signedOut = problem instanceof Error && 'signedOut' in problem && problem.signedOut === true;
      if (signedOut && this.#started) this.#take({ kind: 'denied' });
    }
  }

  async #probe(): Promise<void> {
    while (this.#started) {
      await new Promise((wake) => setTimeout(wake, PROBE_EVERY_MS));
      if (document.visibilityState === 'visible') await this.#ask();
    }
  }

  async #ask(): Promise<void> {
    const asked = Date.now();
    const alive = await server.alive(PROBE_TIMEOUT_MS);
    if (!this.#started || this.#heardAt > asked) return;
    if (alive) this.#unreached = null;
    else if (this.#leads && this.#link.phase === 'live') this.#take({ kind: 'cut', at: asked });
    else this.#unreached ??= asked;
  }
}

export const live = new Live();
