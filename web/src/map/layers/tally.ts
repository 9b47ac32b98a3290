import type { ExpressionSpecification } from 'maplibre-gl';
import type { PlaceKind } from '../../api';
import { CLASSES_MAX, type Ramp } from '../../model/breaks';
import { byZoom, type Drawn } from '../noun';
import type { Palette } from '../palette';

/** What feature-state `tally` holds: the class of a place, beginning at its ramp's own number; or that it is withheld. */
export const WITHHELD = -1;
const NONE = -2;
const firstOf: Record<Ramp, number> = { ground: 0, matters: CLASSES_MAX };

export const stateOf = (ramp: Ramp, level: number): number => firstOf[ramp] + level;

/** The colour of a place by its tally 专题着色. */
export function tallyColour(palette: Palette, otherwise: string | ExpressionSpecification): ExpressionSpecification {
  const stops: (number | string)[] = [];
  for (const ramp of ['ground', 'matters'] as const)
    palette.ramps[ramp].forEach((colour, level) => stops.push(stateOf(ramp, level), colour));
  return [
    'match',
    ['coalesce', ['feature-state', 'tally'], NONE],
    ...stops,
    WITHHELD,
    palette.withheld,
    otherwise,
  ] as unknown as ExpressionSpecification;
}

/** How strongly a tally covers what lies beneath: the nearer one looks, the more of it shall be seen. */
export const TALLY_OPACITY = { far: 0.78, near: 0.58 } as const;

/** The face of a level while a tally colours it; drawn only then. */
export function tallyFace(name: PlaceKind, palette: Palette, minZoom: number): Drawn {
  return {
    id: `${name}/tally`,
    type: 'fill',
    source: 'ground',
    'source-layer': name,
    minzoom: minZoom,
    paint: {
      'fill-color': tallyColour(palette, 'rgba(0, 0, 0, 0)'),
      'fill-opacity': byZoom([12, TALLY_OPACITY.far], [17, TALLY_OPACITY.near]),
      'fill-antialias': false,
    },
  };
}
