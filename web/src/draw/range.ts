import type { Me, PlaceKind, ShapeSum } from '../api';
import type { Sum } from './meter';

/** What the Scheme asks of a place's size, in households or shops. */
export interface Range {
  least: number;
  most: number;
}

export type Fit = 'below' | 'within' | 'above';

/** As the Scheme has it; null where it asks nothing that can be counted here. */
export function rangeOf(me: Me | null, kind: PlaceKind | undefined, told?: ShapeSum['range']): Range | null {
  if (told && /household/.test(told.of)) return told;
  const size = me?.scheme.levels?.find((level) => level.kind === kind)?.size;
  return size?.min && size.max && /household/.test(size.unit) ? { least: size.min, most: size.max } : null;
}

/** Households or shops, whichever are more. */
export const sizeOf = ({ households, shops }: Pick<Sum, 'households' | 'shops'>): number => Math.max(households, shops);

export const fitOf = (count: number, { least, most }: Range): Fit =>
  count < least ? 'below' : count > most ? 'above' : 'within';
