/** How many classes a coloured map has at most: more than six tints nobody tells apart. */
export const CLASSES_MAX = 6;

/** Which colours a tally takes: what stands and who lives there, or what happens. */
export type Ramp = 'ground' | 'matters';

/** One class: values from `from` up to but not including `to`; the last class includes its `to`. */
export interface ValueClass {
  from: number;
  to: number;
  /** Places whose value falls into it. */
  count: number;
}

/** The largest "round" number not above a value: 1, 2, 2.5 or 5 times a power of ten. */
function roundDown(value: number, digits: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  // Two leading figures are enough to be near the wished share and short enough to be read.
  const step = lead < 2 ? 0.1 : lead < 5 ? 0.25 : 0.5;
  const rounded = Math.floor(lead / step + 1e-9) * step * power;
  const least = 10 ** -digits;
  return Number((Math.floor(rounded / least + 1e-9) * least).toFixed(digits));
}

/**
 * Splits values into at most `most` classes 分级: about as many places in each (quantiles), at round numbers, every value in
 * exactly one class. Few different values get a class each. No value gives no class.
 *
 * `digits` is how many decimals the figure is told with; counts have none.
 */
export function breaks(values: readonly number[], most: number = CLASSES_MAX, digits = 0): ValueClass[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const least = sorted[0];
  const greatest = sorted.at(-1);
  if (least === undefined || greatest === undefined) return [];
  const different = [...new Set(sorted)];
  const starts =
    different.length <= most ? different : [least, ...quantiles(sorted, most, digits).filter((at) => at > least)];
  const unique = [...new Set(starts)].slice(0, most);
  return unique.map((from, at) => {
    const to = unique[at + 1] ?? greatest;
    const last = at === unique.length - 1;
    return { from, to, count: sorted.filter((value) => value >= from && (last || value < to)).length };
  });
}

/** The rounded inner limits; a limit that would leave a class empty is left out. */
function quantiles(sorted: readonly number[], most: number, digits: number): number[] {
  const limits: number[] = [];
  for (let at = 1; at < most; at++) {
    const value = sorted[Math.floor((at * sorted.length) / most)] ?? 0;
    const limit = value > 0 ? roundDown(value, digits) : value;
    const before = limits.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (limit > before && sorted.some((one) => one >= before && one < limit)) limits.push(limit);
  }
  return limits;
}

/** The number of the class a value falls into; -1 where there is none. */
export function classOf(value: number, classes: readonly ValueClass[]): number {
  for (let at = classes.length - 1; at >= 0; at--) if (value >= (classes[at]?.from ?? Infinity)) return at;
  return -1;
}

/** The first and the last value a class is told by: whole figures are told without overlap, "1–9, 10–19". */
export function told({ from, to }: ValueClass, last: boolean, digits = 0): { from: number; to: number } {
  return { from, to: last || from === to ? to : Number((to - 10 ** -digits).toFixed(digits)) };
}

/** Which of the ramp's tints a class takes: few classes stand far apart. */
export function shade(at: number, of: number): number {
  return of <= 1 ? Math.floor(CLASSES_MAX / 2) : Math.round((at * (CLASSES_MAX - 1)) / (of - 1));
}
