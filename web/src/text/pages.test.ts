import { describe, expect, it } from 'vitest';
import { adminEn } from './en/admin';
import { drawEn } from './en/draw';
import { pastEn } from './en/past';
import { dutyEn } from './en/duty';
import { filingEn } from './en/filing';
import { reviewEn } from './en/review';
import { takeEn } from './en/take';
import { wallEn } from './en/wall';
import { adminZh } from './zh/admin';
import { drawZh } from './zh/draw';
import { pastZh } from './zh/past';
import { dutyZh } from './zh/duty';
import { filingZh } from './zh/filing';
import { reviewZh } from './zh/review';
import { takeZh } from './zh/take';
import { wallZh } from './zh/wall';

const sentences = (table: object, path = ''): [string, string][] =>
  Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : sentences(value, `${path}${key}.`),
  );
const slots = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe.each([
  ['the wall', wallZh, wallEn],
  ['the administrator’s page', adminZh, adminEn],
  ['the export', takeZh, takeEn],
  ['the drawing desk', drawZh, drawEn],
  ['the drafts', reviewZh, reviewEn],
  ['the outlines a place had', pastZh, pastEn],
  ['posts and rights', dutyZh, dutyEn],
  ['a draft from a file', filingZh, filingEn],
])('the two text tables of %s', (_, zh, en) => {
  it('have the same keys and fill the same slots', () => {
    const english = new Map(sentences(en));
    expect([...english.keys()]).toEqual(sentences(zh).map(([key]) => key));
    for (const [key, sentence] of sentences(zh)) expect(slots(english.get(key) ?? ''), key).toEqual(slots(sentence));
  });
});
