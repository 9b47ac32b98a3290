import type { Theme } from '../../model/theme.svelte';

/** What becomes of a feature of a file: told by colour, by width and, where it is bad, by a broken line. */
export const WHATS = ['bad', 'changed', 'new', 'same'] as const;
export type What = (typeof WHATS)[number];

/** Okabe-Ito tones, darker on paper and lighter on the night map; none of them is an alert's. */
export const insetColours: Record<Theme, Record<What, string>> = {
  light: { bad: '#a8326f', changed: '#0072b2', new: '#00795a', same: '#6b7079' },
  dark: { bad: '#e79ac4', changed: '#7fc4f0', new: '#5fd3ae', same: '#9aa4af' },
};
