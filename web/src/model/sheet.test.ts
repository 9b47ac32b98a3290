import { describe, expect, it } from 'vitest';
import type { Answer } from '../api';
import { zh } from '../text/zh';
import { csvOf, harmless, sheetOf } from './sheet';

const answer: Answer = {
  area_m2: 495.7,
  rule: 'inner_point',
  as_of: { epoch: 1, seq: 9 },
  people: { residents: 12, over_60: 4, over_60_alone: 1, children: 2, adults: 6, households: 6, shops: 0 },
  buildings: { count: 4, by_kind: { low: 3, unknown: 1 } },
  compounds: { count: 1, by_kind: { courtyard: 1 } },
  alerts: { active: 2, by_level: { blue: 1, red: 1 } },
  resource_sites: { count: 1, by_category: { '=HYPERLINK("x")': 1 }, capacity: 30 },
  posts: [
    {
      id: 1,
      title: '网格员',
      place: 2,
      place_name: '一网格',
      role: 'grid_worker',
      person: null,
      figures: { households: 6 },
    },
  ],
};

describe('an answer as rows', () => {
  const { groups, posts } = sheetOf(answer, zh);
  const rows = (title: string) =>
    groups.find((group) => group.title === title)?.rows.map(({ label, value }) => [label, value]);

  it('tells people by age band, and the whole before its parts', () => {
    expect(rows('人口')?.[0]).toEqual(['居民', 12]);
    expect(rows('人口')).toContainEqual([zh.ask.adults, 6]);
    expect(rows('人口')).toContainEqual(['60 岁以上', 4]);
  });

  it('tells alerts worst first', () => {
    expect(rows('生效预警')?.map(([label]) => label)).toEqual(['合计', 'Ⅰ级 红色', 'Ⅳ级 蓝色']);
  });

  it('says nothing of what was withheld', () => {
    expect(sheetOf({ ...answer, people: null }, zh).groups.map(({ title }) => title)).not.toContain('人口');
  });

  it('names a vacant post', () => {
    expect(posts?.rows[0]?.slice(0, 4)).toEqual(['网格员', '空缺', '一网格', 6]);
  });
});

describe('the file', () => {
  it('holds the figures of the panel, opens as UTF-8 in a spreadsheet and runs nothing there', () => {
    const sheet = sheetOf(answer, zh);
    const file = csvOf(sheet, [['问题', '甲院、"乙"院']], zh);
    expect(file.startsWith('\uFEFF问题,"甲院、""乙""院"\r\n')).toBe(true);
    expect(file).toContain(`"'=HYPERLINK(""x"")",1`);
    for (const { title, rows } of sheet.groups)
      for (const { label, value } of rows)
        if (!label.startsWith('=')) expect(file).toContain(`${title},${label},${value}\r\n`);
  });

  it('disarms every beginning that a spreadsheet runs', () => {
    for (const text of ['=1', '+1', '-1', '@x', '\tx', '\rx']) expect(harmless(text)).toBe(`'${text}`);
    expect(harmless('梧园巷-3')).toBe('梧园巷-3');
  });
});
