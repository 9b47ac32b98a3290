import type { PastText } from '../zh/past';

export const pastEn: PastText = {
  title: 'Outlines over time ({n})',
  hint: 'Move the slider, or use the arrow keys: the map shows the outline of that day as a dashed line.',
  now: 'Now',
  shownNow: 'The map shows the outline of today',
  shownLast: 'The map shows the last outline',
  step: '{at}, {what}',
  stepBy: '{at}, {what}, {who}',
  stepNow: '{now} ({step})',
  label: 'Outline of {at}',
  reading: 'Reading the outline of that day…',
  failed: 'The outline of that day could not be read: {why}',
  noOutline: 'There was no outline yet.',
  keyThen: 'Dashed: the outline then',
  keyNow: 'Solid: the outline now',
  area: 'Area: {then} then, {now} now',
  households: 'Households: {then} then, {now} now',
  moved: 'Since then {gained} were gained and {lost} given away',
  same: 'The same outline as now',
};
