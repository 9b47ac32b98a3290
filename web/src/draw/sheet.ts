import type { MultiPolygon, Polygon } from 'geojson';
import type { Place, PlaceKind, Reshape, ShapeSaved } from '../api';
import type { Basis, Loaded } from '../model/drawer';
import { innerPoint } from '../model/shape';
import { areaFrom, edgesOf, geometryOf, holds, sameArea, type Area } from './area';
import { inserted } from './gestures';
import { Ground, type FaceId, type Patch } from './ground';
import { liesOn, NEAR, sameBorder, type Edge } from './planar';
import type { Counted } from './meter';
import { Snapper } from './snap';
import { Frame, type Spot } from './spot';
import { Stack } from './stack';

/** A building one may carry over to the neighbour, or a compound as a block. */
export interface Block {
  id: number;
  name: string;
  area: Area;
}

const isArea = (geometry: { type: string } | null): geometry is Polygon | MultiPolygon =>
  geometry?.type === 'Polygon' || geometry?.type === 'MultiPolygon';

const count = (place: Place, field: string): number => {
  const value = place.properties.archive?.[field];
  return typeof value === 'number' ? value : 0;
};

/** Where corners of one outline lie on an edge of another, they become corners of both; a few rounds see the last of them. */
const ROUNDS_MAX = 4;

function shareCorners(ground: Ground): void {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const spots = new Set([...ground.faces.values()].flatMap((area) => area.flat(2)));
    let found = false;
    for (const spot of spots) {
      for (const { a, b } of ground.along([spot, spot], NEAR + 1)) {
        if (!liesOn(a, b, spot)) continue;
        ground.apply(inserted(ground, [a, b], spot));
        found = true;
      }
    }
    if (!found) return;
  }
}

/** The sheet on the desk: one parent, its children's outlines, what they may snap to and what they count. */
export class Sheet {
  readonly parent: Place;
  readonly kind: PlaceKind;
  readonly frame: Frame;
  readonly ground = new Ground();
  readonly stack = new Stack(this.ground);
  readonly snapper: Snapper;
  readonly outline: Area;
  readonly counted: Counted[] = [];
  readonly buildings: Block[] = [];
  /** What the server has, as far as this sheet knows. */
  readonly base = new Map<FaceId, { version: number; name: string; code: string | null; area: Area }>();
  /** Names of what is new here. */
  readonly named = new Map<FaceId, { name: string; code: string | null }>();
  readonly #parentEdges: Edge[];
  readonly #parentCorners: ReadonlySet<Spot>;

  constructor({ parent, kind, children, buildings, compounds }: Loaded) {
    this.parent = parent;
    this.kind = kind;
    const centre = innerPoint(parent.geometry) ?? [0, 0];
    this.frame = new Frame(centre);
    this.snapper = new Snapper(this.ground, this.frame);
    this.outline = isArea(parent.geometry) ? areaFrom(parent.geometry, this.frame) : [];
    this.#parentEdges = [...edgesOf(this.outline)];
    this.#parentCorners = new Set(this.outline.flat(2));
    this.snapper.guide(this.outline, 'parent');
    for (const child of children) {
      if (isArea(child.geometry)) this.ground.put(String(child.id), areaFrom(child.geometry, this.frame));
    }
    shareCorners(this.ground);
    for (const child of children) this.#known(child);
    for (const building of buildings) {
      if (!isArea(building.geometry)) continue;
      const area = areaFrom(building.geometry, this.frame);
      this.snapper.guide(area, 'building');
      this.buildings.push({ id: building.id, name: building.properties.name, area });
      const inside = innerPoint(building.geometry);
      if (!inside) continue;
      this.counted.push({
        spot: this.frame.at(inside),
        households: count(building, 'households'),
        shops: count(building, 'shops'),
        people: count(building, 'residents'),
        over60: count(building, 'over_60'),
      });
    }
    if (kind === 'compound') return;
    for (const { geometry } of compounds) {
      if (isArea(geometry)) this.snapper.guide(areaFrom(geometry, this.frame), 'compound');
    }
  }

  /** A corner of the parent itself: who moved it would leave the parent or open a gap. */
  held(spot: Spot): boolean {
    return this.#parentCorners.has(spot);
  }

  /** The edge of the parent on which a corner may slide, and only slide. */
  rail(spot: Spot): Edge | null {
    return this.#parentEdges.find(([a, b]) => liesOn(a, b, spot)) ?? null;
  }

  /** Whose ground a point lies in. */
  faceAt(x: number, y: number): FaceId | null {
    for (const [id, area] of this.ground.faces) if (holds(area, x, y)) return id;
    return null;
  }

  name(id: FaceId): string {
    return this.named.get(id)?.name ?? this.base.get(id)?.name ?? '';
  }

  /** Faces that are not as the server has them. */
  changed(): FaceId[] {
    const ids = new Set([...this.base.keys(), ...this.ground.faces.keys()]);
    return [...ids].filter((id) => !sameArea(this.base.get(id)?.area, this.ground.faces.get(id)));
  }

  /** Is its ground another? A neighbour that only gained a corner lies as it lay. */
  hasMoved(id: FaceId): boolean {
    const [was, area] = [this.base.get(id)?.area, this.ground.faces.get(id)];
    return !was || !area || !sameBorder(was, area);
  }

