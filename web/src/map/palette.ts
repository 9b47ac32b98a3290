import type { Ramp } from '../model/breaks';
import type { Theme } from '../model/theme.svelte';

/**
 * Colours of the map. Quiet until something is wrong: paper and greys for the ground, violet slate for governance, warm
 * ochre for property, and saturated colour only for what happens.
 */
export interface Palette {
  land: string;
  water: string;
  waterLine: string;
  waterText: string;
  green: string;
  greenText: string;
  rail: string;
  railGap: string;
  road: {
    main: string;
    mainCasing: string;
    mid: string;
    midCasing: string;
    minor: string;
    casing: string;
    path: string;
  };
  roadText: string;
  building: string;
  buildingShadow: string;
  buildingWall: string;
  buildingLine: string;
  buildingHover: string;
  buildingText: string;
  compound: string;
  compoundLine: string;
  compoundText: string;
  district: string;
  street: string;
  community: string;
  grid: string;
  microGrid: string;
  text: string;
  textQuiet: string;
  halo: string;
  accent: string;
  accentHalo: string;
  site: string;
  siteGlyph: string;
  hazard: string;
  hazardGlyph: string;
  issue: string;
  issueGlyph: string;
  pointEdge: string;
  /** How bright pictures of somebody else's map may be, and how colourful: 1 and 0 as they come. */
  picture: { brightness: number; saturation: number };
  /** Paper laid over what is not ours to look after, and its edge. */
  mask: string;
  maskOpacity: number;
  maskEdge: string;
  /** Few to many. One hue each and steadily darker (lighter by night), so that nobody's eyes mix up two classes. */
  ramps: Record<Ramp, readonly string[]>;
  /** A figure the reader has no right to, and a place without one. */
  withheld: string;
}

/** The four legal alert levels, the only red, orange, yellow and blue on the map; always with their shape and numeral. */
export const alertColours = ['#ff3b30', '#ff8c1a', '#ffd60a', '#3d9bff'] as const;
export const alertShapes = ['diamond', 'triangle', 'square', 'circle'] as const;

const light: Palette = {
  land: '#f4f1ea',
  water: '#bcd6e1',
  waterLine: '#a9c8d6',
  waterText: '#3f6d83',
  green: '#d9e5c9',
  greenText: '#4d6a3a',
  rail: '#b8b2a8',
  railGap: '#f4f1ea',
  road: {
    main: '#f9e7bb',
    mainCasing: '#dcc48d',
    mid: '#fdf6e2',
    midCasing: '#dccfae',
    minor: '#ffffff',
    casing: '#ddd6c8',
    path: '#d3c8b3',
  },
  roadText: '#6a6255',
  building: '#e9e2d5',
  buildingShadow: '#b9ad97',
  buildingWall: '#d8cdb9',
  buildingLine: '#c6bba6',
  buildingHover: '#d9cfbd',
  buildingText: '#6d6353',
  compound: '#dcbf8a',
  compoundLine: '#b08d4f',
  compoundText: '#77571c',
  district: '#332c5c',
  street: '#4d447f',
  community: '#665d9d',
  grid: '#857cb4',
  microGrid: '#a59dcb',
  text: '#3a3550',
  textQuiet: '#6a6486',
  halo: '#faf8f4',
  accent: '#0c6a70',
  accentHalo: '#ffffff',
  site: '#4f6672',
  siteGlyph: '#ffffff',
  hazard: '#a84a80',
  hazardGlyph: '#ffffff',
  issue: '#0f7d5f',
  issueGlyph: '#ffffff',
  pointEdge: '#ffffff',
  picture: { brightness: 1, saturation: -0.15 },
  mask: '#efece5',
  maskOpacity: 0.62,
  maskEdge: '#4d4668',
  ramps: {
    ground: ['#e4f1ec', '#bddfd6', '#8bc6bd', '#54a6a0', '#2a7f80', '#0d525a'],
    matters: ['#f6e6f0', '#e6c1d9', '#d096bd', '#b0689b', '#883f77', '#591c4f'],
  },
  withheld: '#b9b6b0',
};

const dark: Palette = {
  land: '#12181f',
  water: '#16293a',
  waterLine: '#1d3446',
  waterText: '#7fa6bd',
  green: '#172822',
  greenText: '#86a583',
  rail: '#323b45',
  railGap: '#171e26',
  road: {
    main: '#474a4c',
    mainCasing: '#0d1217',
    mid: '#38414a',
    midCasing: '#0f141a',
    minor: '#2b343e',
    casing: '#10151b',
    path: '#333c46',
  },
  roadText: '#98a3ae',
  building: '#25303a',
  buildingShadow: '#090d11',
  buildingWall: '#2c3844',
  buildingLine: '#3a4754',
  buildingHover: '#334150',
  buildingText: '#9aa5b0',
  compound: '#8c7648',
  compoundLine: '#8f7a4c',
  compoundText: '#dcc48f',
  district: '#ddd8ff',
  street: '#b9b1ec',
  community: '#968ecb',
  grid: '#756eaa',
  microGrid: '#5a5487',
  text: '#e6e3f6',
  textQuiet: '#b3aed0',
  halo: '#12181f',
  accent: '#63d2d0',
  accentHalo: '#0b1015',
  site: '#8fa6b3',
  siteGlyph: '#10161c',
  hazard: '#e08fbf',
  hazardGlyph: '#1b0d15',
  issue: '#4cc79f',
  issueGlyph: '#08160f',
  pointEdge: '#12181f',
  picture: { brightness: 0.3, saturation: -0.5 },
  mask: '#0c1116',
  maskOpacity: 0.6,
  maskEdge: '#000000',
  ramps: {
    ground: ['#1d3437', '#22504f', '#2c706c', '#41938b', '#72b9ad', '#bfe5da'],
    matters: ['#35212f', '#55304b', '#7b4369', '#a65f8e', '#cd8fb6', '#eccbe0'],
  },
  withheld: '#59606a',
};

export const palettes: Record<Theme, Palette> = { light, dark };
