import { asProblem, isAbandoned, reshaping, type Mend, type Problem } from '../api';
import type { Loaded } from '../model/drawer';
import { opened } from '../model/opened.svelte';
import { session } from '../model/session.svelte';
import type { DeskTool, Task } from '../model/tool.svelte';
import { areaFrom, doubledArea, holds, type Area } from './area';
import { Drag, type Grip, type Preview } from './drag';
import { foundOn } from './found';
import { filled, gaps, inserted, Refused, removed, settled, type Reason } from './gestures';
import type { FaceId, Patch } from './ground';
import { keepGroundwork, readGroundwork } from './groundwork';
import { Judge } from './judge.svelte';
import { Laying } from './laying.svelte';
import { cutsThrough, finished, halves } from './line';
import { sumOf, type Sum } from './meter';
import type { Meeting } from './meeting';
import { restored } from './restore';
import { Sheet } from './sheet';
import { spotAt, type Spot } from './spot';
import type { GestureName } from './stack';
import { touched } from './touch';
import { uuid } from './uuid';

/** A drawn line that needs more corners is a file to import. */
export const LINE_MAX = 500;
/** The server is asked when the hand has rested this long. */
const REST_MS = 250;

/** The drawing desk 绘图台: one parent's children under one hand. The server judges; what it would say is shown meanwhile. */
class Desk {
  readonly judge = new Judge();
  sheet = $state.raw<Sheet | null>(null);
  /** Why it could not be opened. */
  failed = $state.raw<Problem | null>(null);
  tool = $state<DeskTool>('shape');
  selected = $state<FaceId | null>(null);
  corner = $state<Spot | null>(null);
  line = $state.raw<readonly Spot[]>([]);
  preview = $state.raw<Preview | null>(null);
  /** Both halves as they would be if the line ended under the pointer. */
  halves = $state.raw<Pick<Preview, 'faces' | 'sums'> | null>(null);
  refused = $state.raw<{ reason: Reason; at: Spot | null } | null>(null);
  gaps = $state.raw<readonly Area[]>([]);
  /** There is no network: since when what lies here was kept on the device. */
  keptAt = $state<number | null>(null);
  /** Grows with every change, so that whoever draws or counts looks again. */
  tick = $state(0);
  readonly #laying = new Laying();
  #drag: Drag | null = null;
  #abort: AbortController | null = null;
  #loaded: Loaded | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The words for new areas, given by the page in its language. */
  pattern = '{n}';

  /** What somebody else saved meanwhile, until the person decides. */
  get meeting(): Meeting | null {
    return this.#laying.meeting;
  }

  /** Whether what lies here comes from an earlier day. */
  get resumed(): Laying['resumed'] {
    return this.#laying.resumed;
  }

  readonly changed = $derived.by((): readonly FaceId[] => (this.tick >= 0 ? (this.sheet?.changed() ?? []) : []));
  /** Those of them whose ground is another: a neighbour that only gained a corner is left as it was. */
  readonly moved = $derived(this.changed.filter((id) => this.sheet?.hasMoved(id)));
  readonly last = $derived(this.tick >= 0 ? (this.sheet?.stack.last ?? null) : null);
  readonly next = $derived(this.tick >= 0 ? (this.sheet?.stack.next ?? null) : null);
  /** What the server would say of it, where it is. */
  readonly found = $derived(this.sheet ? foundOn(this.judge.findings, this.sheet.frame) : []);
  /** What the selected outline holds, live while it is dragged. */
  readonly meter = $derived.by((): Sum | null => {
    const { sheet, selected } = this;
    if (!sheet || selected === null || this.tick < 0) return null;
    const live = this.preview?.sums.get(selected);
    if (live) return live;
    const area = sheet.ground.faces.get(selected);
    return area ? sumOf(area, sheet.frame, sheet.counted) : null;
  });

