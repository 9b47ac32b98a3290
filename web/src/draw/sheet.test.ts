import { describe, expect, it } from 'vitest';
import type { Place } from '../api';
import { Drag } from './drag';
import { filled, merged, Refused, settled, split } from './gestures';
import { Sheet } from './sheet';
import { xOf, yOf } from './spot';

const SIDE = 0.001;
const place = (id: number, x: number, y: number, w: number, h: number, version = 1, archive = {}): Place =>
  ({
    type: 'Feature',
    id,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [104 + x * SIDE, 30 + y * SIDE],
          [104 + (x + w) * SIDE, 30 + y * SIDE],
          [104 + (x + w) * SIDE, 30 + (y + h) * SIDE],
          [104 + x * SIDE, 30 + (y + h) * SIDE],
          [104 + x * SIDE, 30 + y * SIDE],
        ].map(([lon = 0, lat = 0]) => [+lon.toFixed(7), +lat.toFixed(7)]),
      ],
    },
    properties: { name: `第${id}`, code: null, version, effective_to: null, archive },
  }) as unknown as Place;

const sheetOf = () =>
  new Sheet({
    parent: place(9, 0, 0, 2, 2),
    kind: 'micro_grid',
    // The western one is whole, the eastern two meet in the middle of its edge.
    children: [place(1, 0, 0, 1, 2), place(2, 1, 0, 1, 1), place(3, 1, 1, 1, 1)],
    buildings: [place(50, 1.2, 0.2, 0.1, 0.1, 1, { households: 40, residents: 90 })],
    compounds: [],
  });
const at = (sheet: Sheet, x: number, y: number) => sheet.frame.at([104 + x * SIDE, 30 + y * SIDE]);

describe('the sheet', () => {
  it('shares corners that lay on a neighbour’s edge, and calls nothing changed for it', () => {
    const sheet = sheetOf();
    expect([...sheet.ground.sharers(at(sheet, 1, 1))].sort()).toEqual(['1', '2', '3']);
    expect(sheet.changed()).toEqual([]);
    expect(sheet.body()).toEqual({ places: [], create: [], retire: [], cause: null });
  });

  it('sends every place whose outline moved, with the version it was drawn on', () => {
    const sheet = sheetOf();
    const drag = new Drag(sheet, { what: 'corner', spot: at(sheet, 1, 1) }, at(sheet, 1, 1));
    const to = at(sheet, 1.1, 1.05);
    const preview = drag.move(xOf(to), yOf(to), 1);
    expect(preview.reason).toBeNull();
    expect(sheet.changed(), 'nothing is written while it is in hand').toEqual([]);
    sheet.stack.do('move', drag.end() ?? new Map());
    expect(sheet.body().places.map(({ id, version }) => [id, version])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(JSON.stringify(sheet.body())).toContain('[104.0011,30.00105]');
    sheet.stack.undo();
    expect(sheet.changed()).toEqual([]);
  });

  it('counts by inner points while the corner moves', () => {
    const sheet = sheetOf();
    const drag = new Drag(sheet, { what: 'middle', edge: [at(sheet, 1, 0), at(sheet, 1, 1)] }, at(sheet, 1, 0.5));
    const to = at(sheet, 1.9, 0.2);
    const { sums } = drag.move(xOf(to), yOf(to), 1);
    expect([sums.get('1')?.households, sums.get('2')?.households]).toEqual([40, 0]);
    drag.cancel();
    expect(sheet.changed()).toEqual([]);
  });

  it('keeps the parent’s outline where it is', () => {
    const sheet = sheetOf();
    const held = () => new Drag(sheet, { what: 'corner', spot: at(sheet, 0, 0) }, at(sheet, 0, 0));
    expect(held).toThrow(Refused);
    // A corner on the parent's edge slides along it.
    const drag = new Drag(sheet, { what: 'corner', spot: at(sheet, 1, 0) }, at(sheet, 1, 0));
    const to = at(sheet, 1.3, 0.4);
    expect(drag.move(xOf(to), yOf(to), 1).snapped.spot).toBe(at(sheet, 1.3, 0));
  });

  it('names what was new by its lasting number once saved, also for undo', () => {
    const sheet = sheetOf();
    const line = [at(sheet, -0.1, 1), at(sheet, 1.1, 1)];
    sheet.stack.do('split', settled(sheet.ground, split(sheet.ground, '1', line, 'own')));
    sheet.nameFor('own', '新{n}');
    const body = sheet.body();
    expect(body.create.map(({ id, properties }) => [id, properties.name])).toEqual([['own', '新1']]);
    const answer = [
      { ...place(1, 0, 0, 1, 1, 2), geometry: body.places[0]?.geometry },
      { ...place(77, 0, 1, 1, 1, 1), geometry: body.create[0]?.geometry },
    ] as Place[];
    sheet.saved(body, { seq: 5, places: answer, created: [{ id: 77, as: 'own' }] });
    expect(sheet.changed()).toEqual([]);
    sheet.stack.undo();
    expect(sheet.body().retire).toEqual([{ id: 77, version: 1 }]);
    expect(sheet.body().places.map(({ id, version }) => [id, version])).toEqual([[1, 2]]);
  });

  it('is not confused by rings that begin elsewhere', () => {
    const sheet = sheetOf();
    const turned = place(2, 1, 0, 1, 1, 4);
    const ring = (turned.geometry as { coordinates: number[][][] }).coordinates[0] ?? [];
    (turned.geometry as { coordinates: number[][][] }).coordinates = [[...ring.slice(2), ...ring.slice(1, 3)]];
    sheet.took([turned]);
    expect(sheet.changed()).toEqual([]);
    expect(sheet.base.get('2')?.version).toBe(4);
  });

  it('lays a kept draft on what is there now, and says when others were faster', () => {
    const sheet = sheetOf();
    sheet.stack.do('merge', settled(sheet.ground, merged(sheet.ground, '2', '3')));
    const body = sheet.body();
    expect(sheetOf().patchOf(body).overtaken).toBe(false);
    const later = sheetOf();
    later.took([place(2, 1, 0, 1, 1, 2)]);
    const { patch, overtaken } = later.patchOf(body);
    expect(overtaken).toBe(true);
    later.stack.do('mend', patch);
    expect(later.body().places[0]?.version, 'drawn on top of theirs').toBe(2);
    expect(later.body().retire).toEqual([{ id: 3, version: 1 }]);
  });

  it('brings a merged place back by undo after the merge was saved', () => {
    const sheet = sheetOf();
    sheet.stack.do('merge', settled(sheet.ground, merged(sheet.ground, '2', '3')));
    const body = sheet.body();
    sheet.saved(body, {
      seq: 6,
      places: [{ ...place(2, 1, 0, 1, 2, 2), geometry: body.places[0]?.geometry } as Place],
    });
    expect(sheet.changed()).toEqual([]);
    sheet.stack.undo();
    expect(sheet.body().create.map(({ properties }) => properties.name)).toEqual(['第3']);
    expect(filled(sheet.ground, sheet.ground.faces.get('3') ?? [], 'x').size).toBe(1);
  });
});
