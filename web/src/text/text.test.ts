import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { fill } from './fill';
import { ago, area, day, length, moment, wait } from './format';
import { firstLanguage } from './language.svelte';
import { problemWords, wordFor } from './problem';
import { zh } from './zh';

function sentences(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : sentences(value, `${path}${key}.`),
  );
}
const slots = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the two text tables', () => {
  it('have the same keys, so that no raw key is ever on screen', () => {
    expect(sentences(en).map(([key]) => key)).toEqual(sentences(zh).map(([key]) => key));
  });

  it('fill the same slots', () => {
    const english = new Map(sentences(en));
    for (const [key, sentence] of sentences(zh)) expect(slots(english.get(key) ?? ''), key).toEqual(slots(sentence));
  });

  it('say something everywhere', () => {
    // Persons are counted with 人 in Chinese and without a word in English.
    for (const [key, sentence] of [...sentences(zh), ...sentences(en)]) {
      if (key !== 'unit.people') expect(sentence.trim(), key).not.toBe('');
    }
  });
});

describe('sentences', () => {
  it('take their values', () => {
    expect(fill('共 {n} 个，{n}', { n: 3 })).toBe('共 3 个，3');
  });

  it('show a slot that nobody filled', () => {
    expect(fill('{who}?', {})).toBe('{who}?');
  });

  it('never read markup out of a value', () => {
    expect(fill('“{q}”', { q: '<img src=x>{n}' })).toBe('“<img src=x>{n}”');
  });
});

describe('numbers and times', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');

  it('tell ground in the unit a person would use', () => {
    expect(area(850, 'zh-CN', zh.unit)).toBe('850 平方米');
    expect(area(15_200, 'zh-CN', zh.unit)).toBe('1.52 公顷');
    expect(area(3_400_000, 'en-GB', en.unit)).toBe('3.4 km²');
  });

  it('tell lengths in metres, then kilometres', () => {
    expect(length(500, 'zh-CN', zh.unit)).toBe('500 米');
    expect(length(2000, 'en-GB', en.unit)).toBe('2 km');
  });

  it('tell ages', () => {
    expect(ago(now - 180_000, now, 'zh-CN', '刚刚')).toBe('3分钟前');
    expect(ago(now - 20_000, now, 'zh-CN', '刚刚')).toBe('刚刚');
    expect(ago(now - 2 * 86_400_000, now, 'en-GB', 'just now')).toBe('2 days ago');
  });

  it('never tell the future when a clock runs ahead', () => {
    expect(ago(now + 5000, now, 'zh-CN', '刚刚')).toBe('刚刚');
  });

  it('are silent about a time that is none', () => {
    expect(ago('soon', now, 'zh-CN', '刚刚')).toBe('');
    expect(moment('soon', 'zh-CN', 'Asia/Shanghai')).toBe('soon');
  });

  it('keep a calendar day where it is, whatever the zone', () => {
    expect(day('2024-05-01', 'zh-CN')).toBe('2024年5月1日');
  });

  it('use 24 hours in the zone of the place', () => {
    expect(moment('2026-03-01T16:30:00Z', 'zh-CN', 'Asia/Shanghai')).toBe('2026/03/02 00:30');
  });

  it('say how long to wait', () => {
    expect(wait(42, 'zh-CN')).toBe('42秒钟');
    expect(wait(61, 'en-GB')).toBe('2 minutes');
  });
});

describe('problems', () => {
  const words = (code: string, status: number, detail?: string) => problemWords({ code, status, detail }, zh, 'zh-CN');

  it('are told by code', () => {
    expect(words('bad_credentials', 401)).toBe(zh.problem.bad_credentials);
  });

  it('say when to try again', () => {
    const problem = { code: 'too_many_logins', status: 429, retryAfterSeconds: 30 };
    expect(problemWords(problem, en, 'en-GB')).toBe('Too many attempts; try again in 30 seconds');
  });

  it('with an unknown code are told by status, then in the server’s sentence', () => {
    expect(words('whatever', 500)).toBe(zh.problem.server);
    expect(words('whatever', 403, 'no')).toBe(zh.problem.forbidden);
    expect(words('whatever', 422, 'The ring is open.')).toBe('The ring is open.');
    expect(words('whatever', 422)).toBe('没有成功（whatever）');
  });
});

describe('words of open lists', () => {
  it('name every category that the server counts by', () => {
    const list = readFileSync('../server/core/src/place/resource_site.rs', 'utf8').match(/CATEGORIES[^=]*= \[([^\]]*)\]/);
    const categories = [...(list?.[1] ?? '').matchAll(/"(\w+)"/g)].map((match) => match[1] ?? '');
    expect(categories.length).toBeGreaterThan(20);
    for (const table of [zh, en]) expect(categories.filter((name) => !(name in table.category))).toEqual([]);
  });

  it('fall back to the value itself', () => {
    expect(wordFor(zh.category, 'clinic')).toBe('社区卫生');
    expect(wordFor(zh.category, '垃圾桶')).toBe('垃圾桶');
    expect(wordFor(zh.category, 'toString')).toBe('toString');
  });
});

describe('the first language', () => {
  it('is the remembered one, else the browser’s first that we speak, else Chinese', () => {
    expect(firstLanguage('en', ['zh-CN'])).toBe('en');
    expect(firstLanguage(null, ['fr-FR', 'en-US', 'zh-CN'])).toBe('en');
    expect(firstLanguage('xx', ['fr'])).toBe('zh');
  });
});
