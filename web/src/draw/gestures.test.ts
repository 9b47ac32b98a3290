import { describe, expect, it } from 'vitest';
import { areaFrom, doubled, doubledArea, edgesOf, geometryOf, sameArea, type Area } from './area';
import {
  blockFor,
  drawn,
  filled,
  gaps,
  holed,
  inserted,
  merged,
  moved,
  Refused,
  removed,
  settled,
  split,
  transferred,
  type Reason,
} from './gestures';
import { Ground, type Patch } from './ground';
import { liesOn } from './planar';
import { Frame, spotAt, xOf, yOf, type Spot } from './spot';
import { Stack } from './stack';

/** A street of n × n yards, each 1,000 units (about 10 m) wide; corners between are shared by four. */
const SIDE = 1000;
const O = 1_000_000;
const at = (x: number, y: number): Spot => spotAt(O + x, O + y);
const box = (x0: number, y0: number, x1: number, y1: number): Area => [
  [[at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)]],
];
function street(n: number): { ground: Ground; parent: Area } {
  const ground = new Ground();
  for (let x = 0; x < n; x++) {
    for (let y = 0; y < n; y++) ground.put(`${x}.${y}`, box(x * SIDE, y * SIDE, (x + 1) * SIDE, (y + 1) * SIDE));
  }
  const parent = n * SIDE;
  return { ground, parent: box(0, 0, parent, parent) };
}
const total = (ground: Ground) => [...ground.faces.values()].reduce((sum, area) => sum + doubledArea(area), 0);

function refusal(act: () => unknown): Reason | null {
  try {
    act();
    return null;
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.reason;
    throw thrown;
  }
}

/** Every corner on an edge is a corner of all whose edge it is; where two outlines touch, they have the same edges. */
function expectShared(ground: Ground): void {
  const onEdges: Spot[] = [];
  for (const area of ground.faces.values()) {
    for (const [a, b] of edgesOf(area)) {
      for (const border of ground.along([a, b], 2)) {
        onEdges.push(...[border.a, border.b].filter((spot) => liesOn(a, b, spot)));
      }
    }
  }
  expect(onEdges, 'corners on edges').toEqual([]);
}

describe('spots', () => {
  it('come back as the very coordinates they came from', () => {
    const frame = new Frame([104.05, 30.67]);
    for (const position of [
      [104.0178622, 30.6932267],
      [104.0921168, 30.6979946],
      [103.99839, 30.643942],
    ] as const) {
      expect(frame.lonLat(frame.at(position))).toEqual(position);
    }
  });

  it('measure the ground in metres', () => {
    const frame = new Frame([104, 30]);
    expect(frame.meters(frame.at([104, 30]), frame.at([104.001, 30]))).toBeCloseTo(96.48, 1);
  });

  it('read and write outlines with holes and several parts', () => {
    const frame = new Frame([104, 30]);
    const ring = (x: number, y: number, size: number, back = false) => {
      const spots = [
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
        [x, y],
      ];
      return back ? spots.reverse() : spots;
    };
    const geometry = {
      type: 'MultiPolygon' as const,
      coordinates: [[ring(104, 30, 0.01), ring(104.002, 30.002, 0.001, true)], [ring(104.02, 30, 0.01)]],
    };
    expect(geometryOf(areaFrom(geometry, frame), frame)).toEqual(geometry);
  });
});

