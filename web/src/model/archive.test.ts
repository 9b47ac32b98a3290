import { describe, expect, it } from 'vitest';
import { PLACE_KINDS, type Place } from '../api';
import {
  allFields,
  asSent,
  changedPaths,
  complaints,
  fieldOfFinding,
  merged,
  readValues,
  tabsOf,
  withValues,
} from './archive';

const yard = (archive: object = {}, more: object = {}): Place =>
  ({
    type: 'Feature',
    id: 7,
    geometry: { type: 'Point', coordinates: [104, 30] },
    properties: {
      kind: 'compound',
      name: '梧园巷3号院',
      code: 'X1',
      address: null,
      tags: ['老旧'],
      version: 4,
      effective_from: '2023-09-01',
      effective_to: null,
      source: null,
      parents: {},
      parent_names: {},
      area_m2: 10,
      archive: { kind: 'courtyard', households: 6, people_base: { over_60: 4, disabled: 0 }, ...archive },
      changed_at: '',
      changed_seq: 1,
      ...more,
    },
  }) as unknown as Place;

describe('an archive as a form', () => {
  it('has five pages for a compound and fitting ones for the rest', () => {
    expect(tabsOf('compound').map(({ name }) => name)).toEqual([
      'people_base',
      'resources',
      'service_bodies',
      'service_items',
      'response_flow',
    ]);
    for (const kind of PLACE_KINDS)
      expect(new Set(allFields(kind).map(({ path }) => path)).size).toBe(allFields(kind).length);
  });

  it('that nobody typed in goes back as it came, whatever else the archive holds', () => {
    const place = yard({ unknown_to_this_page: [1] });
    expect(withValues(place, readValues(place)).properties.archive).toEqual(place.properties.archive);
  });

  it('changes only what was typed, and an emptied field is no longer given', () => {
    const place = yard();
    const values = {
      ...readValues(place),
      'archive.people_base.over_60': ' 5 ',
      'archive.households': '',
      tags: '老旧\n\n 无物业 \n老旧',
    };
    const { archive, tags } = withValues(place, values).properties;
    expect(archive).toEqual({ kind: 'courtyard', people_base: { over_60: 5, disabled: 0 } });
    expect(tags).toEqual(['老旧', '无物业']);
    expect(changedPaths(readValues(place), values).sort()).toEqual([
      'archive.households',
      'archive.people_base.over_60',
      'tags',
    ]);
    expect(place.properties.archive['households']).toBe(6);
  });

  it('makes a module that was not there before', () => {
    const place = yard();
    const values = { ...readValues(place), 'archive.resources.lifts': '2', 'archive.owners_committee': 'no' };
    expect(withValues(place, values).properties.archive).toMatchObject({
      resources: { lifts: 2 },
      owners_committee: false,
    });
  });

  it('leaves out empty parts of an entry', () => {
    const place = yard();
    const steps = [{ step: '发现上报', post: '', within_minutes: '5' }];
    expect(
      withValues(place, { ...readValues(place), 'archive.response_flow': steps }).properties.archive['response_flow'],
    ).toEqual([{ step: '发现上报', within_minutes: 5 }]);
  });

  it('sends nothing that only the server tells', () => {
    expect(Object.keys(asSent(yard()).properties).sort()).toEqual(
      ['address', 'archive', 'code', 'effective_from', 'kind', 'name', 'source', 'tags'].sort(),
    );
  });
});

describe('what is wrong', () => {
  it('is told of each field, before anything is sent', () => {
    const wrong = complaints('compound', {
      ...readValues(yard()),
      name: '  ',
      'archive.households': '7a',
      'archive.residents': '99999999999',
      'archive.build_year': '98',
      'archive.service_items': [{ title: '', body: 'x', hours: '' }],
    });
    expect(wrong).toEqual({
      name: 'needed',
      'archive.households': 'whole',
      'archive.residents': 'too_big',
      'archive.build_year': 'year',
      'archive.service_items': 'needed',
    });
  });

  it('according to the server stands at the field it is about', () => {
    expect(fieldOfFinding('archive.build_year', 'compound')).toBe('archive.build_year');
    expect(fieldOfFinding('archive.over_60', 'compound')).toBe('archive.people_base.over_60');
    expect(fieldOfFinding('archive.service_items[2].title', 'compound')).toBe('archive.service_items');
    expect(fieldOfFinding('geometry', 'compound')).toBeNull();
    expect(fieldOfFinding(undefined, 'compound')).toBeNull();
  });
});

describe('two people at one archive', () => {
  const base = readValues(yard());

  it('who changed different fields both get theirs', () => {
    const { values, clashes } = merged(base, { ...base, tags: 'x' }, { ...base, name: '新名' });
    expect(clashes).toEqual([]);
    expect(values).toMatchObject({ tags: 'x', name: '新名' });
  });

  it('who changed the same field are asked', () => {
    const { clashes } = merged(base, { ...base, name: '甲' }, { ...base, name: '乙' });
    expect(clashes).toEqual([{ path: 'name', was: '梧园巷3号院', theirs: '甲', mine: '乙' }]);
  });

  it('who wrote the same are not', () => {
    expect(merged(base, { ...base, name: '甲' }, { ...base, name: '甲' }).clashes).toEqual([]);
  });
});
