import { byZoom, REGULAR, type Badge, type Noun } from '../noun';
import type { Palette } from '../palette';
import { pointSourceId } from '../sources';
import { cluster } from './clusters';
import { otherPictogram, pictograms } from './pictograms';

/** Until here a dot says that there is something; what it is, one reads closer. */
const BADGES_FROM = 15.6;

const badge = (palette: Palette, category: string, glyph: string): Badge => ({
  name: `resource_site:${category}`,
  shape: 'circle',
  fill: palette.site,
  edge: palette.pointEdge,
  ink: palette.siteGlyph,
  glyph,
});

/** The badge of one category, for the legend and the panel. */
export const siteBadge = (palette: Palette, category: string): Badge =>
  badge(palette, category in pictograms ? category : 'other', pictograms[category] ?? otherPictogram);

/** ResourceSite 资源点: what helps when something happens. Told apart by pictogram, not by colour. */
export const resourceSite: Noun = {
  name: 'resource_site',
  group: 'property',
  minZoom: 14,
  badges: (palette) => [
    ...Object.entries(pictograms).map(([category, glyph]) => badge(palette, category, glyph)),
    badge(palette, 'other', otherPictogram),
  ],
  legend: (palette, there = []) => {
    const known = there.filter((category) => category in pictograms);
    if (known.length === 0) return [{ swatch: { look: 'badge', image: siteBadge(palette, 'clinic') } }];
    const all = known.length < there.length ? [...known, 'other'] : known;
    return all.map((category) => ({
      swatch: { look: 'badge', image: siteBadge(palette, category) },
      word: { table: 'category', key: category },
    }));
  },
  draw: (palette) => [
    {
      id: 'resource_site/dot',
      type: 'circle',
      source: pointSourceId('resource_site'),
      minzoom: 14,
      maxzoom: BADGES_FROM,
      paint: {
        'circle-color': palette.site,
        'circle-radius': byZoom([14, 2], [BADGES_FROM, ['case', ['has', 'point_count'], 4.2, 3.2]]),
        'circle-stroke-color': palette.halo,
        'circle-stroke-width': 1,
      },
    },
    ...cluster('resource_site', palette.site, palette.siteGlyph, palette, true, BADGES_FROM),
    {
      id: 'resource_site/point',
      type: 'symbol',
      source: pointSourceId('resource_site'),
      minzoom: BADGES_FROM,
      filter: ['!', ['has', 'point_count']],
      layout: {
        'icon-image': [
          'coalesce',
          ['image', ['concat', 'resource_site:', ['coalesce', ['get', 'category'], 'other']]],
          ['image', 'resource_site:other'],
        ],
        'icon-size': byZoom([14, 0.72], [16, 0.9], [18, 1]),
        'icon-allow-overlap': true,
        'text-field': ['step', ['zoom'], '', 16.2, ['get', 'name']],
        'text-font': REGULAR,
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': [0, 1.1],
        'text-max-width': 7,
        'text-optional': true,
        'text-padding': 4,
      },
      paint: { 'text-color': palette.site, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
  ],
};
