import { isLanguage, type Language } from '../text';
import { MATTER_KINDS, type LayerName, type MatterKind } from '../api';

/** What the address bar holds, so that a view can be sent as a link and a wall restarted from it. */
export interface View {
  camera: Camera | null;
  subject: Subject | null;
  /** Layers shown; null means the usual ones. */
  layers: LayerName[] | null;
  language: Language | null;
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

/** Reads the part after '#'. Whatever cannot be understood is left out: a link somebody mangled still opens the map. */
export function readView(hash: string, known: readonly LayerName[]): View {
  const search = new URLSearchParams(hash.replace(/^#/, ''));
  const layers = search.get('layers');
  const language = search.get('lang');
  return {
    camera: readCamera(search.get('map')),
    subject: readSubject(search),
    layers: layers === null ? null : known.filter((name) => layers.split(',').includes(name)),
    language: isLanguage(language) ? language : null,
  };
}

const DEGREES_DIGITS = 5; // about one metre

/** The part after '#', stable: the same view always gives the same text. */
export function writeView({ camera, subject, layers, language }: View): string {
  const parts: string[] = [];
  if (camera) {
    const numbers = [camera.zoom.toFixed(2), camera.lat.toFixed(DEGREES_DIGITS), camera.lon.toFixed(DEGREES_DIGITS)];
    const bearing = Math.round(camera.bearing);
    if (bearing !== 0) numbers.push(String(bearing));
    parts.push(`map=${numbers.join('/')}`);
  }
  if (subject) parts.push(`${subject.what === 'place' ? 'place' : subject.kind}=${subject.id}`);
  if (layers) parts.push(`layers=${layers.join(',')}`);
  if (language) parts.push(`lang=${language}`);
  return `#${parts.join('&')}`;
}