  async open({ parent, kind, select, tool, restore }: Task): Promise<void> {
    this.close();
    const { signal } = (this.#abort = new AbortController());
    try {
      const { loaded, keptAt } = await readGroundwork(parent, kind, signal);
      const sheet = new Sheet(loaded);
      await this.#laying.resume(sheet, loaded);
      const old = select && restore ? (await reshaping.placeAfter(select, restore, signal)).geometry : null;
      if (signal.aborted) return;
      this.sheet = sheet;
      this.#loaded = loaded;
      this.keptAt = keptAt;
      if (select && sheet.ground.faces.has(String(select))) this.selected = String(select);
      if (tool) this.tool = tool;
      if (old?.type === 'Polygon' || old?.type === 'MultiPolygon') this.#bringBack(areaFrom(old, sheet.frame));
      this.#changed();
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      this.failed = asProblem(thrown);
      if (this.failed.signedOut) session.expire();
    }
  }

  /** Whoever is signed in again has on this device what the desk needs without a network. */
  keep(): void {
    if (this.#loaded && session.me) void keepGroundwork(this.#loaded);
  }

  close(): void {
    this.#abort?.abort();
    clearTimeout(this.#timer);
    this.#drag?.cancel();
    this.#drag = null;
    this.sheet = this.failed = this.selected = this.corner = null;
    this.preview = this.halves = this.refused = this.keptAt = this.#loaded = null;
    this.#laying.clear();
    this.line = this.gaps = [];
    this.tool = 'shape';
    this.judge.clear();
  }

  turn(tool: DeskTool): void {
    this.tool = tool;
    this.line = [];
    this.corner = this.halves = this.refused = null;
  }

  select(id: FaceId | null): void {
    this.selected = id;
    this.corner = null;
    this.judge.ended = null;
  }

  faceAt(x: number, y: number): FaceId | null {
    return this.sheet?.faceAt(x, y) ?? null;
  }

  grip(grip: Grip, x: number, y: number): boolean {
    if (!this.sheet || this.judge.saving) return false;
    this.refused = null;
    this.judge.ended = null;
    try {
      this.#drag = new Drag(this.sheet, grip, spotAt(x, y));
      return true;
    } catch (thrown) {
      this.#tell(thrown);
      return false;
    }
  }

  drag(x: number, y: number, snapMeters: number): void {
    if (this.#drag) this.preview = this.#drag.move(x, y, snapMeters);
  }

  drop(): void {
    const drag = this.#drag;
    if (!drag || !this.sheet) return;
    const reason = this.preview?.reason ?? null;
    const at = this.preview?.snapped.spot ?? null;
    const patch = drag.end();
    this.#drag = this.preview = null;
    if (patch && drag.name !== 'edge') this.corner = at;
    if (patch) this.#do(drag.name, patch);
    else if (reason) this.refused = { reason, at };
  }

  cancel(): void {
    this.#drag?.cancel();
    this.#drag = this.preview = null;
  }

  /** A corner more of the line that is being drawn. */
  add(spot: Spot): void {
    this.refused = null;
    if (this.line.length < LINE_MAX && this.line.at(-1) !== spot) this.line = [...this.line, spot];
    if (this.sheet && this.tool === 'split' && cutsThrough(this.sheet, this.line, this.selected)) this.finish();
  }

  /** Where the line would go on to: what it would cut is shown before it is cut. */
  aim(spot: Spot | null): void {
    const { sheet, tool, line, selected } = this;
    const open = sheet && tool === 'split' && spot !== null && line.length > 0;
    this.halves = open ? halves(sheet, [...line, spot], selected) : null;
  }

  /** What is drawn is carried out: a new area, a cut, a hole. */
  finish(): void {
    const { sheet, tool, line, selected } = this;
    if (!sheet || line.length < 2 || (tool !== 'split' && tool !== 'hole' && tool !== 'draw')) return;
    this.halves = null;
    let chosen = selected;
    this.#try(tool, () => {
      const done = finished(sheet, tool, line, selected);
      if (done.fresh !== null) sheet.nameFor(done.fresh, this.pattern);
      chosen = done.selected;
      return done.patch;
    });
    if (this.refused) return;
    this.turn('shape');
    this.selected = chosen;
  }

  /** A touch with a tool that chooses: what to merge with, what to carry over, which gap to fill. */
  choose(x: number, y: number): void {
    const { sheet, selected, tool } = this;
    if (!sheet) return;
    const id = this.faceAt(x, y);
    if (tool === 'fill') {
      const gap = this.gaps.find((area) => holds(area, x, y));
      if (gap) this.fill(gap, null);
      else this.refused = { reason: 'nothing_here', at: spotAt(x, y) };
      return;
    }
    if (selected === null) {
      this.select(id);
      return;
    }
    if (tool !== 'merge' && tool !== 'transfer') return;
    this.#try(tool, () => touched(sheet, tool, selected, x, y));
    if (tool === 'merge' && !this.refused) this.turn('shape');
  }

  /** A gap goes to `to`, or becomes an area of its own. */
  fill(gap: Area, to: FaceId | null): void {
    const { sheet } = this;
    if (!sheet) return;
    this.#try('fill', () => {
      const id = to ?? uuid();
      const patch = filled(sheet.ground, gap, id);
      if (to === null) sheet.nameFor(id, this.pattern);
      this.selected = id;
      return patch;
    });
    if (!this.refused) this.turn('shape');
  }

  insertAt(edge: readonly [Spot, Spot], at: Spot): void {
    const { sheet } = this;
    if (sheet) this.#try('insert', () => inserted(sheet.ground, edge, at));
    if (!this.refused) this.corner = at;
  }

