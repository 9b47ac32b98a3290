import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Bbox, ChangeEvent, ResetEvent } from '../api';
import type { Freshness } from '../model/fresh';
import { tilesTouched, type Tile } from '../model/tile';
import { TILE_ZOOM_MAX, tileSources, type TileSource } from './sources';

const isTiled = (layer: string) => Object.values(tileSources).some((names) => (names as string[]).includes(layer));

/**
 * Fetches anew exactly the tiles a change touched. MapLibre refreshes only what it shows, keeps nothing out of view (see
 * stage.ts), and passes over tiles that are still on their way: those may have been cut before the change, so they are asked
 * for once more when the source has come to rest.
 */
export class TileRefresh {
  #late = new Map<TileSource, Tile[] | 'all'>();

  constructor(
    private readonly map: MapLibreMap,
    private readonly fresh: Freshness,
  ) {
    map.on('idle', () => this.#catchUp());
  }

  change({ seq, layers, envelope }: Pick<ChangeEvent, 'seq' | 'layers' | 'envelope'>): void {
    if (!layers.some(isTiled)) return;
    this.fresh.note(seq, envelope);
    this.#refresh(layers, envelope);
  }

  reset({ layers, envelope }: ResetEvent): void {
    this.fresh.forget();
    // A reset that names no layer means all of them.
    this.#refresh(layers?.length ? layers : null, envelope ?? null);
  }

  /** After an outage: tiles that failed meanwhile, and anything else that may have been missed. */
  everything(): void {
    this.#refresh(null, null);
  }

  #refresh(layers: readonly string[] | null, envelope: Bbox | null): void {
    for (const source of Object.keys(tileSources) as TileSource[]) {
      if (layers && !tileSources[source].some((name) => layers.includes(name))) continue;
      const tiles = envelope ? tilesTouched(envelope, 0, TILE_ZOOM_MAX) : null;
      this.#fetch(source, tiles);
    }
  }

  #fetch(source: TileSource, tiles: Tile[] | null): void {
    if (!this.map.getSource(source)) return;
    if (!this.map.isSourceLoaded(source)) {
      const waiting = this.#late.get(source) ?? [];
      this.#late.set(source, tiles === null || waiting === 'all' ? 'all' : [...waiting, ...tiles]);
    }
    if (tiles) this.map.refreshTiles(source, tiles);
    else this.map.refreshTiles(source);
  }

  #catchUp(): void {
    if (this.#late.size === 0) return;
    const late = this.#late;
    this.#late = new Map();
    for (const [source, tiles] of late) {
      if (tiles === 'all') this.map.refreshTiles(source);
      else this.map.refreshTiles(source, tiles);
    }
  }
}
