import type { Me, Place, PlaceKind } from '../api';

export type Reach = 'none' | 'own' | 'all';

/** Everything a role may be let do, in the order people ask. */
export const ACTIONS = [
  'map_read',
  'figures_read',
  'matters_read',
  'reporter_read',
  'place_amend',
  'place_draw',
  'draft_review',
  'hazard_write',
  'alert_write',
  'issue_report',
  'issue_handle',
  'post_manage',
  'account_manage',
  'ledger_read',
  'import',
  'backup',
] as const;
export type Action = (typeof ACTIONS)[number];

/** How far a right reaches; null when the server does not say. */
export function reachOf(me: Me, action: Action): Reach | null {
  const may = me.may ?? {};
  const said = may[action] ?? may[action.replace('_', '.')];
  if (said === 'none' || said === 'own' || said === 'all') return said;
  if (said === true) return me.places.length > 0 ? 'own' : 'all';
  return said === false ? 'none' : null;
}

/** Kinds of places that the duty list names for this role; null when the server does not say. */
export function kindsOf(me: Me, action: Action): readonly string[] | null {
  if (action === 'place_amend') return me.duties?.amends ?? me.amends ?? null;
  if (action === 'place_draw') return me.duties?.draws ?? me.draws ?? null;
  return null;
}

export type WhyNot = 'role' | 'duty' | 'ground' | 'retired' | 'withheld';

/** Does the place lie in the reader's jurisdiction? `above` are all places it lies in, also across property and governance. */
export const reaches = (me: Me, id: number, above: readonly number[]): boolean =>
  me.places.some((own) => own.id === id || above.includes(own.id));

/** Why this place's archive may not be edited here; null when it may. The server judges again. */
export function whyNotAmend(me: Me, place: Place, above: readonly number[]): WhyNot | null {
  const { kind, effective_to, withheld } = place.properties;
  if (effective_to) return 'retired';
  const reach = reachOf(me, 'place_amend');
  if (reach === 'none') return 'role';
  const kinds = kindsOf(me, 'place_amend');
  if (kinds && !kinds.includes(kind)) return 'duty';
  if (reach !== 'all' && !reaches(me, place.id, above)) return 'ground';
  // What is hidden would be sent back as missing.
  return withheld?.length ? 'withheld' : null;
}

/** Kinds that the reader may draw directly below this place; the server judges again. */
export function drawable(me: Me, place: Place, above: readonly number[]): PlaceKind[] {
  const reach = reachOf(me, 'place_draw');
  if (place.properties.effective_to || reach === 'none' || reach === null) return [];
  if (reach !== 'all' && !reaches(me, place.id, above)) return [];
  const draws = kindsOf(me, 'place_draw');
  const levels = me.scheme.levels?.map(({ kind }) => kind) ?? null;
  return below(place.properties.kind, levels).filter((kind) => kind !== 'building' && (draws?.includes(kind) ?? true));
}

/** On whose desk this place's own outline is drawn, beside its neighbours'; null where the reader may not. */
export function redrawable(me: Me, place: Place, above: readonly number[]): number | null {
  const { kind, parents, effective_to } = place.properties;
  const reach = reachOf(me, 'place_draw');
  if (effective_to || kind === 'building' || reach === 'none' || reach === null) return null;
  if (reach !== 'all' && !reaches(me, place.id, above)) return null;
  if (!(kindsOf(me, 'place_draw')?.includes(kind) ?? true)) return null;
  const levels = me.scheme.levels?.map((level) => level.kind) ?? null;
  const home = Object.entries(parents ?? {}).find(([parent]) => below(parent as PlaceKind, levels).includes(kind));
  return home?.[1] ?? null;
}

export function whyNotHandOver(me: Me, place: number, above: readonly number[]): 'role' | 'ground' | null {
  const reach = reachOf(me, 'post_manage');
  if (reach === 'none' || reach === null) return 'role';
  return reach === 'all' || reaches(me, place, above) ? null : 'ground';
}

/** The levels directly below a kind, in the order of interest; a Scheme may leave levels out. */
const BELOW: Partial<Record<PlaceKind, readonly PlaceKind[]>> = {
  district: ['street'],
  street: ['community'],
  community: ['compound', 'grid'],
  grid: ['micro_grid'],
  micro_grid: ['building'],
  compound: ['building'],
};

export function below(kind: PlaceKind, levels: readonly string[] | null): PlaceKind[] {
  const next = (BELOW[kind] ?? []).flatMap((level) =>
    levels === null || levels.includes(level) ? [level] : below(level, levels),
  );
  return [...new Set(next)];
}
