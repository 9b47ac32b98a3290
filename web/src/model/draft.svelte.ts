import { asProblem, server, type Finding, type Place, type PlaceKind, type Problem } from '../api';
import {
  asSent,
  changedPaths,
  complaints,
  fieldOfFinding,
  merged,
  readValues,
  withValues,
  type Clash,
  type Complaint,
  type Values,
} from './archive';
import { drop, keep, kept } from './kept';
import { opened } from './opened.svelte';
import { session } from './session.svelte';

interface Stored {
  at: number;
  base: Place;
  values: Values;
}

const isStored = (value: unknown): value is Stored =>
  value !== null && typeof value === 'object' && 'base' in value && 'values' in value && 'at' in value;

/** An archive being edited. What is typed is kept at once, so neither a reload nor an ended session loses it. */
class Draft {
  /** The version the editing began with; null while nothing is edited. */
  base = $state.raw<Place | null>(null);
  values = $state<Values>({});
  saving = $state(false);
  /** The last save that did not succeed. */
  problem = $state.raw<Problem | null>(null);
  /** What the server found, by field; '' holds what belongs to none. */
  findings = $state.raw<Record<string, Finding[]>>({});
  /** Complaints are shown once somebody tried to save. */
  tried = $state(false);
  clash = $state.raw<{ theirs: Place; clashes: Clash[]; values: Values } | null>(null);
  /** When the brought-back draft was last typed at. */
  restoredAt = $state<number | null>(null);
  /** The place that was just saved, to be told so. */
  saved = $state<number | null>(null);

  get kind(): PlaceKind {
    return this.base?.properties.kind ?? 'compound';
  }

  readonly changed = $derived.by(() => (this.base ? changedPaths(readValues(this.base), this.values) : []));
  readonly complaints = $derived.by((): Record<string, Complaint> =>
    this.base && this.tried ? complaints(this.kind, this.values) : {},
  );

  /** Somebody else saved meanwhile: the version now on screen elsewhere. */
  get overtakenBy(): number | null {
    const shown = opened.place.state === 'ready' ? opened.place.value : null;
    if (!this.base || shown?.id !== this.base.id) return null;
    const { version } = shown.properties;
    return version > this.base.properties.version ? version : null;
  }

  begin(place: Place): void {
    this.#take(place, readValues(place), null);
  }

  /** Brings back what was typed about a place and never saved. */
  resume(id: number): void {
    if (this.base?.id === id) return;
    const stored = kept(this.#key(id));
    if (isStored(stored)) this.#take(stored.base, stored.values, stored.at);
    else this.#close();
  }

  /** To be called whenever something was typed. */
  keep(): void {
    if (!this.base || this.changed.length === 0) return;
    const stored: Stored = { at: Date.now(), base: this.base, values: $state.snapshot(this.values) };
    keep(this.#key(this.base.id), stored);
  }

  discard(): void {
    if (this.base) drop(this.#key(this.base.id));
    this.#close();
  }

  async save(): Promise<void> {
    const base = this.base;
    if (!base || this.saving) return;
    this.tried = true;
    this.problem = null;
    this.findings = {};
    if (Object.keys(complaints(this.kind, this.values)).length > 0) return;
    await this.#send(base, this.values);
  }

  /** Saves on top of what the other one saved, with the chosen value for each clash. */
  async settle(chosen: Values): Promise<void> {
    const { clash } = this;
    if (!clash) return;
    this.clash = null;
    this.base = clash.theirs;
    this.values = { ...clash.values, ...chosen };
    this.keep();
    await this.save();
  }

  async #send(base: Place, values: Values): Promise<void> {
    this.saving = true;
    try {
      const next = withValues(base, $state.snapshot(values) as Values);
      const place = await server.amend(asSent(next), session.me?.epoch ?? 1, base.properties.version);
      drop(this.#key(base.id));
      this.#close();
      this.saved = place.id;
      opened.took(place);
    } catch (thrown) {
      this.#refused(asProblem(thrown), base, values);
    } finally {
      this.saving = false;
    }
  }

  #refused(problem: Problem, base: Place, values: Values): void {
    const theirs = problem.status === 412 ? (problem.body['place'] as Place | undefined) : undefined;
    if (theirs) {
      const { values: both, clashes } = merged(readValues(base), readValues(theirs), $state.snapshot(values) as Values);
      this.clash = { theirs, clashes, values: both };
      return;
    }
    if (problem.signedOut) session.expire();
    const byField: Record<string, Finding[]> = {};
    for (const finding of problem.findings) {
      (byField[fieldOfFinding(finding.path, this.kind) ?? ''] ??= []).push(finding);
    }
    this.findings = byField;
    this.problem = problem;
  }

  #take(base: Place, values: Values, restoredAt: number | null): void {
    this.#close();
    this.base = base;
    this.values = values;
    this.restoredAt = restoredAt;
  }

  #close(): void {
    this.base = this.problem = this.clash = this.restoredAt = this.saved = null;
    this.values = {};
    this.findings = {};
    this.tried = false;
  }

  #key(id: number): string {
    return `draft.${session.me?.account.id ?? 0}.${id}`;
  }
}

export const draft = new Draft();
