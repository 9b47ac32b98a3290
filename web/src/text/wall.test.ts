import { describe, expect, it } from 'vitest';
import { wallEn } from './en/wall';
import { wallZh } from './zh/wall';

const sentences = (table: object, path = ''): [string, string][] =>
  Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : sentences(value, `${path}${key}.`),
  );
const slots = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the two text tables of the wall', () => {
  it('have the same keys and fill the same slots', () => {
    const english = new Map(sentences(wallEn));
    expect([...english.keys()]).toEqual(sentences(wallZh).map(([key]) => key));
    for (const [key, sentence] of sentences(wallZh))
      expect(slots(english.get(key) ?? ''), key).toEqual(slots(sentence));
  });
});
