import { asProblem, reshaping, server, type Place, type Reshape } from '../api';
import { actorName } from '../model/actor';
import type { Basis, Loaded } from '../model/drawer';
import { areaFrom, sameArea, type Area } from './area';
import type { FaceId, Patch } from './ground';
import { differing, rebased, type Faces } from './rebase';
import type { Sheet } from './sheet';
import { uuid } from './uuid';

/** Somebody else saved while this was drawn: what both began from, what they made of it, what was drawn here. */
export interface Meeting {
  /** Places as they saved them, and who did. */
  theirs: readonly Theirs[];
  /** Their outlines, in the units of the sheet. */
  areas: readonly Area[];
  /** Both drawings in one, as a step from what lies on the sheet now; null where they touched the same border. */
  both: Patch | null;
}

export interface Theirs {
  id: FaceId;
  name: string;
  version: number | null;
  at: string | null;
  who: string | null;
}

/** So many names are asked for; who changed a hundred places at once changed them in one go. */
const NAMES_MAX = 6;

export const baseFaces = (sheet: Sheet): Faces => new Map([...sheet.base].map(([id, { area }]) => [id, area]));

export const facesOf = (basis: readonly Basis[], sheet: Sheet): Faces =>
  new Map(basis.map(({ id, geometry }) => [String(id), areaFrom(geometry, sheet.frame)]));

/** What was drawn on `base`: all outlines as that drawing leaves them. */
export function drawnOn(base: Faces, body: Reshape, sheet: Sheet): Faces {
  const faces = new Map(base);
  for (const { id, geometry } of body.places) faces.set(String(id), areaFrom(geometry, sheet.frame));
  for (const { id } of body.retire) faces.delete(String(id));
  for (const { id, geometry, properties } of body.create) {
    faces.set(id, areaFrom(geometry, sheet.frame));
    if (!sheet.named.has(id)) sheet.named.set(id, { name: properties.name, code: properties.code ?? null });
  }
  return faces;
}

/** The same ground as it is now; what stands on it is taken as it was. */
export async function readAnew(loaded: Loaded, most: number, signal: AbortSignal): Promise<Loaded> {
  const { parent, kind } = loaded;
  const [whole, children] = await Promise.all([
    server.place(parent.id, signal),
    reshaping.exactOutlines({ kind, parent: parent.id }, most, signal),
  ]);
  return { ...loaded, parent: whole, children };
}

const step = (from: Faces, to: Faces): Map<FaceId, Area | null> =>
  new Map(differing(from, to).map((id) => [id, to.get(id) ?? null]));

/** What lies on the sheet at this moment. */
export const facesNow = (sheet: Sheet): Faces => new Map(sheet.ground.faces);

/**
 * Lays what was drawn on `base` on a sheet that begins from what they saved. Afterwards the sheet holds their outlines where
 * nothing was drawn here, and ours where something was. Answers what they changed and how both could be had; null when they
 * touched nothing of this ground.
 */
export function layOn(
  sheet: Sheet,
  base: Faces,
  mine: Faces,
): Omit<Meeting, 'theirs'> & { ids: FaceId[]; drawn: Patch } {
  const now = baseFaces(sheet);
  const ids = differing(base, now);
  const drawn = new Map<FaceId, Area | null>();
  for (const id of differing(base, mine)) {
    const area = mine.get(id) ?? null;
    if (base.has(id) && !now.has(id)) {
      // They closed it: what was drawn of it is new ground, under its old name.
      if (!area) continue;
      const own = uuid();
      sheet.named.set(own, sheet.named.get(id) ?? { name: '', code: null });
      drawn.set(own, area);
    } else drawn.set(id, area);
  }
  const laid = new Map(now);
  for (const [id, area] of drawn) {
    if (area) laid.set(id, area);
    else laid.delete(id);
  }
  const joined = ids.length ? rebased(base, now, mine) : null;
  const areas = ids.map((id) => now.get(id)).filter((area) => area !== undefined);
  return { ids, areas, drawn: step(facesNow(sheet), laid), both: joined && step(laid, joined) };
}

/** Who changed these places, as far as they may be asked about. */
export async function whoChanged(sheet: Sheet, ids: readonly FaceId[], children: readonly Place[]): Promise<Theirs[]> {
  const places = new Map(children.map((place) => [String(place.id), place.properties]));
  const { signal } = new AbortController();
  const asked = ids.slice(0, NAMES_MAX).map(async (id): Promise<Theirs> => {
    const place = places.get(id);
    const known = {
      id,
      name: place?.name ?? sheet.name(id),
      version: place?.version ?? null,
      at: place?.changed_at ?? null,
    };
    try {
      const { items } = await server.history(Number(id), signal);
      const last = [...items].sort((a, b) => b.seq - a.seq)[0];
      return { ...known, at: last?.at ?? known.at, who: last?.actor ? actorName(last.actor) : null };
    } catch (thrown) {
      asProblem(thrown);
      return { ...known, who: null };
    }
  });
  return Promise.all(asked);
}

/** Does a sheet measure in the same units as another? It does unless the parent's own outline was moved. */
export const sameUnits = (a: Sheet, b: Sheet): boolean =>
  a.frame.lonLat(0).join() === b.frame.lonLat(0).join() && sameArea(a.outline, b.outline);
