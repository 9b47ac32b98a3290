import type { AddLayerObject, ExpressionSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { LayerName } from '../api';
import type { Palette } from './palette';

export type Group = 'matters' | 'property' | 'governance' | 'base';

/** How a layer looks in the legend; the page draws it as a small picture. */
export type Swatch =
  | { look: 'area'; fill: string; line: string; fillOpacity?: number }
  | { look: 'line'; colour: string; width: number; casing?: string; core?: string; dash?: string }
  | { look: 'badge'; image: Badge };

export type Shape = 'circle' | 'diamond' | 'triangle' | 'square' | 'hexagon' | 'bubble';

/** A point symbol: a filled shape with a pictogram or a numeral, drawn once and used by map and legend alike. */
export interface Badge {
  name: string;
  shape: Shape;
  fill: string;
  edge: string;
  ink: string;
  /** SVG of a pictogram or numeral on a 15 × 15 sheet. */
  glyph: string;
}

export interface LegendEntry {
  swatch: Swatch;
  /** Which word stands beside a refined entry: an alert's level, a kind of road. Absent for the noun itself. */
  word?: { table: 'alert' | 'road' | 'category'; key: string };
}

/** Style layers carry their noun, so that switching a noun switches all its parts. */
export type Drawn = AddLayerObject & { id: `${LayerName}/${string}` };

/** One noun on the map: paint, label and legend together. */
export interface Noun {
  name: LayerName;
  group: Group;
  /** From this zoom it is drawn at all. */
  minZoom: number;
  draw(palette: Palette): Drawn[];
  /** What stands in the legend; `there` are the categories in sight, where a noun has them. */
  legend(palette: Palette, there?: readonly string[]): LegendEntry[];
  badges?(palette: Palette): Badge[];
}

export const REGULAR = ['Noto Sans SC'];
export const SEMIBOLD = ['Noto Sans SC SemiBold'];

/** A name stands in the middle of its ground, or a line higher or lower; further off it would name the neighbour's. */
export const asideWhenTaken = {
  'text-variable-anchor-offset': ['center', [0, 0], 'top', [0, 0.9], 'bottom', [0, -0.9]],
} as const satisfies SymbolLayerSpecification['layout'];

/** Width (or any number) that grows with zoom. */
export function byZoom(...stops: [zoom: number, value: number | ExpressionSpecification][]): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.5], ['zoom'], ...stops.flat()] as unknown as ExpressionSpecification;
}

/** A name, and below it the figure that colours the place while one does: colour alone tells nobody a number. */
export const named: ExpressionSpecification = [
  'case',
  ['has', 'figure'],
  [
    'format',
    ['get', 'name'],
    {},
    '\n',
    {},
    ['get', 'figure'],
    { 'font-scale': 0.92, 'text-font': ['literal', SEMIBOLD] },
  ],
  ['get', 'name'],
];
