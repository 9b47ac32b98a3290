import type { Map as MapLibreMap } from 'maplibre-gl';
import { TALLY_LEVELS, WITHHELD_CLASS, type TallyLevel } from '../model/tally';
import { shade, type Ramp } from '../model/breaks';
import { stateOf, WITHHELD } from './layers/tally';

/** The class of each place of a level, as the map shall be coloured. */
export interface Tint {
  level: TallyLevel;
  ramp: Ramp;
  classes: number;
  states: ReadonlyMap<number, number>;
}

/**
 * Puts classes on the map as feature-state: the tiles stay the same for everybody, and figures never enter them. MapLibre
 * forgets feature-state when the WebGL context is lost, so whoever holds the brush paints again.
 */
export class TintBrush {
  #tint: Tint | null = null;

  constructor(private readonly map: MapLibreMap) {}

  paint(tint: Tint | null): void {
    const before = this.#tint;
    this.#tint = tint;
    if (before && this.map.getSource('ground')) {
      const same = before.level === tint?.level;
      for (const id of before.states.keys()) {
        if (same && tint.states.has(id)) continue;
        // Only this: whether the pointer is over it is kept in the same place.
        this.map.removeFeatureState({ source: 'ground', sourceLayer: before.level, id }, 'tally');
      }
    }
    this.again();
  }

  /** After the style or the drawing was rebuilt. */
  again(): void {
    const put = () => {
      for (const level of TALLY_LEVELS) {
        const on = level === this.#tint?.level ? 'visible' : 'none';
        if (this.map.getLayer(`${level}/tally`)) this.map.setLayoutProperty(`${level}/tally`, 'visibility', on);
      }
      const tint = this.#tint;
      if (!tint) return;
      for (const [id, level] of tint.states) {
        const tally = level === WITHHELD_CLASS ? WITHHELD : stateOf(tint.ramp, shade(level, tint.classes));
        this.map.setFeatureState({ source: 'ground', sourceLayer: tint.level, id }, { tally });
      }
    };
    if (this.map.getSource('ground')) put();
    else this.map.once('style.load', put);
  }
}
