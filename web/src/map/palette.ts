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
  building: '#e6dfd2',
  buildingLine: '#cfc5b3',
  buildingHover: '#d9cfbd',
  buildingText: '#6d6353',
  compound: '#dcbf8a',
  compoundLine: '#b08d4f',
  compoundText: '#77571c',
  district: '#3b3560',
  street: '#574f86',
  community: '#746ca6',
  grid: '#958fbd',
  microGrid: '#bdb8d6',
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
};

const dark: Palette = {
  land: '#12181f',
  water: '#172836',
  waterLine: '#1d3242',
  waterText: '#7fa6bd',
  green: '#15221f',
  greenText: '#86a583',
  rail: '#323b45',
  railGap: '#171e26',
  road: {
    main: '#3c4147',
    mainCasing: '#1b2128',
    mid: '#333b44',
    midCasing: '#1a2027',
    minor: '#29313a',
    casing: '#171d24',
    path: '#2a323b',
  },
  roadText: '#98a3ae',
  building: '#1f2831',
  buildingLine: '#303b47',
  buildingHover: '#2b3743',
  buildingText: '#9aa5b0',
  compound: '#8c7648',
  compoundLine: '#8f7a4c',
  compoundText: '#dcc48f',
  district: '#d5cffa',
  street: '#aaa2dd',
  community: '#8780b8',
  grid: '#686296',
  microGrid: '#474368',
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
};

export const palettes: Record<Theme, Palette> = { light, dark };
