import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { namesOfPlaces, type Named } from '../../api/admin';

export const placeIds = (places: readonly Named[]): number[] =>
  places.map((place) => (typeof place === 'number' ? place : place.id));

/** Names of places that are known by id: told with the list, or asked for one by one from a server that does not tell. */
export class PlaceNames {
  readonly #known = new SvelteMap<number, string>();
  readonly #asked = new SvelteSet<number>();

  of(id: number): string {
    return this.#known.get(id) ?? `#${id}`;
  }

  learn(places: readonly Named[]): void {
    const unknown: number[] = [];
    for (const place of places) {
      if (typeof place !== 'number') {
        if (place.name !== null) this.#known.set(place.id, place.name);
      } else if (!this.#known.has(place) && !this.#asked.has(place)) {
        this.#asked.add(place);
        unknown.push(place);
      }
    }
    if (unknown.length === 0) return;
    void namesOfPlaces(unknown, new AbortController().signal).then((found) => {
      for (const [id, name] of found) this.#known.set(id, name);
    });
  }
}
