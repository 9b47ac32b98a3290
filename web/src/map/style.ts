import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { fontFiles } from '../text/fonts';
import type { LayerName } from '../api';
import type { Theme } from '../model/theme.svelte';
import { sketches } from './layers/sketches';
import { drawingOrder, nouns } from './order';
import { palettes } from './palette';
import { allSources } from './sources';

const faces = (weight: 400 | 600) => fontFiles(weight).map(({ url, ranges }) => ({ url, 'unicode-range': ranges }));

/** Drawn only when asked for, whatever is switched on: see Stage.tally and Stage.relief. */
export const onWish = /\/(tally|relief)$/;

/** The whole style: every layer of every noun in drawing order, hidden where the noun is switched off. */
export function styleOf(theme: Theme, isShown: (name: LayerName) => boolean): StyleSpecification {
  const palette = palettes[theme];
  const drawn = new Map<string, LayerSpecification>();
  for (const layer of sketches(palette)) drawn.set(layer.id, layer as LayerSpecification);
  for (const noun of nouns) {
    const visibility = isShown(noun.name) ? 'visible' : 'none';
    for (const layer of noun.draw(palette)) {
      drawn.set(layer.id, {
        ...layer,
        layout: { ...('layout' in layer ? layer.layout : {}), visibility: onWish.test(layer.id) ? 'none' : visibility },
      } as LayerSpecification);
    }
  }
  return {
    version: 8,
    'font-faces': { 'Noto Sans SC': faces(400), 'Noto Sans SC SemiBold': faces(600) },
    sources: allSources(),
    transition: { duration: 0, delay: 0 },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': palette.land } },
      ...drawingOrder.map((id) => drawn.get(id)).filter((layer) => layer !== undefined),
    ],
  };
}
