import type { AddLayerObject } from 'maplibre-gl';
import type { Palette } from '../palette';
import { asked } from './asked';
import { compared } from './compared';
import { mask } from './mask';
import { measure } from './measure';
import { selected } from './selected';
import { self } from './self';

/** Everything that is drawn over the map and is not of it; see SKETCHES in sources.ts. */
export const sketches = (palette: Palette): AddLayerObject[] => [
  ...mask(palette),
  ...selected(palette),
  ...asked(palette),
  ...measure(palette),
  ...compared(palette),
  ...self(palette),
];
