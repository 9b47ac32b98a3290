import { PLACE_KINDS, type Place, type PlaceKind } from '../api';

/** Moves the mark through the results; it wraps, and -1 is "none marked". */
export function moved(active: number, count: number, key: 'ArrowDown' | 'ArrowUp' | 'Home' | 'End'): number {
  if (count === 0) return -1;
  switch (key) {
    case 'ArrowDown':
      return active + 1 >= count ? 0 : active + 1;
    case 'ArrowUp':
      return active <= 0 ? count - 1 : active - 1;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
  }
}

export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a name where it matches what was typed, so that the match can be marked without any markup in the text. */
export function pieces(text: string, q: string): Piece[] {
  const wanted = q.trim().toLowerCase();
  const lower = text.toLowerCase();
  // Lower-casing may change the length of rare letters; then positions do not fit and nothing is marked.
  if (wanted === '' || lower.length !== text.length) return [{ text, hit: false }];
  const at = lower.indexOf(wanted);
  if (at < 0) return [{ text, hit: false }];
  return [
    { text: text.slice(0, at), hit: false },
    { text: text.slice(at, at + wanted.length), hit: true },
    { text: text.slice(at + wanted.length), hit: false },
  ].filter((piece) => piece.text !== '');
}

/** Where a result lies, smallest parent last read: "少城街道 · 宽巷子社区". */
export function whereabouts(place: Place): string {
  const { parent_names: names } = place.properties;
  return [names.street, names.community, names.compound ?? names.grid].filter(Boolean).join(' · ');
}

/**
 * Best first: the whole name, then its beginning, then within the name, then the code, then the rest. The server orders
 * too, but over pages; within one page equal ranks keep its order.
 */
export function ranked(places: Place[], q: string): Place[] {
  const wanted = q.trim().toLowerCase();
  const rank = ({ properties: { name, code } }: Place): number => {
    const lower = name.toLowerCase();
    if (lower === wanted || code === wanted) return 0;
    if (lower.startsWith(wanted)) return 1;
    if (lower.includes(wanted)) return 2;
    return code?.startsWith(wanted) ? 3 : 4;
  };
  const seen = new Set<number>();
  return places
    .filter((place) => !seen.has(place.id) && seen.add(place.id))
    .map((place, order) => ({ place, order, rank: rank(place) }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map(({ place }) => place);
}

/** Results by kind, the kind of the best result first; within a kind the best stay first. */
export function grouped(places: Place[]): Place[] {
  const kinds = [...new Set(places.map(({ properties }) => properties.kind))];
  return kinds.flatMap((kind) => places.filter(({ properties }) => properties.kind === kind));
}

/**
 * "梧园巷3号院 3栋", "梧园巷3号院3栋": a house is asked for by its yard and its number. Null when nothing of the kind was typed.
 */
export function houseOf(q: string): { yard: string; house: string } | null {
  const match = /^(.+?)\s*(\d+\s*(?:栋|幢|号楼|座))$/.exec(q.trim());
  const [, yard = '', house = ''] = match ?? [];
  return yard && house ? { yard: yard.trim(), house: house.replace(/\s/g, '') } : null;
}

/** Opened last, newest first, each once. */
export const RECENT_MAX = 8;

export interface Recent {
  id: number;
  kind: PlaceKind;
  name: string;
}

export function withRecent(recents: readonly Recent[], one: Recent): Recent[] {
  return [one, ...recents.filter(({ id }) => id !== one.id)].slice(0, RECENT_MAX);
}

/** What was kept, as far as it still makes sense. */
export function readRecents(kept: unknown): Recent[] {
  if (!Array.isArray(kept)) return [];
  return kept.filter(
    (one: Partial<Recent> | null): one is Recent =>
      one !== null &&
      typeof one === 'object' &&
      Number.isSafeInteger(one.id) &&
      typeof one.name === 'string' &&
      PLACE_KINDS.some((kind) => kind === one.kind),
  );
}
