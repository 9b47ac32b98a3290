import { describe, expect, it } from 'vitest';
import { Problem, type Draft, type Me } from '../api';
import { filingEn } from '../text/en/filing';
import { complaints, epsgOf, FILE_BYTES_MAX, levelsUnder, nameless, wrongWith } from './filing';

const me = (draws: string[], levels: string[]): Me =>
  ({ duties: { draws, amends: [] }, scheme: { levels: levels.map((kind) => ({ kind })) } }) as unknown as Me;
const LEVELS = ['district', 'street', 'community', 'grid', 'micro_grid', 'compound', 'building'];

describe('the levels a file may hold', () => {
  it('are all that lie below the place, the nearest first, and never buildings', () => {
    expect(levelsUnder(me(LEVELS, LEVELS), 'street')).toEqual(['community', 'compound', 'grid', 'micro_grid']);
    expect(levelsUnder(me(LEVELS, LEVELS), 'grid')).toEqual(['micro_grid']);
    expect(levelsUnder(me(LEVELS, LEVELS), 'micro_grid')).toEqual([]);
  });

  it('are those of the duty list, and of the scheme', () => {
    expect(levelsUnder(me(['micro_grid'], LEVELS), 'community')).toEqual(['micro_grid']);
    const flat = LEVELS.filter((level) => level !== 'grid');
    expect(levelsUnder(me(LEVELS, flat), 'community')).toEqual(['compound', 'micro_grid']);
  });
});

describe('a file that need not be sent', () => {
  it('is a part of a Shapefile, one of several, too large, or empty', () => {
    expect(wrongWith([{ name: 'a.SHP', size: 9 }])).toBe('parts');
    expect(wrongWith(['shp', 'dbf', 'prj'].map((end) => ({ name: `a.${end}`, size: 9 })))).toBe('parts');
    expect(wrongWith(['a.kml', 'b.kml'].map((name) => ({ name, size: 9 })))).toBe('many');
    expect(wrongWith([{ name: 'a.kml', size: FILE_BYTES_MAX + 1 }])).toBe('large');
    expect(wrongWith([{ name: 'a.kml', size: 0 }])).toBe('empty');
    expect(wrongWith([{ name: 'a.kml', size: FILE_BYTES_MAX }])).toBeNull();
  });
});

it('an EPSG number is read as people write it', () => {
  for (const text of ['4547', ' EPSG:4547 ', 'epsg 4547', 'EPSG：4547']) expect(epsgOf(text)).toBe('EPSG:4547');
  for (const text of ['', '45', 'CGCS2000', '4547; drop']) expect(epsgOf(text)).toBeNull();
});

it('a refusal says which shape it is about, counted as a person counts', () => {
  const problem = new Problem('refused', 422, {
    findings: [
      {
        code: 'outline_self_crossing',
        severity: 'block',
        message: 'feature 2: the edge crosses itself at 104.5,30.25 (ring 1)',
      },
      {
        code: 'outside_jurisdiction',
        severity: 'block',
        message: 'reaches outside',
        at: [104, 30],
        mend: 'keep inside',
      },
    ],
  });
  expect(complaints(problem)).toEqual([
    {
      code: 'outline_self_crossing',
      sentence: 'the edge crosses itself at 104.5,30.25 (ring 1)',
      nth: 3,
      at: [104.5, 30.25],
      mend: undefined,
    },
    { code: 'outside_jurisdiction', sentence: 'reaches outside', nth: null, at: [104, 30], mend: 'keep inside' },
  ]);
});

it('a shape without a name is told from one that has one', () => {
  const create = [
    { id: 'file-2', kind: 'micro_grid', properties: { name: 'micro_grid 2' } },
    { id: 'file-3', kind: 'micro_grid', properties: { name: '北门微网格' } },
  ];
  expect(nameless({ reshape: { create } } as unknown as Draft)).toBe(1);
});

it('every reason has words for how to mend it', () => {
  for (const [code, words] of Object.entries(filingEn.mends)) expect(words, code).not.toBe('');
});
