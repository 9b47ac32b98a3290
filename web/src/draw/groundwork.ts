import { asProblem, isAbandoned, reshaping, server, type PlaceKind } from '../api';
import { draftId, keepGround, keepMe, keptGround, type Loaded } from '../model/drawer';
import { session } from '../model/session.svelte';
import { envelopeOf } from '../model/shape';

/** What a drawing is drawn on 底图: one parent, its children, and what stands there to be snapped to and counted. */

/** More children than this are drawn by import, not by hand. */
export const CHILDREN_MAX = 2_000;
/** Buildings are what one snaps to and counts by; a parent with more is too large to be drawn at once. */
const BUILDINGS_MAX = 5_000;

/** From the server; where there is none, as it was last read here, and since when it was kept. */
export async function readGroundwork(
  parent: number,
  kind: PlaceKind,
  signal: AbortSignal,
): Promise<{ loaded: Loaded; keptAt: number | null }> {
  try {
    const whole = await server.place(parent, signal);
    const bbox = envelopeOf(whole.geometry)?.join(',') ?? '';
    const [children, buildings, compounds] = await Promise.all([
      reshaping.exactOutlines({ kind, parent }, CHILDREN_MAX, signal),
      reshaping.exactOutlines({ kind: 'building', bbox }, BUILDINGS_MAX, signal),
      kind === 'compound' ? [] : reshaping.exactOutlines({ kind: 'compound', bbox }, CHILDREN_MAX, signal),
    ]);
    const loaded = { parent: whole, kind, children, buildings, compounds };
    await keepGroundwork(loaded);
    return { loaded, keptAt: null };
  } catch (thrown) {
    if (isAbandoned(thrown) || !asProblem(thrown).unreached) throw thrown;
    const kept = await keptGround(draftId(session.me?.account.id ?? 0, parent, kind)).catch(() => undefined);
    if (!kept) throw thrown;
    return { loaded: kept.loaded, keptAt: kept.at };
  }
}

/** The ground and whose it is, so that the desk opens here without a network; where storage is forbidden it does not. */
export async function keepGroundwork(loaded: Loaded): Promise<void> {
  try {
    if (session.me) await keepMe(session.me);
    await keepGround(draftId(session.me?.account.id ?? 0, loaded.parent.id, loaded.kind), loaded);
  } catch {
    // What could not be kept is on the screen.
  }
}
