import type { GeoJSONSource, Map as MapLibreMap, MapGeoJSONFeature } from 'maplibre-gl';
import type { LonLat } from '../api';
import type { Subject } from '../model/address';
import { drawingOrder } from './order';
import { pointSourceId, type PointName } from './sources';

/** A finger is not a needle: this far around the touch counts. */
const TOUCH_PX = 8;

/** What a touch means, first match wins: what happens, what stands, whose ground it is. */
const touchable = [
  'alert',
  'hazard',
  'issue',
  'resource_site',
  'building',
  'compound',
  'micro_grid',
  'grid',
  'community',
  'street',
  'district',
] as const;

/** The style layers that answer a touch: faces, badges and names; not lines, and not what is too small to be meant. */
const touchableLayers = drawingOrder.filter(
  (id) =>
    touchable.some((noun) => id.startsWith(`${noun}/`)) &&
    !/\/(line|casing|core|band|count|dot|tally|shadow|relief)$/.test(id),
);

/**
 * A tool that has the pointer: while it is in hand, touches go to it and nothing on the map is opened. What lies under the
 * touch is told beside the spot, for tools that choose places.
 */
export interface Hand {
  cursor: string;
  /** What lies under the pointer is not lit up, and the cursor is the tool's own affair. */
  quiet?: boolean;
  click(at: LonLat, under: Subject | null): void;
  move?(at: LonLat): void;
}

interface Wishes {
  picked: (subject: Subject | null, at: LonLat) => void;
  go: (camera: { center: unknown; zoom: number }) => void;
}

/** Pointer and finger on the map: what lies under them, and who is told. */
export class Touch {
  hand: Hand | null = null;
  #hovered: { id: number | string; sourceLayer: string } | null = null;
  #hovering = 0;

  constructor(
    private readonly map: MapLibreMap,
    private readonly wishes: Wishes,
    private readonly zoomMax: number,
  ) {
    map.on('click', (event) => this.#click(event.point.x, event.point.y, [event.lngLat.lng, event.lngLat.lat]));
    map.on('mousemove', (event) => {
      this.hand?.move?.([event.lngLat.lng, event.lngLat.lat]);
      this.#hoverSoon(event.point.x, event.point.y);
    });
    map.on('mouseout', () => this.#hoverSoon(-1, -1));
  }

  take(hand: Hand | null): void {
    this.hand = hand;
    this.map.getCanvas().style.cursor = hand?.cursor ?? '';
    // A second click of a tool is a second point, not a wish to come closer.
    if (hand) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
  }

  /** The drawing was rebuilt: what hovered before is forgotten there. */
  forget(): void {
    this.#hovered = null;
  }

  stop(): void {
    cancelAnimationFrame(this.#hovering);
  }

  /** What lies at a pixel, as a touch means it; `around` widens the pixel. */
  #featureAt(x: number, y: number, around: number): MapGeoJSONFeature | null {
    // Not "is everything loaded": one may touch what is there while the rest is still coming.
    if (!this.map.getSource('ground')) return null;
    const found = this.map.queryRenderedFeatures(
      [
        [x - around, y - around],
        [x + around, y + around],
      ],
      { layers: touchableLayers },
    );
    // A name that was touched is meant, whatever lies beneath it.
    const label = around === 0 ? found.find(({ layer }) => layer.id.endsWith('/label')) : undefined;
    if (label) return label;
    for (const noun of touchable) {
      const hit = found.find(({ layer }) => layer.id.startsWith(`${noun}/`) && !layer.id.endsWith('/label'));
      if (hit) return hit;
    }
    return null;
  }

  #subject(hit: MapGeoJSONFeature | null): Subject | null {
    if (!hit || hit.properties['cluster'] === true) return null;
    const noun = hit.layer.id.split('/')[0] as (typeof touchable)[number];
    const id = Number(hit.id ?? hit.properties['id']);
    return noun === 'alert' || noun === 'hazard' || noun === 'issue'
      ? { what: 'matter', kind: noun, id }
      : { what: 'place', id };
  }

  #click(x: number, y: number, at: LonLat): void {
    // A point may be missed by a little; ground may not.
    const near = this.#featureAt(x, y, TOUCH_PX);
    const hit = near?.geometry.type === 'Point' ? near : this.#featureAt(x, y, 0);
    if (this.hand) this.hand.click(at, this.#subject(hit));
    else if (hit?.properties['cluster'] === true) void this.#open(hit.layer.id.split('/')[0] as PointName, hit);
    else this.wishes.picked(this.#subject(hit), at);
  }

  /** A group that was touched opens by zooming in just far enough. */
  async #open(noun: PointName, group: MapGeoJSONFeature): Promise<void> {
    const source = this.map.getSource<GeoJSONSource>(pointSourceId(noun));
    if (!source || group.geometry.type !== 'Point') return;
    const zoom = await source.getClusterExpansionZoom(Number(group.properties['cluster_id']));
    this.wishes.go({ center: group.geometry.coordinates, zoom: Math.min(zoom + 0.2, this.zoomMax) });
  }

  /** Once a frame is enough: asking what lies under the pointer is not free. */
  #hoverSoon(x: number, y: number): void {
    if (this.#hovering) cancelAnimationFrame(this.#hovering);
    this.#hovering = requestAnimationFrame(() => this.#hover(x, y));
  }

  #hover(x: number, y: number): void {
    const quiet = this.hand?.quiet === true;
    const hit = x < 0 || quiet ? null : this.#featureAt(x, y, 0);
    if (!quiet) this.map.getCanvas().style.cursor = this.hand?.cursor ?? (hit ? 'pointer' : '');
    const sourceLayer = hit?.sourceLayer;
    const next =
      hit?.id !== undefined && (sourceLayer === 'building' || sourceLayer === 'compound')
        ? { id: hit.id, sourceLayer }
        : null;
    if (next?.id === this.#hovered?.id) return;
    if (this.#hovered) this.map.setFeatureState({ source: 'ground', ...this.#hovered }, { hover: false });
    if (next) this.map.setFeatureState({ source: 'ground', ...next }, { hover: true });
    this.#hovered = next;
  }
}
