import { edgesOf, type Area } from './area';
import { meet, Refused, worth } from './gestures';
import type { FaceId, Ground, Patch } from './ground';
import { chosen, isEmpty, joined, overlay, pieces, type Edge } from './planar';
import { xOf, yOf } from './spot';

/** How much border two areas have in common, in units. */
function shared(one: Area, other: Area): number {
  const theirs = new Set([...edgesOf(other)].map(([a, b]) => `${a}/${b}`));
  const length = ([a, b]: Edge) => (theirs.has(`${b}/${a}`) ? Math.hypot(xOf(b) - xOf(a), yOf(b) - yOf(a)) : 0);
  return [...edgesOf(one)].reduce((sum, edge) => sum + length(edge), 0);
}

/**
 * An old outline comes back: what of it others have is theirs no more, and whoever has nothing left is no more. What falls
 * free goes to the neighbour it shares most border with, lest it be nobody's.
 */
export function restored(ground: Ground, parent: Area, id: FaceId, old: Area): Patch {
  const own = ground.faces.get(id) ?? [];
  const others = [...new Set([old, own].flatMap((area) => meet(ground, area, new Set([id]))))];
  const cells = overlay([old, parent, own, ...others.map((one) => ground.faces.get(one) ?? [])]);
  if (!cells) throw new Refused('tangled');
  const mine = [chosen(cells, ([then, within]) => !!then && !!within)];
  if (isEmpty(worth(mine[0] ?? []))) throw new Refused('outside');
  const left: Area[] = others.map((_, at) => {
    const all = pieces(chosen(cells, (inside) => !!inside[at + 3] && !inside[0]));
    mine.push(...all.filter((piece) => isEmpty(worth(piece))));
    return all.filter((piece) => !isEmpty(worth(piece))).flat();
  });
  const free = pieces(
    chosen(cells, ([then, within, now, ...taken]) => !then && !!within && !!now && !taken.some(Boolean)),
  );
  for (const piece of free) {
    const borders = left.map((area) => shared(piece, area));
    const most = Math.max(0, ...borders);
    if (most > 0) {
      const at = borders.indexOf(most);
      left[at] = joined([left[at] ?? [], piece]);
    }
  }
  return new Map<FaceId, Area | null>([
    [id, joined(mine)],
    ...others.map((one, at): [FaceId, Area | null] => [one, left[at]?.length ? left[at] : null]),
  ]);
}
