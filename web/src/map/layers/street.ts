import { partition } from './partition';

/** Street 街道: the office's area; a road is in base_road.ts. */
export const street = partition({
  name: 'street',
  minZoom: 8,
  line: 'street',
  widths: [
    [9, 1],
    [14, 2.4],
    [18, 3.6],
  ],
  band: 9,
  label: {
    from: 10,
    to: 15,
    size: [
      [10, 12],
      [14, 18],
    ],
    strong: true,
    spacing: 0.15,
  },
});
