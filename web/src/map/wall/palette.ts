import { palettes, type Palette } from '../palette';

/**
 * Colours of the wall's map, by their contrast to the near-black ground #12181f: water 1.1, roads up to 1.6, boundaries of
 * the level that is told about 3, names above 8. Nothing here is saturated: colour is left to what is wrong.
 */
export const wallColours = {
  land: '#12181f',
  water: '#182633',
  green: '#141d21',
  building: '#1a222a',
  road: { main: '#35404b', mid: '#2b353f', minor: '#222a33' },
  compound: '#2a343e',
  grid: '#3b4651',
  boundary: '#64717e',
  place: '#9aa8b6',
  outside: '#0b0f14',
  text: '#c3cdd7',
  textStrong: '#e6ecf2',
  halo: '#12181f',
} as const;

/** Issues and hazards stand there on any day: greyed tints, so that an alert among them is what one sees. */
export const wallPalette: Palette = {
  ...palettes.dark,
  issue: '#86a89c',
  issueGlyph: '#10181a',
  hazard: '#b095a9',
  hazardGlyph: '#1a1218',
  pointEdge: '#12181f',
};
