import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Theme } from '../model/theme.svelte';
import { BADGE_RATIO, drawBadge } from './badge';
import { nouns } from './order';
import { palettes } from './palette';

/** Gives a map the symbols of all nouns, in the colours of a theme. */
export function addBadges(map: MapLibreMap, theme: Theme): void {
  for (const noun of nouns) {
    for (const badge of noun.badges?.(palettes[theme]) ?? []) {
      const image = drawBadge(badge);
      if (!image) continue;
      if (map.hasImage(badge.name)) map.updateImage(badge.name, image);
      else map.addImage(badge.name, image, { pixelRatio: BADGE_RATIO });
    }
  }
}
