import { addProtocol } from 'maplibre-gl';
import { session } from '../model/session.svelte';
import { shiftOf } from '../model/datum';
import type { Tile } from '../model/tile';
import { PICTURE_PX as PIXELS, PICTURE_SCHEME as SCHEME } from './sources';

/**
 * Pictures of somebody else's map, as our server passes them on. What is drawn in GCJ-02 lies some hundred metres beside our
 * ground, and tiles cannot be asked for half a tile further on: each is put together here from the up to four it overlaps,
 * moved by the shift in its middle. Within one tile the shift differs by less than a pixel.
 */
const REACH = PIXELS - 1;

type Missed = (tile: Tile) => void;
const listeners = new Set<Missed>();

/** Tells which tiles have a hole where a picture did not come; gives back how to stop listening. */
export function onMissed(listener: Missed): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Null where the source has no picture. */
async function fetchPicture(z: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap | null> {
  const side = 2 ** z;
  if (x < 0 || y < 0 || x >= side || y >= side) return null;
  const response = await fetch(`/base/${z}/${x}/${y}`, { credentials: 'same-origin', signal });
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`no picture: ${response.status}`);
  return createImageBitmap(await response.blob());
}

/** One tile's picture, put together where it has to be. */
async function put(z: number, x: number, y: number, signal: AbortSignal): Promise<ImageBitmap> {
  const [east, south] = session.me?.base?.datum === 'gcj02' ? shiftOf({ z, x, y }) : [0, 0];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = PIXELS;
  const pen = canvas.getContext('2d');
  // Whole pixels: a picture moved by half of one is blurred.
  const left = x * PIXELS + Math.round(east * PIXELS);
  const top = y * PIXELS + Math.round(south * PIXELS);
  const columns = [...new Set([left, left + REACH].map((at) => Math.floor(at / PIXELS)))];
  const rows = [...new Set([top, top + REACH].map((at) => Math.floor(at / PIXELS)))];
  let whole = true;
  await Promise.all(
    columns.flatMap((column) =>
      rows.map(async (row) => {
        let picture: ImageBitmap | null;
        try {
          picture = await fetchPicture(z, column, row, signal);
        } catch (thrown) {
          if (signal.aborted) throw thrown;
          // A tile that failed is a hole, not an error: MapLibre stumbles when it is to fetch a failed picture again.
          whole = false;
          return;
        }
        if (!picture) return;
        pen?.drawImage(picture, column * PIXELS - left, row * PIXELS - top, PIXELS, PIXELS);
        picture.close();
      }),
    ),
  );
  if (!whole) for (const tell of listeners) tell({ z, x, y });
  return createImageBitmap(canvas);
}

/** Teaches the map where pictures come from; once for all maps of a page. */
export function tellPictures(): void {
  addProtocol(SCHEME, async ({ url }, { signal }) => {
    const [z = 0, x = 0, y = 0] = url
      .slice(SCHEME.length + 3)
      .split('/')
      .map(Number);
    return { data: await put(z, x, y, signal) };
  });
}
