import { MATTER_KINDS, type LayerName } from '../api';
import type { Look } from './address';
import { weakDevice } from './device';
import { session } from './session.svelte';
import type { TallyChoice } from './tally';
import { topics, type TopicName } from './topic';

/** All layers a person can switch, in the order of the list. */
export const LAYER_NAMES: readonly LayerName[] = [
  'alert',
  'hazard',
  'issue',
  'resource_site',
  'building',
  'compound',
  'micro_grid',
  'grid',
  'community',
  'street',
  'district',
  'base_road',
  'base_rail',
  'base_water',
  'base_green',
  'base_raster',
];

/** Is there such a layer here at all? Pictures from elsewhere are there only where the operator configured them. */
export const isThere = (name: LayerName): boolean => name !== 'base_raster' || Boolean(session.me?.base);

/** Does a layer show what happens, as against what stands? */
export const isMatterLayer = (name: LayerName): boolean => (MATTER_KINDS as readonly LayerName[]).includes(name);

/** What the reader chose to see: a topic, and where the reader differs from it. Everything here is in the address. */
class Shown {
  topic = $state<TopicName>('all');
  #off = $state.raw<ReadonlySet<LayerName>>(new Set());
  #tally = $state.raw<TallyChoice | null>(null);
  /** Houses stand up 立体. */
  relief = $state(false);
  /** The earlier day the map is compared with. */
  before = $state<string | null>(null);

  has(name: LayerName): boolean {
    return isThere(name) && !this.#off.has(name);
  }

  toggle(name: LayerName): void {
    // A fresh set each time: the signal is the exchange of the whole, not a change inside.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const off = new Set(this.#off);
    if (!off.delete(name)) off.add(name);
    this.#off = off;
  }

  choose(topic: TopicName): void {
    this.topic = topic;
    this.#off = new Set(topics[topic].off);
    this.#tally = topics[topic].tally;
  }

  /** The figure by which the ground is coloured. */
  get tally(): TallyChoice | null {
    return this.#tally;
  }

  colourBy(tally: TallyChoice | null): void {
    this.#tally = tally;
  }

  /** Categories of resource sites the topic is about; null for all. */
  get sites(): readonly string[] | null {
    return topics[this.topic].sites;
  }

  /** For the address: null while the layers are the topic's own, which is usual. */
  get list(): LayerName[] | null {
    const usual = topics[this.topic].off;
    const same = this.#off.size === usual.length && usual.every((name) => this.#off.has(name));
    return same ? null : LAYER_NAMES.filter((name) => this.has(name));
  }

  /** For the address: undefined while the figure is the topic's own. */
  get ownTally(): TallyChoice | null | undefined {
    const usual = topics[this.topic].tally;
    const now = this.#tally;
    return now?.name === usual?.name && now?.level === usual?.level ? undefined : now;
  }

  take({ topic, layers, tally, relief, before }: Look): void {
    this.choose(topic);
    if (layers) this.#off = new Set(LAYER_NAMES.filter((name) => !layers.includes(name)));
    if (tally !== undefined) this.#tally = tally;
    // A link from a strong machine shall not bring a weak one to its knees.
    this.relief = relief && !weakDevice();
    this.before = before;
  }

  get look(): Look {
    return { topic: this.topic, layers: this.list, tally: this.ownTally, relief: this.relief, before: this.before };
  }
}

export const shown = new Shown();
