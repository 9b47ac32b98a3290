import { partition } from './partition';

/** MicroGrid 微网格: the finest line of governance. */
export const microGrid = partition({
  name: 'micro_grid',
  minZoom: 14.5,
  line: 'microGrid',
  widths: [
    [14.5, 0.4],
    [16, 0.8],
    [19, 1.4],
  ],
  label: {
    from: 16.5,
    to: 24,
    size: [
      [16.5, 10.5],
      [19, 12.5],
    ],
    strong: false,
    quiet: true,
  },
});