describe('a gesture', () => {
  it('moves a corner for all four who share it', () => {
    const { ground, parent } = street(2);
    const patch = settled(ground, moved(ground, new Map([[at(1000, 1000), at(1200, 900)]])));
    expect([...patch.keys()].sort()).toEqual(['0.0', '0.1', '1.0', '1.1']);
    ground.apply(patch);
    expect(ground.sharers(at(1200, 900)).size).toBe(4);
    expect(total(ground)).toBe(doubledArea(parent));
  });

  it('is refused where edges would cross or ground would turn inside out', () => {
    const { ground } = street(2);
    expect(refusal(() => settled(ground, moved(ground, new Map([[at(1000, 1000), at(2500, 1700)]]))))).toBe('crossing');
    expect(refusal(() => settled(ground, moved(ground, new Map([[at(0, 0), at(1500, 1500)]]))))).toBe('crossing');
  });

  it('puts a new corner into both outlines of an edge, and takes it out of both', () => {
    const { ground } = street(2);
    ground.apply(settled(ground, inserted(ground, [at(1000, 0), at(1000, 1000)], at(1100, 500))));
    expect([...ground.sharers(at(1100, 500))].sort()).toEqual(['0.0', '1.0']);
    ground.apply(settled(ground, removed(ground, at(1100, 500))));
    expect(ground.sharers(at(1100, 500)).size).toBe(0);
    expect(ground.border(at(1000, 0), at(1000, 1000))?.faces.size).toBe(2);
  });

  it('never takes out a corner where three meet', () => {
    const { ground } = street(2);
    expect(refusal(() => removed(ground, at(1000, 1000)))).toBe('junction');
  });

  it('makes a corner that is laid on the neighbour’s edge a corner of the neighbour', () => {
    const { ground } = street(1);
    ground.put('east', box(1200, -500, 2200, 1500));
    ground.apply(settled(ground, moved(ground, new Map([[at(1000, 1000), at(1200, 1000)]]))));
    expect(ground.faces.get('east')?.[0]?.[0]).toHaveLength(5);
    expect([...ground.sharers(at(1200, 1000))].sort()).toEqual(['0.0', 'east']);
    ground.apply(settled(ground, moved(ground, new Map([[at(1000, 0), at(1200, 0)]]))));
    expect(ground.border(at(1200, 0), at(1200, 1000))?.faces.size).toBe(2);
  });

  it('splits by a line, tells the neighbours of the new corners, and merging gives the same ground', () => {
    const { ground } = street(3);
    const before = doubledArea(ground.faces.get('1.1') ?? []);
    const patch = settled(ground, split(ground, '1.1', [at(900, 1400), at(1500, 1500), at(2100, 1300)], 'new'));
    ground.apply(patch);
    expectShared(ground);
    expect(patch.has('0.1') && patch.has('2.1')).toBe(true);
    const parts = ['1.1', 'new'].map((id) => doubledArea(ground.faces.get(id) ?? []));
    expect((parts[0] ?? 0) >= (parts[1] ?? 0)).toBe(true);
    expect(total(ground)).toBe(18_000_000);
    ground.apply(settled(ground, merged(ground, '1.1', 'new')));
    expect(ground.faces.get('1.1')).toHaveLength(1);
    expect(Math.abs(doubledArea(ground.faces.get('1.1') ?? []) - before)).toBeLessThan(3000);
    expect(total(ground)).toBe(18_000_000);
  });

  it('refuses a line that misses, only touches or crosses twice', () => {
    const { ground } = street(1);
    expect(refusal(() => split(ground, '0.0', [at(2000, 0), at(2000, 900)], 'n'))).toBe('not_across');
    expect(refusal(() => split(ground, '0.0', [at(-100, 500), at(500, 500)], 'n'))).toBe('not_across');
    const zigzag = [at(-100, 200), at(1100, 500), at(-100, 800)];
    expect(refusal(() => split(ground, '0.0', zigzag, 'n'))).toBe('twice');
  });

  it('merges only neighbours', () => {
    const { ground } = street(3);
    expect(refusal(() => merged(ground, '0.0', '2.2'))).toBe('apart');
    expect(
      refusal(() => merged(ground, '0.0', '1.1')),
      'a corner is no border',
    ).toBe('apart');
  });

  it('draws only what is free within the parent', () => {
    const { ground, parent } = street(2);
    ground.put('1.1', null);
    const generous = [at(500, 500), at(3000, 500), at(3000, 3000), at(500, 3000)];
    ground.apply(settled(ground, drawn(ground, parent, generous, 'new')));
    expect(doubledArea(ground.faces.get('new') ?? [])).toBe(2 * SIDE * SIDE);
    expectShared(ground);
    expect(refusal(() => drawn(ground, parent, generous, 'again'))).toBe('taken');
    expect(refusal(() => drawn(ground, parent, [at(5000, 0), at(6000, 0), at(6000, 900)], 'far'))).toBe('outside');
  });

  it('finds the gaps of the parent, enclosed ones too, and fills them', () => {
    const { ground, parent } = street(3);
    ground.put('1.1', null);
    ground.put('0.0', null);
    const found = gaps(ground, parent);
    expect(found.map(doubledArea)).toEqual([2_000_000, 2_000_000]);
    ground.apply(settled(ground, filled(ground, found[0] ?? [], 'new')));
    ground.apply(settled(ground, filled(ground, found[1] ?? [], '2.1')));
    expect(gaps(ground, parent)).toEqual([]);
    expect(total(ground)).toBe(doubledArea(parent));
  });

  it('cuts a hole, which is a gap until somebody takes it', () => {
    const { ground, parent } = street(1);
    ground.apply(settled(ground, holed(ground, '0.0', [at(200, 200), at(600, 200), at(600, 600), at(200, 600)])));
    expect(ground.faces.get('0.0')?.[0]).toHaveLength(2);
    expect(gaps(ground, parent).map(doubledArea)).toEqual([320_000]);
    expect(refusal(() => holed(ground, '0.0', [at(5000, 0), at(6000, 0), at(6000, 900)]))).toBe('outside');
  });

  it('carries a building over to the neighbour with the ground between', () => {
    const { ground } = street(2);
    const walls = box(1200, 300, 1600, 700);
    ground.apply(settled(ground, transferred(ground, blockFor(ground, walls, '0.0'), '0.0')));
    expect(doubledArea(ground.faces.get('0.0') ?? [])).toBe(2_000_000 + 2 * 600 * 400);
    expect(total(ground)).toBe(8_000_000);
    expectShared(ground);
  });

  it('is refused where nothing would be left, or two pieces', () => {
    const { ground } = street(2);
    expect(refusal(() => transferred(ground, box(1500, 300, 1600, 700), '0.0'))).toBe('apart');
    expect(refusal(() => transferred(ground, box(1000, 0, 2000, 1000), '0.0'))).toBe('swallowed');
  });
});

