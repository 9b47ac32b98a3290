import { describe, expect, it, vi } from 'vitest';
import type { Place } from '../api';
import { doubledArea, sameArea, type Area } from './area';
import { comesOut, cut, reaching } from './cut';
import { Refused, settled, split } from './gestures';
import { Ground } from './ground';
import { restored } from './restore';
import { Saves } from './saves';
import { Sheet } from './sheet';
import { spotAt, type Spot } from './spot';

const asked = vi.hoisted(() => ({ back: [] as number[], place: null as unknown }));
vi.mock('../api', async (original) => ({
  ...(await original<object>()),
  reshaping: {
    takeBack: (seq: number) => {
      asked.back.push(seq);
      return Promise.resolve({ seq: seq + 10 });
    },
  },
  server: { place: () => Promise.resolve(asked.place) },
}));

const O = 1_000_000;
const at = (x: number, y: number): Spot => spotAt(O + x, O + y);
const box = (x0: number, y0: number, x1: number, y1: number): Area => [
  [[at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)]],
];

/** Two yards side by side. */
function yards(): Ground {
  const ground = new Ground();
  ground.put('west', box(0, 0, 1000, 1000));
  ground.put('east', box(1000, 0, 2000, 1000));
  return ground;
}
const apply = (ground: Ground, patch: ReadonlyMap<string, Area | null>) => ground.apply(settled(ground, patch));
const total = (ground: Ground) => [...ground.faces.values()].reduce((sum, area) => sum + doubledArea(area), 0);

describe('a cut', () => {
  it('needs no end outside: both go on the way they came until they meet the border', () => {
    const ground = yards();
    const line = [at(300, 400), at(700, 500)];
    expect(comesOut(box(0, 0, 1000, 1000), line)).toBe(false);
    expect(reaching(box(0, 0, 1000, 1000), line)).toEqual([at(0, 325), ...line, at(1000, 575)]);
    const { id, patch } = cut(ground, ['west'], line, 'new');
    apply(ground, patch);
    expect(id).toBe('west');
    expect(total(ground)).toBe(2 * 2_000_000);
    expect(ground.faces.get('east')?.[0]?.[0], 'the neighbour has the end of the line as a corner').toContain(
      at(1000, 575),
    );
  });

  it('is over when it comes out, and goes through whom it crosses although another was chosen', () => {
    const ground = yards();
    const line = [at(1500, -50), at(1500, 1100)];
    expect(comesOut(box(1000, 0, 2000, 1000), line)).toBe(true);
    expect(cut(ground, ['west', 'east'], line, 'new').id).toBe('east');
    expect(() => cut(ground, ['west'], [at(-200, 0), at(-200, 900)], 'new')).toThrow(Refused);
  });
});

describe('an old outline', () => {
  it('takes back what others have now, and gives what falls free to the longest neighbour', () => {
    const ground = yards();
    const parent = box(0, 0, 2000, 1000);
    const old = box(0, 0, 1200, 1000);
    apply(ground, restored(ground, parent, 'west', old));
    expect(doubledArea(ground.faces.get('west') ?? [])).toBe(doubledArea(old));
    expect(total(ground)).toBe(doubledArea(parent));
    apply(ground, restored(ground, parent, 'west', box(0, 0, 800, 1000)));
    expect(doubledArea(ground.faces.get('east') ?? [])).toBe(2 * 1_200_000);
    expect(total(ground)).toBe(doubledArea(parent));
  });

  it('ends who has nothing left, and does not leave the parent', () => {
    const ground = yards();
    const parent = box(0, 0, 2000, 1000);
    expect(restored(ground, parent, 'west', box(-500, -500, 2500, 2500)).get('east')).toBeNull();
    expect(() => restored(ground, parent, 'west', box(5000, 5000, 6000, 6000))).toThrow(Refused);
  });
});

const SIDE = 0.001;
const place = (id: number, x: number, width: number, version: number): Place =>
  ({
    type: 'Feature',
    id,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [104 + x * SIDE, 30],
          [104 + (x + width) * SIDE, 30],
          [104 + (x + width) * SIDE, 30 + SIDE],
          [104 + x * SIDE, 30 + SIDE],
          [104 + x * SIDE, 30],
        ].map(([lon = 0, lat = 0]) => [+lon.toFixed(7), +lat.toFixed(7)]),
      ],
    },
    properties: { name: `第${id}`, code: null, version, effective_to: null },
  }) as unknown as Place;

describe('what was saved', () => {
  it('is taken back as the Change it was, and so is the taking back', async () => {
    const sheet = new Sheet({
      parent: place(9, 0, 2, 1),
      kind: 'micro_grid',
      children: [place(1, 0, 2, 1)],
      buildings: [],
      compounds: [],
    });
    const saves = new Saves();
    const whole = sheet.ground.faces.get('1');
    const line = [sheet.frame.at([104 + SIDE, 29.9999]), sheet.frame.at([104 + SIDE, 30.0011])];
    sheet.stack.do('split', settled(sheet.ground, split(sheet.ground, '1', line, 'own')));
    sheet.nameFor('own', '新{n}');
    expect(saves.undone(sheet)).toBe(0);
    const body = sheet.body();
    const before = saves.before(sheet);
    const [moved, made] = [body.places[0]?.geometry, body.create[0]?.geometry];
    const answer = [
      { ...place(1, 0, 1, 2), geometry: moved },
      { ...place(77, 1, 1, 1), geometry: made },
    ] as Place[];
    sheet.saved(body, { seq: 5, places: answer, created: [{ id: 77, as: 'own' }] });
    saves.note(5, before, [{ from: 'own', to: '77' }]);
    expect(saves.undone(sheet), 'nothing was undone yet').toBe(0);

    sheet.stack.undo();
    expect(saves.undone(sheet)).toBe(1);
    asked.place = place(1, 0, 2, 3);
    expect(await saves.takeBack(sheet, 1)).toBe(true);
    expect(asked.back).toEqual([5]);
    expect(sheet.changed()).toEqual([]);
    expect(sheet.base.get('1')?.version).toBe(3);
    expect(sheet.base.has('77')).toBe(false);
    expect(sameArea(sheet.ground.faces.get('1'), whole)).toBe(true);

    sheet.stack.redo();
    expect(saves.undone(sheet), 'the taking back is taken back').toBe(1);
  });

  it('tells of the parent and of places beyond it, which do not come to lie on the sheet', () => {
    const sheet = new Sheet({
      parent: place(9, 0, 2, 1),
      kind: 'micro_grid',
      children: [place(1, 0, 1, 1), place(2, 1, 1, 1)],
      buildings: [],
      compounds: [],
    });
    sheet.saved(sheet.body(), { seq: 6, places: [place(9, 0, 2, 1), place(40, 2, 1, 1)] });
    expect([...sheet.ground.faces.keys()]).toEqual(['1', '2']);
  });
});
