import { isLanguage, type Language } from '../text';
import { MATTER_KINDS, type LayerName, type MatterKind } from '../api';
import { readQuestion, writeQuestion, type Question } from './question';
import { readTally, writeTally, type TallyChoice } from './tally';
import { readTopic, type TopicName } from './topic';

/** What the address bar holds, so that a view can be sent as a link and a wall restarted from it. */
export interface View {
  camera: Camera | null;
  subject: Subject | null;
  /** The question about any ground, while one is asked. */
  ask: Question | null;
  look: Look;
  language: Language | null;
}

/** How the map is looked at: see model/shown.svelte.ts. */
export interface Look {
  topic: TopicName;
  /** Layers shown; null means the topic's own. */
  layers: LayerName[] | null;
  /** The figure that colours the ground; undefined means the topic's own. */
  tally: TallyChoice | null | undefined;
  /** Houses stand up 立体. */
  relief: boolean;
  /** The earlier day the map is compared with 对比日期; null while it is not. */
  before: string | null;
}

export interface Camera {
  zoom: number;
  lon: number;
  lat: number;
  bearing: number;
}

/** The one thing the panel is about. */
export type Subject = { what: 'place'; id: number } | { what: 'matter'; kind: MatterKind; id: number };

export const sameSubject = (a: Subject | null, b: Subject | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.id === b.id &&
    a.what === b.what &&
    (a.what === 'place' || (b.what === 'matter' && a.kind === b.kind)));

const ZOOM_MAX = 24;

function readCamera(text: string | null): Camera | null {
  const parts = (text ?? '').split('/').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [zoom, lat, lon, bearing = 0] = parts;
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  if (![zoom, lat, lon, bearing].every(Number.isFinite)) return null;
  if (zoom < 0 || zoom > ZOOM_MAX || Math.abs(lat) > 85.06 || Math.abs(lon) > 180) return null;
  return { zoom, lon, lat, bearing };
}

function readId(text: string | null): number | null {
  if (text === null || !/^[1-9]\d*$/.test(text)) return null;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : null;
}

function readSubject(search: URLSearchParams): Subject | null {
  const place = readId(search.get('place'));
  if (place !== null) return { what: 'place', id: place };
  for (const kind of MATTER_KINDS) {
    const id = readId(search.get(kind));
    if (id !== null) return { what: 'matter', kind, id };
  }
  return null;
}

const NO_TALLY = 'none';

/** "2026-03-01" if there is such a day, else null. */
export function readDay(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : null;
}

function readLook(search: URLSearchParams, known: readonly LayerName[]): Look {
  const layers = search.get('layers');
  const tally = search.get('tally');
  return {
    topic: readTopic(search.get('topic')),
    layers: layers === null ? null : known.filter((name) => layers.split(',').includes(name)),
    tally: tally === null ? undefined : tally === NO_TALLY ? null : (readTally(tally) ?? undefined),
    relief: search.get('relief') === '1',
    before: readDay(search.get('before')),
  };
}

function writeLook({ topic, layers, tally, relief, before }: Look): string[] {
  const parts: string[] = [];
  if (topic !== 'all') parts.push(`topic=${topic}`);
  if (layers) parts.push(`layers=${layers.join(',')}`);
  if (tally !== undefined) parts.push(`tally=${tally ? writeTally(tally) : NO_TALLY}`);
  if (relief) parts.push('relief=1');
  if (before) parts.push(`before=${before}`);
  return parts;
}

/** Reads the part after '#'. Whatever cannot be understood is left out: a link somebody mangled still opens the map. */
export function readView(hash: string, known: readonly LayerName[]): View {
  const search = new URLSearchParams(hash.replace(/^#/, ''));
  const language = search.get('lang');
  return {
    camera: readCamera(search.get('map')),
    subject: readSubject(search),
    ask: readQuestion(search.get('ask'), readDay),
    look: readLook(search, known),
    language: isLanguage(language) ? language : null,
  };
}

const DEGREES_DIGITS = 5; // about one metre

/** The part after '#', stable: the same view always gives the same text. */
export function writeView({ camera, subject, ask, look, language }: View): string {
  const parts: string[] = [];
  if (camera) {
    const numbers = [camera.zoom.toFixed(2), camera.lat.toFixed(DEGREES_DIGITS), camera.lon.toFixed(DEGREES_DIGITS)];
    const bearing = Math.round(camera.bearing);
    if (bearing !== 0) numbers.push(String(bearing));
    parts.push(`map=${numbers.join('/')}`);
  }
  if (subject) parts.push(`${subject.what === 'place' ? 'place' : subject.kind}=${subject.id}`);
  if (ask) parts.push(`ask=${writeQuestion(ask)}`);
  parts.push(...writeLook(look));
  if (language) parts.push(`lang=${language}`);
  return `#${parts.join('&')}`;
}
