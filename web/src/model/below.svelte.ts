import { asProblem, isAbandoned, server, type Place, type PlaceKind, type FiguresItem, type Problem } from '../api';
import { below } from './may';
import { opened } from './opened.svelte';
import { session } from './session.svelte';

/** What lies one level below the shown place, to go down by. */
export interface Item {
  id: number;
  name: string;
  code: string | null;
  /** Figures by name; absent where this reader may not see them. */
  figures: Partial<Record<Figure, number>>;
}

export const FIGURES = ['residents', 'households', 'over_60', 'issues', 'hazards', 'overdue'] as const;
export type Figure = (typeof FIGURES)[number];
export type Order = 'name' | Figure;

/** More than this nobody reads through; a street of Chengdu has at most 24 communities, a compound 100 buildings. */
const LISTED_MAX = 1000;

function ofTally(tally: FiguresItem): Item {
  const { people, issues_open, hazards_standing, freshness } = tally;
  const all: [Figure, number | null | undefined][] = [
    ['residents', people?.residents],
    ['households', people?.households],
    ['over_60', people?.over_60],
    ['issues', issues_open],
    ['hazards', hazards_standing],
    ['overdue', freshness?.overdue],
  ];
  return { id: tally.id, name: tally.name, code: tally.code, figures: given(all) };
}

/** Where the server has no list with figures yet, a place's own archive has to do. */
function ofPlace({ id, properties: { name, code, archive } }: Place): Item {
  const base = archive['people_base'];
  const over60 =
    archive['over_60'] ?? (base !== null && typeof base === 'object' && !Array.isArray(base) ? base['over_60'] : null);
  const all: [Figure, unknown][] = [
    ['residents', archive['residents']],
    ['households', archive['households']],
    ['over_60', over60],
  ];
  return { id, name, code, figures: given(all) };
}

function given(all: [Figure, unknown][]): Item['figures'] {
  return Object.fromEntries(all.filter(([, value]) => typeof value === 'number'));
}

export function sorted(items: Item[], order: Order, locale: string): Item[] {
  const names = new Intl.Collator(locale, { numeric: true });
  const byName = (a: Item, b: Item) => names.compare(a.name || a.code || '', b.name || b.code || '') || a.id - b.id;
  if (order === 'name') return [...items].sort(byName);
  return [...items].sort((a, b) => (b.figures[order] ?? -1) - (a.figures[order] ?? -1) || byName(a, b));
}

class Below {
  kinds = $state.raw<PlaceKind[]>([]);
  kind = $state<PlaceKind | null>(null);
  items = $state.raw<Item[]>([]);
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<Problem | null>(null);
  order = $state<Order>('name');
  #of: number | null = null;
  #abort: AbortController | null = null;
  /** The last kind looked at, so that stepping through communities stays at their grids. */
  #wish: PlaceKind | null = null;

  /** Follows the shown place; `seq` says that something changed. */
  follow(place: Place): void {
    const levels = session.me?.scheme.levels?.map(({ kind }) => kind) ?? null;
    this.kinds = below(place.properties.kind, levels);
    const kind = this.kinds.find((one) => one === this.#wish) ?? this.kinds[0] ?? null;
    if (place.id !== this.#of || kind !== this.kind) {
      this.items = [];
      this.phase = 'loading';
    }
    this.#of = place.id;
    this.kind = kind;
    void this.#load();
  }

  choose(kind: PlaceKind): void {
    if (kind === this.kind) return;
    this.#wish = this.kind = kind;
    this.items = [];
    this.phase = 'loading';
    void this.#load();
  }

  async #load(): Promise<void> {
    this.#abort?.abort();
    const { kind } = this;
    const of = this.#of;
    if (kind === null || of === null) return;
    const { signal } = (this.#abort = new AbortController());
    try {
      this.items = await this.#ask(of, kind, signal);
      this.phase = 'ready';
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.problem = asProblem(thrown);
      this.phase = 'failed';
    }
  }

  /** This server has no list with figures. */
  #plain = false;

  async #ask(of: number, kind: PlaceKind, signal: AbortSignal): Promise<Item[]> {
    try {
      if (!this.#plain) return (await server.tallies(kind, of, signal)).items.map(ofTally);
    } catch (thrown) {
      if (isAbandoned(thrown) || asProblem(thrown).code !== 'not_found') throw thrown;
      this.#plain = true;
    }
    return (await server.childrenOf(of, kind, LISTED_MAX, signal)).features.map(ofPlace);
  }
}

export const underneath = new Below();

/** The nearest place above the shown one, where Backspace goes. */
export function oneUp(): number | null {
  if (opened.place.state !== 'ready') return null;
  const { kind, parents } = opened.place.value.properties;
  const order: PlaceKind[] =
    kind === 'building' || kind === 'resource_site'
      ? ['compound', 'micro_grid', 'grid', 'community', 'street', 'district']
      : ['grid', 'community', 'street', 'district'];
  for (const level of order) {
    const id = level === kind ? undefined : parents?.[level];
    if (id !== undefined) return id;
  }
  return null;
}