/** Small, seeded and the same everywhere (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomGesture(ground: Ground, parent: Area, roll: () => number, name: string): Patch {
  const ids = [...ground.faces.keys()];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  const id = pick(ids);
  const area = ground.faces.get(id) ?? [];
  const edges = [...edgesOf(area)];
  const [a, b] = pick(edges);
  const corners = new Set(parent.flat(2));
  const near = (spot: Spot) => spotAt(xOf(spot) + (roll() - 0.5) * 900, yOf(spot) + (roll() - 0.5) * 900);
  const size = 4 * SIDE + O;
  const edgeOfParent = (spot: Spot) => [xOf(spot), yOf(spot)].some((value) => value === O || value === size);
  switch (Math.floor(roll() * 6)) {
    case 0:
      if (edgeOfParent(a)) throw new Refused('held');
      return moved(ground, new Map([[a, near(a)]]));
    case 1:
      if (edgeOfParent(a) || edgeOfParent(b)) throw new Refused('held');
      return inserted(ground, [a, b], near(spotAt((xOf(a) + xOf(b)) / 2, (yOf(a) + yOf(b)) / 2)));
    case 2:
      if (corners.has(a)) throw new Refused('held');
      return removed(ground, a);
    case 3: {
      const from = near(pick(edges)[0]);
      const to = near(pick(edges)[0]);
      return split(ground, id, [from, to], name);
    }
    case 4:
      return merged(ground, id, pick(ids));
    default: {
      const corner = near(pick(edges)[0]);
      const walls: Area = [
        [[corner, spotAt(xOf(corner) + 250, yOf(corner)), spotAt(xOf(corner) + 250, yOf(corner) + 250)]],
      ];
      return transferred(ground, blockFor(ground, walls, id), id);
    }
  }
}

describe('any sequence of gestures', () => {
  it('keeps a perfect partition, and undoing all of it gives the first coordinates back', () => {
    let carriedOut = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const roll = dice(seed);
      const { ground, parent } = street(4);
      const first = new Map(ground.faces);
      const stack = new Stack(ground);
      const states: ReadonlyMap<string, Area>[] = [];
      for (let step = 0; step < 60; step++) {
        try {
          const patch = settled(ground, randomGesture(ground, parent, roll, `n${step}`));
          states.push(new Map(ground.faces));
          stack.do('move', patch);
          carriedOut += 1;
        } catch (thrown) {
          if (!(thrown instanceof Refused)) throw thrown;
          continue;
        }
        const sum = total(ground);
        if (sum !== doubledArea(parent))
          throw new Error(`seed ${seed} step ${step}: off by ${sum - doubledArea(parent)}`);
        const rings = [...ground.faces.values()].flatMap((area) =>
          area.flatMap((part) => part.map((ring, n) => ({ ring, n }))),
        );
        const inverted = rings.filter(({ ring, n }) => doubled(ring) > 0 !== (n === 0));
        if (inverted.length > 0) throw new Error(`seed ${seed} step ${step}: a ring is inside out`);
      }
      expectShared(ground);
      while (stack.last) stack.undo();
      expect([...ground.faces].sort()).toEqual([...first].sort());
      while (stack.next) stack.redo();
      expect(total(ground)).toBe(doubledArea(parent));
      expect(states.length).toBeGreaterThan(0);
    }
    expect(carriedOut).toBeGreaterThan(350);
  }, 120_000);

  it('says which outlines are as they were', () => {
    const { ground } = street(2);
    const before = ground.faces.get('0.0');
    ground.apply(settled(ground, moved(ground, new Map([[at(2000, 2000), at(2100, 2100)]]))));
    expect(sameArea(before, ground.faces.get('0.0'))).toBe(true);
  });
});
