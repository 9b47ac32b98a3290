import type { Map as MapLibreMap } from 'maplibre-gl';
import type { desk as theDesk } from '../draw/desk.svelte';
import { middleOf, type Grip } from '../draw/drag';
import { edgesOf } from '../draw/area';
import { spotAt, type Spot } from '../draw/spot';
import type { Theme } from '../model/theme.svelte';
import { paintLive, paintStill, type Projection } from './easel_paint';
import type { Colours, WordsOf } from './easel_pen';
import { palettes } from './palette';

/**
 * The easel: two sheets of glass over the map, one for what lies still and one for what is in hand, and the pointer above
 * them. It stands here instead of a drawing library: those at hand know neither shared edges nor holes nor parts, keep an
 * undo of their own that takes back one outline of several, and look through all they hold on every move. What is drawn on
 * glass needs no way through the map's worker either, so a corner follows the finger in the same frame.
 */

type Desk = typeof theDesk;

/** How far from a corner a pointer may be off, in pixels: a finger is not a needle. */
const REACH = { mouse: 11, touch: 22 } as const;
/** How near a new corner must come to what it takes hold of, in pixels. */
const SNAP = { mouse: 9, touch: 14 } as const;
/** Within this many pixels a press is a touch and not a drag. */
const STILL_PX = { mouse: 4, touch: 10 } as const;
/** A press longer than this is a rest, and draws nothing. */
const TAP_MS = 500;
/** Edges shorter than this on screen have no handle in the middle: it would lie under the corners'. */
export const MIDDLE_MIN_PX = 34;

/** What one drag costs is kept until the next: a move of the pointer, and painting what is in hand. */
const MEASURED = ['desk move', 'desk paint'] as const;

export interface EaselOptions {
  map: MapLibreMap;
  desk: Desk;
  theme: Theme;
  /** What stands in an outline. */
  words: WordsOf;
}

interface Press {
  id: number;
  at: number;
  x: number;
  y: number;
  touch: boolean;
  grip: Grip | null;
  /** The map must not see it. */
  mine: boolean;
  moved: boolean;
}

export class Easel {
  readonly #map: MapLibreMap;
  readonly #desk: Desk;
  readonly #words: EaselOptions['words'];
  readonly #still = document.createElement('canvas');
  readonly #live = document.createElement('canvas');
  readonly #end = new AbortController();
  #colours: Colours;
  #press: Press | null = null;
  #pointers = 0;
  #hover: { spot: Spot; snapped: boolean } | null = null;
  #frame = 0;
  #stillStale = true;

