import type { LayerName } from '../api';

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
];

/** Which layers are switched on. */
class Shown {
  #off = $state.raw<ReadonlySet<LayerName>>(new Set());

  has(name: LayerName): boolean {
    return !this.#off.has(name);
  }

  toggle(name: LayerName): void {
    // A fresh set each time: the signal is the exchange of the whole, not a change inside.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const off = new Set(this.#off);
    if (!off.delete(name)) off.add(name);
    this.#off = off;
  }

  /** For the address: null while everything is on, which is usual. */
  get list(): LayerName[] | null {
    return this.#off.size === 0 ? null : LAYER_NAMES.filter((name) => this.has(name));
  }

  take(list: LayerName[] | null): void {
    this.#off = new Set(list === null ? [] : LAYER_NAMES.filter((name) => !list.includes(name)));
  }
}

export const shown = new Shown();
