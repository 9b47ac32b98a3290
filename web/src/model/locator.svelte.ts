import type { Feature } from 'geojson';
import type { LonLat } from '../api';
import { remember, remembered } from '../text';
import { fromGcj02 } from './datum';
import { circle } from './measure';

/** Indoors a first fix takes long; longer than this nobody waits. */
const WAIT_MS_MAX = 20_000;
/** Worse than this the dot names the wrong building, and we say so. */
export const ACCURATE_METERS = 100;
const REMEMBERED = 'geju.gcj02';

export type LocateState = 'off' | 'asking' | 'found' | 'denied' | 'unavailable' | 'timeout' | 'insecure' | 'absent';

/** Where this device is 我的位置. It is shown on the map and sent nowhere; the map view that follows from it is asked for. */
class Locator {
  state = $state<LocateState>('off');
  #raw = $state.raw<{ at: LonLat; accuracy: number } | null>(null);
  /** Some devices in China hand out shifted positions; the page cannot tell, the person can. */
  shifted = $state(remembered(REMEMBERED) === 'yes');
  /** Between asking and answering somebody may have closed it. */
  #asked = 0;

  get at(): LonLat | null {
    if (!this.#raw) return null;
    return this.shifted ? fromGcj02(this.#raw.at) : this.#raw.at;
  }

  get accuracy(): number {
    return this.#raw?.accuracy ?? 0;
  }

  ask(): void {
    if (!('geolocation' in navigator)) this.state = 'absent';
    else if (!isSecureContext) this.state = 'insecure';
    else {
      const asked = ++this.#asked;
      this.state = 'asking';
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          if (asked !== this.#asked) return;
          this.#raw = { at: [coords.longitude, coords.latitude], accuracy: coords.accuracy };
          this.state = 'found';
        },
        ({ code }) => {
          if (asked !== this.#asked) return;
          this.state = code === 1 ? 'denied' : code === 3 ? 'timeout' : 'unavailable';
        },
        // Who asks again has moved: a remembered position would be an old answer.
        { enableHighAccuracy: true, maximumAge: 0, timeout: WAIT_MS_MAX },
      );
    }
  }

  off(): void {
    this.#asked++;
    this.state = 'off';
    this.#raw = null;
  }

  shift(on: boolean): void {
    this.shifted = on;
    remember(REMEMBERED, on ? 'yes' : 'no');
  }

  features(): Feature[] {
    const at = this.at;
    if (!at) return [];
    return [
      {
        type: 'Feature',
        properties: {},
        geometry: { type: 'Polygon', coordinates: [circle(at, Math.max(1, this.accuracy))] },
      },
      { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: at } },
    ];
  }
}

export const locator = new Locator();