  constructor({ map, desk, theme, words }: EaselOptions) {
    this.#map = map;
    this.#desk = desk;
    this.#words = words;
    this.#colours = coloursOf(theme);
    const home = map.getCanvasContainer();
    for (const canvas of [this.#still, this.#live]) {
      canvas.className = 'easel';
      canvas.setAttribute('aria-hidden', 'true');
      canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none';
      home.append(canvas);
    }
    const { signal } = this.#end;
    const heard = { capture: true, passive: false, signal } as const;
    home.addEventListener('pointerdown', (event) => this.#down(event), heard);
    home.addEventListener('pointermove', (event) => this.#move(event), heard);
    for (const end of ['pointerup', 'pointercancel'] as const) {
      home.addEventListener(end, (event) => this.#up(event, end === 'pointercancel'), heard);
    }
    // While something of ours is in hand, the map neither pans nor zooms: it hears of touches and mice, not of pointers.
    for (const name of ['mousedown', 'mousemove', 'touchstart', 'touchmove'] as const)
      home.addEventListener(name, (event) => this.#shield(event), heard);
    home.addEventListener('contextmenu', (event) => event.preventDefault(), heard);
    map.on('move', this.again);
    map.on('resize', this.again);
    this.again();
  }

  theme(theme: Theme): void {
    this.#colours = coloursOf(theme);
    this.again();
  }

  /** Everything is to be drawn anew. */
  readonly again = (): void => {
    this.#stillStale = true;
    this.#soon();
  };

  /** Only what is in hand. */
  readonly hand = (): void => this.#soon();

  remove(): void {
    this.#end.abort();
    cancelAnimationFrame(this.#frame);
    this.#map.off('move', this.again);
    this.#map.off('resize', this.again);
    this.#still.remove();
    this.#live.remove();
    this.#map.getCanvas().style.cursor = '';
  }

  /** Where a spot lies on the screen; for tests and for whoever draws over the map. */
  projection(): Projection | null {
    const { sheet } = this.#desk;
    if (!sheet) return null;
    // The map is never aslant here, so the screen is a turned and stretched sheet of Mercator's.
    const { lng, lat } = this.#map.getCenter();
    const step = 0.002;
    const o = this.#map.project([lng, lat]);
    const e = this.#map.project([lng + step, lat]);
    const n = this.#map.project([lng, lat + step]);
    const [ox, oy] = mercator(lng, lat);
    const ex = mercator(lng + step, lat)[0] - ox;
    const ny = mercator(lng, lat + step)[1] - oy;
    const { frame } = sheet;
    return (spot) => {
      const [mx, my] = mercator(...frame.lonLat(spot));
      const u = (mx - ox) / ex;
      const v = (my - oy) / ny;
      return [o.x + u * (e.x - o.x) + v * (n.x - o.x), o.y + u * (e.y - o.y) + v * (n.y - o.y)];
    };
  }

  /** A point of the screen in units of the drawing's grid. */
  #ground(x: number, y: number): [number, number] {
    const { sheet } = this.#desk;
    if (!sheet) return [0, 0];
    const { lng, lat } = this.#map.unproject([x, y]);
    const corner = spotAt(0, 0);
    const [lon0, lat0] = sheet.frame.lonLat(corner);
    return [(lng - lon0) * 1e7, (lat - lat0) * 1e7];
  }

  /** So many metres are so many pixels here. */
  #meters(pixels: number): number {
    const { sheet } = this.#desk;
    if (!sheet) return 0;
    const [ax, ay] = this.#ground(0, 0);
    const [bx, by] = this.#ground(pixels, 0);
    return Math.hypot((bx - ax) * sheet.frame.metersX, (by - ay) * sheet.frame.metersY);
  }

  #snapped(x: number, y: number, touch: boolean): { spot: Spot; snapped: boolean } {
    const { sheet } = this.#desk;
    const [gx, gy] = this.#ground(x, y);
    const found = sheet?.snapper.at(gx, gy, this.#meters(SNAP[touch ? 'touch' : 'mouse']));
    return found ? { spot: found.spot, snapped: found.on !== null } : { spot: spotAt(gx, gy), snapped: false };
  }

  /** The corner, the middle or the edge of the chosen outline under the pointer. */
  #gripAt(x: number, y: number, touch: boolean): Grip | null {
    const { sheet, selected, tool } = this.#desk;
    const area = selected === null ? undefined : sheet?.ground.faces.get(selected);
    const project = this.projection();
    if (!sheet || !area || !project || tool !== 'shape') return null;
    const reach = REACH[touch ? 'touch' : 'mouse'];
    let best: { grip: Grip; off: number } | null = null;
    const offer = (grip: Grip, px: number, py: number, most: number) => {
      const off = Math.hypot(px - x, py - y);
      if (off <= most && (!best || off < best.off)) best = { grip, off };
    };
    for (const [a] of edgesOf(area)) offer({ what: 'corner', spot: a }, ...project(a), reach);
    if (best) return (best as { grip: Grip }).grip;
    for (const [a, b] of edgesOf(area)) {
      const [ax, ay] = project(a);
      const [bx, by] = project(b);
      // A border of the parent has no handle: it stays where it is.
      if (Math.hypot(bx - ax, by - ay) >= MIDDLE_MIN_PX && !sheet.rail(middleOf(a, b))) {
        offer({ what: 'middle', edge: [a, b] }, ...project(middleOf(a, b)), reach);
      }
    }
    if (best) return (best as { grip: Grip }).grip;
    // By finger the edge itself is left alone: it lies under every pan of the map.
    if (touch) return null;
    const [gx, gy] = this.#ground(x, y);
    const border = sheet.snapper.border(gx, gy, this.#meters(7), new Set([selected ?? '']));
    return border && { what: 'edge', edge: border.edge };
  }

  #down(event: PointerEvent): void {
    this.#pointers += 1;
    const touch = event.pointerType === 'touch';
    if (this.#press || this.#pointers > 1) {
      // A second finger means the map: what was in hand stays where it was.
      if (this.#press?.grip) this.#desk.cancel();
      this.#press = null;
      this.again();
      return;
    }
    if (event.button !== 0) return;
    const [x, y] = this.#local(event);
    const grip = this.#gripAt(x, y, touch);
    const mine = grip !== null;
    for (const name of MEASURED) performance.clearMeasures(name);
    this.#press = { id: event.pointerId, at: event.timeStamp, x, y, touch, grip, mine, moved: false };
    if (mine) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const [x, y] = this.#local(event);
    const press = this.#press;
    if (!press) {
      if (event.pointerType !== 'touch' && event.buttons === 0) this.#hovered(x, y);
      return;
    }
    if (event.pointerId !== press.id) return;
    if (!press.moved) {
      const still = STILL_PX[press.touch ? 'touch' : 'mouse'];
      if (Math.hypot(x - press.x, y - press.y) < still) return;
      press.moved = true;
      if (press.grip && !this.#desk.grip(press.grip, ...this.#ground(press.x, press.y))) press.grip = null;
      this.again();
    }
    if (!press.grip) return;
    const from = performance.now();
    this.#hover = null;
    this.#desk.drag(...this.#ground(x, y), this.#meters(SNAP[press.touch ? 'touch' : 'mouse']));
    this.#soon();
    // The panel's figures follow before this microtask does; they are our work too.
    queueMicrotask(() => performance.measure(MEASURED[0], { start: from, end: performance.now() }));
  }

  #up(event: PointerEvent, cancelled: boolean): void {
    this.#pointers = Math.max(0, this.#pointers - 1);
    const press = this.#press;
    if (!press || event.pointerId !== press.id) return;
    this.#press = null;
    if (press.moved) {
      if (press.grip && cancelled) this.#desk.cancel();
      else if (press.grip) this.#desk.drop();
    } else if (!cancelled && event.timeStamp - press.at <= TAP_MS) this.#tap(press);
    this.again();
  }

  #tap({ x, y, touch, grip }: Press): void {
    const desk = this.#desk;
    const [gx, gy] = this.#ground(x, y);
    if (grip?.what === 'corner') desk.corner = desk.corner === grip.spot ? null : grip.spot;
    else if (grip?.what === 'middle') desk.insertAt(grip.edge, middleOf(...grip.edge));
    else if (desk.tool === 'shape') desk.select(desk.faceAt(gx, gy));
    else if (desk.tool === 'draw' || desk.tool === 'split' || desk.tool === 'hole') {
      const { spot } = this.#snapped(x, y, touch);
      const project = this.projection();
      const near = (one: Spot | undefined) => {
        if (one === undefined || !project) return false;
        const [px, py] = project(one);
        return Math.hypot(px - x, py - y) <= REACH[touch ? 'touch' : 'mouse'];
      };
      // Back at the first corner, or twice on the last, the line is finished.
      const ring = desk.tool !== 'split';
      if (desk.line.length >= (ring ? 3 : 2) && (near(desk.line.at(-1)) || (ring && near(desk.line[0])))) desk.finish();
      else desk.add(spot);
    } else desk.choose(gx, gy);
  }

  /** A touch at this point of the screen, for those who draw without a pointer. */
  tapAt(clientX: number, clientY: number): void {
    const box = this.#map.getCanvas().getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    this.#tap({ id: 0, at: 0, x, y, touch: false, grip: null, mine: false, moved: false });
    this.again();
  }

  /** So many pixels in units of the drawing's grid. */
  units(pixels: number): number {
    const { sheet } = this.#desk;
    return sheet ? this.#meters(pixels) / sheet.frame.metersX : 0;
  }

  #hovered(x: number, y: number): void {
    const { tool } = this.#desk;
    const drawing = tool === 'draw' || tool === 'split' || tool === 'hole';
    this.#hover = drawing ? this.#snapped(x, y, false) : null;
    this.#desk.aim(this.#hover?.spot ?? null);
    const grip = this.#gripAt(x, y, false);
    const cursor = grip ? (grip.what === 'middle' ? 'copy' : 'move') : tool === 'shape' ? 'pointer' : 'crosshair';
    this.#map.getCanvas().style.cursor = cursor;
    if (drawing) this.#soon();
  }

  #shield(event: Event): void {
    if (!this.#press?.mine) return;
    event.stopPropagation();
    event.preventDefault();
  }

  #local(event: PointerEvent): [number, number] {
    const box = this.#map.getCanvas().getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #soon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const from = performance.now();
    const project = this.projection();
    const { clientWidth: width, clientHeight: height } = this.#map.getCanvas();
    const view = { width, height, ratio: Math.min(2, devicePixelRatio || 1) };
    if (this.#stillStale) {
      this.#stillStale = false;
      const pen = sized(this.#still, view);
      if (project && pen) paintStill(pen, this.#desk, project, view, this.#colours, this.#words);
    }
    const { tool } = this.#desk;
    if (tool !== 'draw' && tool !== 'split' && tool !== 'hole') this.#hover = null;
    const pen = sized(this.#live, view);
    if (project && pen) paintLive(pen, this.#desk, project, view, this.#colours, this.#hover, this.#words);
    if (this.#press?.moved) performance.measure(MEASURED[1], { start: from, end: performance.now() });
  }
}

function sized(
  canvas: HTMLCanvasElement,
  { width, height, ratio }: { width: number; height: number; ratio: number },
): CanvasRenderingContext2D | null {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const pen = canvas.getContext('2d');
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen?.clearRect(0, 0, width, height);
  return pen;
}

const mercator = (lon: number, lat: number): [number, number] => [
  lon / 360,
  -Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI),
];

function coloursOf(theme: Theme): Colours {
  const palette = palettes[theme];
  return {
    line: palette.grid,
    parent: palette.street,
    halo: palette.halo,
    accent: palette.accent,
    accentHalo: palette.accentHalo,
    text: palette.text,
    plate: theme === 'light' ? '#ffffffe6' : '#12181fe6',
    gap: theme === 'light' ? '#8a5300' : '#f2bd62',
    wrong: theme === 'light' ? '#b3261e' : '#ff8a80',
    theirs: palette.hazard,
  };
}
