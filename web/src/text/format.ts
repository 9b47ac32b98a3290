import type { Text } from './zh';

const SQUARE_METERS_PER_HECTARE = 10_000;
const SQUARE_METERS_PER_SQUARE_KM = 1_000_000;

export function number(value: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** Ground in the unit a person would say: m² for a yard, hectares for a compound, km² for a street. */
export function area(squareMeters: number, locale: string, unit: Text['unit']): string {
  if (squareMeters >= SQUARE_METERS_PER_SQUARE_KM) {
    return `${number(squareMeters / SQUARE_METERS_PER_SQUARE_KM, locale, 2)} ${unit.km2}`;
  }
  if (squareMeters >= SQUARE_METERS_PER_HECTARE) {
    return `${number(squareMeters / SQUARE_METERS_PER_HECTARE, locale, 2)} ${unit.ha}`;
  }
  return `${number(squareMeters, locale)} ${unit.m2}`;
}

export function length(meters: number, locale: string, unit: Text['unit']): string {
  return meters >= 1000 ? `${number(meters / 1000, locale, 1)} ${unit.km}` : `${number(meters, locale)} ${unit.m}`;
}

/** A measured way: to the decimetre while it is short, to ten metres when it is long. */
export function measured(meters: number, locale: string, unit: Text['unit']): string {
  return meters >= 1000 ? `${number(meters / 1000, locale, 2)} ${unit.km}` : `${number(meters, locale, 1)} ${unit.m}`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 分钟前". Under a minute is "just now"; a clock that runs ahead of ours is "just now" too, never "in 3 seconds". */
export function ago(then: string | number | Date, now: number, locale: string, justNow: string): string {
  const seconds = (now - new Date(then).getTime()) / 1000;
  if (!Number.isFinite(seconds)) return '';
  for (const [unit, size] of steps) {
    if (seconds >= size) {
      return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(-Math.floor(seconds / size), unit);
    }
  }
  return justNow;
}

/** A span, for "try again in …": whole seconds or minutes. */
export function wait(seconds: number, locale: string): string {
  const [value, unit] = seconds >= 60 ? [Math.ceil(seconds / 60), 'minute'] : [Math.ceil(seconds), 'second'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** A span of minutes as a person would say it: hours where they come out whole. */
export function span(minutes: number, locale: string): string {
  const whole = minutes >= 60 && minutes % 60 === 0;
  const [value, unit] = whole ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** Date and time, 24 h, in the zone of the place (not of the reader's laptop). */
export function moment(value: string | number | Date, locale: string, timeZone: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(date);
}

export function clock(value: number, locale: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(value);
}

/** A calendar day "2024-05-01" is a day, not a moment: no zone may move it. */
export function day(value: string, locale: string): string {
  const [year, month, date] = value.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined || Number.isNaN(year + month + date))
    return value;
  return new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(year, month - 1, date),
  );
}

const DAY_MS = 86_400_000;

/** How long ago a calendar day was, counted in days of the place: "今天", "80 天前". */
export function daysAgo(day: string, now: number, locale: string, timeZone: string): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(now);
  const days = Math.round((Date.parse(today) - Date.parse(day)) / DAY_MS);
  if (!Number.isFinite(days)) return '';
  return new Intl.RelativeTimeFormat(locale, { numeric: days === 0 ? 'auto' : 'always' }).format(-days || 0, 'day');
}
