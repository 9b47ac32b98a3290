import type { PlaceKind } from '../../api';
import { asideWhenTaken, byZoom, named, SEMIBOLD, REGULAR, type Drawn, type Noun } from '../noun';
import type { Palette } from '../palette';
import { pointSourceId, type PointName } from '../sources';
import { tallyFace } from './tally';

/**
 * Tiles are cut 8 pixels beyond their edge, and the cut itself is an edge of the outline: a band that reaches further than
 * that would draw the tiles' own grid.
 */
export const BAND_MAX_PX = 15;

/** How far the paper shows on both sides of a line together. */
const CASING_PX = 1.8;

/** How one governance level is drawn. */
export interface Level {
  name: Extract<PlaceKind, PointName>;
  minZoom: number;
  line: keyof Pick<Palette, 'district' | 'street' | 'community' | 'grid' | 'microGrid'>;
  /** Line widths as zoom, pixels. */
  widths: [number, number][];
  /** A soft band along the line, as on an atlas sheet. Pixels at high zoom; see BAND_MAX_PX. */
  band?: number;
  /** A pale line along the middle, as the outermost boundary has on printed maps. */
  core?: number;
  label: { from: number; to: number; size: [number, number][]; strong: boolean; quiet?: boolean; spacing?: number };
}

/**
 * Governance levels share edges, and each sharer draws its own copy of them. So their lines are solid and opaque: dashes of
 * two neighbours would run against each other. Rank is told by width, depth of colour, the pale core and the band; a casing
 * of paper lifts them off roads and roofs.
 */
export function partition(level: Level): Noun {
  const { name, minZoom, label } = level;
  return {
    name,
    group: 'governance',
    minZoom,
    legend: (palette) => [
      {
        swatch: {
          look: 'line',
          colour: palette[level.line],
          width: Math.max(1, (level.widths.at(-1)?.[1] ?? 1) * 0.8),
          ...(level.band ? { casing: palette[level.line] } : {}),
          ...(level.core ? { core: palette.halo } : {}),
        },
      },
    ],
    draw(palette) {
      const colour = palette[level.line];
      const parts: Drawn[] = [
        {
          // Nothing to see, but something to touch.
          id: `${name}/hit`,
          type: 'fill',
          source: 'ground',
          'source-layer': name,
          minzoom: minZoom,
          paint: { 'fill-color': colour, 'fill-opacity': 0 },
        },
        tallyFace(name, palette, minZoom),
        {
          id: `${name}/casing`,
          type: 'line',
          source: 'ground',
          'source-layer': name,
          minzoom: minZoom,
          layout: { 'line-join': 'round', 'line-cap': 'round' },
          paint: {
            'line-color': palette.halo,
            'line-opacity': 0.55,
            'line-width': byZoom(...level.widths.map(([zoom, width]): [number, number] => [zoom, width + CASING_PX])),
          },
        },
        {
          id: `${name}/line`,
          type: 'line',
          source: 'ground',
          'source-layer': name,
          minzoom: minZoom,
          layout: { 'line-join': 'round', 'line-cap': 'round' },
          paint: { 'line-color': colour, 'line-width': byZoom(...level.widths) },
        },
        {
          id: `${name}/label`,
          type: 'symbol',
          source: pointSourceId(name),
          minzoom: label.from,
          maxzoom: label.to,
          layout: {
            'text-field': named,
            'text-font': label.strong ? SEMIBOLD : REGULAR,
            'text-size': byZoom(...label.size),
            'text-letter-spacing': label.spacing ?? 0.02,
            'text-max-width': 9,
            ...asideWhenTaken,
            'text-padding': 6,
          },
          paint: {
            'text-color': label.quiet ? palette.textQuiet : palette.text,
            'text-halo-color': palette.halo,
            'text-halo-width': 1.6,
          },
        },
      ];
      if (level.core) {
        parts.push({
          id: `${name}/core`,
          type: 'line',
          source: 'ground',
          'source-layer': name,
          minzoom: minZoom,
          layout: { 'line-join': 'round', 'line-cap': 'round' },
          paint: { 'line-color': palette.halo, 'line-width': byZoom([9, 0], [12, level.core / 2], [18, level.core]) },
        });
      }
      if (level.band) {
        parts.push({
          id: `${name}/band`,
          type: 'line',
          source: 'ground',
          'source-layer': name,
          minzoom: minZoom,
          layout: { 'line-join': 'round' },
          paint: {
            'line-color': colour,
            'line-opacity': 0.09,
            'line-width': byZoom([8, level.band / 3], [16, level.band]),
          },
        });
      }
      return parts;
    },
  };
}
