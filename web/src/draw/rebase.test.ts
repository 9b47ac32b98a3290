import { describe, expect, it } from 'vitest';
import type { Area } from './area';
import { doubledArea, sameArea } from './area';
import { inserted, merged, settled, split } from './gestures';
import { Ground, type FaceId, type Patch } from './ground';
import { rebased, type Faces } from './rebase';
import { spotAt, type Spot } from './spot';

const at = (x: number, y: number): Spot => spotAt(1_000_000 + x * 100, 1_000_000 + y * 100);
const box = (x: number, y: number, w: number, h: number): Area => [
  [[at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)]],
];

/** Three fields in a row, each a hundred wide, with a corner in the middle of each border. */
function street(): Ground {
  const ground = new Ground();
  for (const n of [0, 1, 2]) ground.put(String(n + 1), box(n * 100, 0, 100, 100));
  for (const n of [1, 2]) ground.apply(inserted(ground, [at(n * 100, 0), at(n * 100, 100)], at(n * 100, 50)));
  return ground;
}
const faces = (...patches: ((ground: Ground) => Patch)[]): Faces => {
  const ground = street();
  for (const patch of patches) ground.apply(settled(ground, patch(ground)));
  return new Map(ground.faces);
};
/** A corner goes elsewhere, in all outlines that have it. */
const moved =
  (from: Spot, to: Spot) =>
  (ground: Ground): Patch =>
    new Map(
      [...ground.sharers(from)].map((id): [FaceId, Area] => [
        id,
        (ground.faces.get(id) ?? []).map((rings) =>
          rings.map((ring) => ring.map((spot) => (spot === from ? to : spot))),
        ),
      ]),
    );
const cut = (id: FaceId, line: Spot[], other: FaceId) => (ground: Ground) => split(ground, id, line, other);

const base = faces();
const whole = (all: Faces | null): number =>
  [...(all ?? new Map<FaceId, Area>()).values()].reduce((sum, area) => sum + doubledArea(area), 0);

function expectBoth(got: Faces | null, wanted: Faces): void {
  expect(got).not.toBeNull();
  expect([...(got?.keys() ?? [])].sort()).toEqual([...wanted.keys()].sort());
  for (const [id, area] of wanted) expect(sameArea(got?.get(id), area), `outline ${id}`).toBe(true);
}

describe('two drawings on one base', () => {
  const west = moved(at(100, 50), at(110, 50));
  const east = moved(at(200, 50), at(190, 40));

  it('are both had when they touch the same place at other corners', () => {
    expectBoth(rebased(base, faces(west), faces(east)), faces(west, east));
    expectBoth(rebased(base, faces(east), faces(west)), faces(west, east));
  });

  it('are both had when the corners are next to each other on one border', () => {
    const upper = moved(at(100, 100), at(105, 100));
    expectBoth(rebased(base, faces(west), faces(upper)), faces(west, upper));
  });

  it('are a conflict when both moved the same corner, and none when both moved it to the same spot', () => {
    expect(rebased(base, faces(west), faces(moved(at(100, 50), at(90, 50))))).toBeNull();
    expectBoth(rebased(base, faces(west), faces(west)), faces(west));
  });

  it('are both had when one of them is a cut, whichever half the other’s border fell to', () => {
    const mine = cut('2', [at(170, -10), at(170, 110)], 'new');
    for (const theirs of [west, east]) expectBoth(rebased(base, faces(theirs), faces(mine)), faces(theirs, mine));
    for (const own of [west, east]) expectBoth(rebased(base, faces(mine), faces(own)), faces(mine, own));
  });

  it('are a conflict when one gave a border up that the other moved', () => {
    const mine = (ground: Ground) => merged(ground, '1', '2');
    expect(rebased(base, faces(west), faces(mine))).toBeNull();
    expectBoth(rebased(base, faces(east), faces(mine)), faces(east, mine));
  });

  it('are both had when both only put corners into different edges', () => {
    const mine = (ground: Ground) => inserted(ground, [at(100, 50), at(100, 100)], at(100, 75));
    const theirs = (ground: Ground) => inserted(ground, [at(100, 0), at(100, 50)], at(100, 25));
    expectBoth(rebased(base, faces(theirs), faces(mine)), faces(theirs, mine));
    expect(rebased(base, faces(theirs), faces(theirs))).not.toBeNull();
  });

  it('never lose or double ground', () => {
    const mine = cut('3', [at(190, 30), at(310, 60)], 'new');
    const both = rebased(base, faces(west), faces(mine));
    expect(whole(both)).toBe(whole(base));
  });

  it('are both had when one of them is the other and more', () => {
    const more = faces(west, cut('3', [at(250, -10), at(250, 110)], 'new'));
    expectBoth(rebased(base, faces(west), more), more);
  });

  it('are a conflict when both cut the same field', () => {
    const one = cut('2', [at(150, -10), at(150, 110)], 'one');
    const two = cut('2', [at(140, -10), at(160, 110)], 'two');
    expect(rebased(base, faces(one), faces(two))).toBeNull();
  });
});
