import { server, type Bbox, type LayerName } from '../api';
import { session } from '../model/session.svelte';
import { shown } from '../model/shown.svelte';
import { outside } from '../model/veil';
import type { PointState } from './points';
import type { Covered, Stage } from './stage';
import type { Camera } from '../model/address';

/** A tile may fail alone (a server that is starting); it is asked for again without anybody's doing. */
const TILES_RETRY_MS = 5_000;
/** Pictures come from somebody else's server, which is not to be pestered while it is ill. */
const PICTURES_RETRY_MS = 60_000;

/** What the map shows at this moment, and the ways to turn it elsewhere. */
export class Sight {
  stage = $state.raw<Stage | null>(null);
  camera = $state.raw<Camera | null>(null);
  metersPerPixel = $state(0);
  counts = $state<Partial<Record<LayerName, PointState>>>({});
  /** This browser can draw at all. */
  drawable = $state(true);
  /** It is drawing now (a driver may restart). */
  drawing = $state(true);
  tilesMissing = $state(false);
  /** The external base map has holes. */
  picturesMissing = $state(false);
  #picturesTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whom the ground of the map is owed to; shown wherever the map is. */
  credit = $state('');

  /** The ground's and the pictures' owners in one line. */
  get owed(): string {
    const picture = shown.has('base_raster') ? session.me?.base?.attribution : '';
    return [this.credit, picture].filter(Boolean).join(' · ');
  }

  constructor(camera: Camera | null) {
    this.camera = camera;
  }

  fit(box: Bbox, covered: Covered): void {
    this.stage?.fit(box, covered);
  }

  tilesFailed(): void {
    if (this.tilesMissing) return;
    this.tilesMissing = true;
    setTimeout(() => {
      this.tilesMissing = false;
      this.stage?.retryTiles();
    }, TILES_RETRY_MS);
  }

  /** The map goes on without its pictures, says so, and asks again from time to time. */
  picturesFailed(missing: boolean): void {
    this.picturesMissing = missing;
    clearTimeout(this.#picturesTimer);
    this.#picturesTimer = missing ? setTimeout(() => this.retryPictures(), PICTURES_RETRY_MS) : undefined;
  }

  retryPictures(): void {
    this.stage?.retryPictures();
  }

  async readCredit(): Promise<void> {
    try {
      this.credit = (await server.credit()) ?? '';
    } catch {
      // What was known stays; it is read again when the link is back.
    }
  }

  /** Lays paper over what lies beyond our ground. */
  async veil(): Promise<void> {
    try {
      this.stage?.sketch('mask', await outside());
    } catch {
      // The map is as true without the veil; it is laid again when the link is back.
    }
  }
}