  removeCorner(): void {
    const { sheet, corner } = this;
    if (!sheet || corner === null) return;
    this.#try('remove', () => {
      if (sheet.held(corner)) throw new Refused('held', corner);
      return removed(sheet.ground, corner);
    });
    if (!this.refused) this.corner = null;
  }

  mend(mend: Mend): void {
    const { sheet } = this;
    if (sheet) this.#try('mend', () => sheet.patchOf(mend.reshape).patch);
  }

  rename(id: FaceId, name: string): void {
    const known = this.sheet?.named.get(id);
    if (!known || !name.trim()) return;
    this.sheet?.named.set(id, { ...known, name: name.trim() });
    this.#changed();
  }

  undo(): void {
    if (this.line.length > 0) {
      this.line = this.line.slice(0, -1);
      return;
    }
    this.#after(this.sheet?.stack.undo());
  }

  redo(): void {
    this.#after(this.sheet?.stack.redo());
  }

  /** Back to what the server has; undo brings the drawing again. */
  discard(): void {
    const { sheet } = this;
    if (!sheet) return;
    const back: Patch = new Map(this.changed.map((id) => [id, sheet.base.get(id)?.area ?? null]));
    this.#do('theirs', back);
  }

  async save(): Promise<void> {
    const { sheet, judge } = this;
    if (!sheet || this.changed.length === 0) return;
    await judge.save(sheet);
    if (judge.stale) await this.#meet(sheet);
    if (judge.ended === 'saved') {
      this.selected = judge.renamed.find(({ from }) => from === this.selected)?.to ?? this.selected;
      void opened.load();
    }
    this.tick += 1;
  }

  /** Three ways out of a save that came too late. Each begins from what they saved, so none leads back here by itself. */
  async settle(keep: 'both' | 'theirs' | 'mine'): Promise<void> {
    const { sheet, meeting } = this;
    if (!sheet || !meeting) return;
    this.#laying.meeting = this.judge.stale = null;
    if (keep === 'both' && meeting.both) {
      this.#do('mend', meeting.both);
      await this.save();
    } else if (keep === 'theirs') {
      // What I drew into the same ground goes back with it: half of a shared border would be nobody's.
      this.discard();
    } else this.#changed();
  }

  /** Lays what others saved meanwhile under what is drawn here. */
  async renew(): Promise<void> {
    if (this.sheet && !this.judge.saving && !this.meeting && !this.#drag) await this.#meet(this.sheet);
  }

  /** Their outlines as the map shows them beside mine. */
  get theirAreas(): readonly Area[] {
    return this.meeting?.areas ?? [];
  }

  async #meet(sheet: Sheet): Promise<void> {
    const { judge } = this;
    const loaded = this.#loaded;
    const { signal } = (this.#abort ??= new AbortController());
    if (!loaded) return;
    const late = judge.stale !== null;
    try {
      const outcome = await this.#laying.renew(
        sheet,
        loaded,
        signal,
        (now) => {
          this.#loaded = now;
          this.keptAt = null;
          this.tick += 1;
          this.keep();
        },
        () => this.sheet === sheet,
      );
      // The parent's own outline was moved: the desk begins anew, with the draft it kept.
      if (outcome === 'moved') await this.open({ parent: loaded.parent.id, kind: loaded.kind });
      if (outcome !== 'laid') return;
    } catch (thrown) {
      if (isAbandoned(thrown)) return;
      judge.stale = null;
      judge.problem = asProblem(thrown);
      if (judge.problem.signedOut) session.expire();
      return;
    }
    if (this.meeting) return;
    judge.stale = null;
    // Only what is written about a place was changed, not its outline: mine goes on top of it, once.
    if (late) await judge.save(sheet);
    if (judge.stale) {
      judge.problem = judge.stale;
      judge.stale = null;
    }
  }

  /** An old outline lies on the sheet again, to be looked at before it is saved. */
  #bringBack(old: Area): void {
    const { sheet, selected } = this;
    if (!sheet || selected === null) return;
    this.#try('restore', () => restored(sheet.ground, sheet.outline, selected, old));
    if (!this.refused) this.#laying.resumed = 'restored';
  }

  #try(name: GestureName, act: () => Patch): void {
    const { sheet } = this;
    if (!sheet || this.judge.saving) return;
    this.refused = this.judge.ended = null;
    try {
      this.#do(name, settled(sheet.ground, act()));
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  #tell(thrown: unknown): void {
    if (!(thrown instanceof Refused)) throw thrown;
    this.refused = { reason: thrown.reason, at: thrown.at };
  }

  #do(name: GestureName, patch: Patch): void {
    this.sheet?.stack.do(name, patch);
    this.judge.ended = this.judge.stale = null;
    this.#laying.clear();
    this.#changed();
  }

  #after(ids: ReadonlySet<FaceId> | undefined): void {
    if (!ids?.size) return;
    this.refused = this.corner = this.judge.ended = this.#laying.meeting = this.judge.stale = null;
    const [first] = ids;
    if (this.selected === null || !this.sheet?.ground.faces.has(this.selected)) this.selected = first ?? null;
    if (this.selected !== null && !this.sheet?.ground.faces.has(this.selected)) this.selected = null;
    this.#changed();
  }

  #changed(): void {
    this.tick += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#rest(), REST_MS);
  }

  /** The hand rests: the draft is kept, gaps are looked for, the server is asked. */
  async #rest(): Promise<void> {
    const { sheet } = this;
    if (!sheet || this.#drag) return;
    this.gaps = gaps(sheet.ground, sheet.outline).sort((a, b) => doubledArea(b) - doubledArea(a));
    // While a person has to choose, the device keeps the drawing with what it was drawn on.
    if (!this.meeting) await this.judge.ask(sheet);
  }
}

export const desk = new Desk();
