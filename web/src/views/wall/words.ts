import { fill, format, language } from '../../text';
import type { WallText } from '../../text/wall';
import { age, running } from '../../model/wall/span';

/** "12 秒前". */
export function ageWords(then: number, now: number, words: WallText): string {
  const { n, unit } = age(now - then);
  return fill(words.age[unit], { n });
}

/** "12 秒", for how long something lasts. */
export function spanWords(ms: number, words: WallText): string {
  const { n, unit } = age(ms);
  return fill(words.span[unit], { n });
}

/** A running clock as it stands on screen. */
export function clockWords(ms: number, words: WallText): string {
  const span = running(ms);
  return 'clock' in span ? span.clock : fill(words.span.days, span);
}

export const count = (value: number): string => format.number(value, language.locale);