  /** All that changed, as one reshape. */
  body(): Reshape {
    const body: Reshape = { places: [], create: [], retire: [], cause: null };
    for (const id of this.changed()) {
      const area = this.ground.faces.get(id);
      const was = this.base.get(id);
      const geometry = area && geometryOf(area, this.frame);
      if (was && geometry) body.places.push({ id: Number(id), version: was.version, geometry });
      else if (was) body.retire.push({ id: Number(id), version: was.version });
      else if (geometry) {
        const { name, code } = this.named.get(id) ?? { name: '', code: null };
        body.create.push({ id, kind: this.kind, geometry, properties: code ? { name, code } : { name } });
      }
    }
    return body;
  }

  /** A body laid on the sheet again, also where others saved meanwhile: it lies on top of theirs then, to be looked at. */
  patchOf(body: Reshape): { patch: Patch; overtaken: boolean } {
    const patch = new Map<FaceId, Area | null>();
    let overtaken = false;
    const known = (id: number, version: number) => {
      const base = this.base.get(String(id));
      if (base?.version !== version) overtaken = true;
      return base !== undefined;
    };
    for (const { id, version, geometry } of body.places) {
      if (known(id, version)) patch.set(String(id), areaFrom(geometry, this.frame));
    }
    for (const { id, version } of body.retire) if (known(id, version)) patch.set(String(id), null);
    for (const { id, geometry, properties } of body.create) {
      if (!this.named.has(id)) this.named.set(id, { name: properties.name, code: properties.code ?? null });
      patch.set(id, areaFrom(geometry, this.frame));
    }
    return { patch, overtaken };
  }

  /** What this drawing began from, as it is kept with the drawing. */
  basis(): Basis[] {
    return [...this.base].flatMap(([id, { version, name, area }]) => {
      const geometry = geometryOf(area, this.frame);
      return [{ id: Number(id), version, name, geometry }];
    });
  }

  /** From now on it begins from what is on another sheet of the same ground, read later. */
  renew(fresh: Sheet): void {
    this.base.clear();
    for (const [id, known] of fresh.base) this.base.set(id, known);
  }

  /** What the server has now, of places it told us; the outlines on the sheet stay as drawn. */
  took(places: readonly Place[]): void {
    for (const place of places) {
      if (place.properties.effective_to || !isArea(place.geometry)) this.#retired(String(place.id));
      else this.#known(place, areaFrom(place.geometry, this.frame));
    }
  }

  /** How a place lies on the server now, and so here; null where there is none any more. */
  lies(id: FaceId, place: Place | null): void {
    if (!place) this.#retired(id);
    else this.took([place]);
    const area = this.base.get(id)?.area;
    if (area && !sameArea(area, this.ground.faces.get(id))) this.ground.put(id, area);
  }

  /** The server has carried `body` out: what it says is how things are now, and new areas have their lasting numbers. */
  saved(body: Reshape, saved: ShapeSaved): void {
    for (const { id, as } of saved.created ?? []) this.#rename(String(as), String(id));
    // The answer also tells of the parent and of places beyond it, that share a new corner: they do not lie on this sheet.
    const own = saved.places.filter(({ id }) => this.base.has(String(id)) || this.ground.faces.has(String(id)));
    this.took(own);
    const told = new Set(own.map(({ id }) => String(id)));
    for (const place of own) {
      const id = String(place.id);
      const area = this.base.get(id)?.area;
      if (area && !sameArea(area, this.ground.faces.get(id))) this.ground.put(id, area);
    }
    // A corner more on an unmoved border makes no new version: such a place is not told.
    for (const { id } of body.places) {
      const base = this.base.get(String(id));
      const area = this.ground.faces.get(String(id));
      if (base && area && !told.has(String(id))) this.base.set(String(id), { ...base, area });
    }
    for (const { id } of body.retire) this.#retired(String(id));
  }

  /** The next free name beside the one that was split or where a new area was drawn. */
  nameFor(id: FaceId, pattern: string): void {
    const taken = new Set([...this.ground.faces.keys()].map((one) => this.name(one)));
    for (let n = 1; ; n++) {
      const name = pattern.replace('{n}', String(n));
      if (taken.has(name)) continue;
      this.named.set(id, { name, code: null });
      return;
    }
  }

  /** Its name is kept: whoever takes the retiring back brings it again. */
  #retired(id: FaceId): void {
    const base = this.base.get(id);
    if (base) this.named.set(id, { name: base.name, code: base.code });
    this.base.delete(id);
  }

  #rename(from: FaceId, to: FaceId): void {
    const area = this.ground.faces.get(from);
    if (area) {
      this.ground.put(from, null);
      this.ground.put(to, area);
    }
    const named = this.named.get(from);
    if (named) this.named.set(to, named);
    this.named.delete(from);
    this.stack.rename(from, to);
  }

  #known(place: Place, area?: Area): void {
    const id = String(place.id);
    const { version, name, code } = place.properties;
    const now = area ?? this.ground.faces.get(id);
    if (now) this.base.set(id, { version, name, code, area: now });
  }
}
