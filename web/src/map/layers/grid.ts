import { partition } from './partition';

/** Grid 网格: the ground of one grid worker. */
export const grid = partition({
  name: 'grid',
  minZoom: 12.5,
  line: 'grid',
  widths: [
    [12.5, 0.5],
    [15, 1.2],
    [18, 2],
  ],
  label: {
    from: 15.5,
    to: 17.5,
    size: [
      [14, 10.5],
      [17, 13],
    ],
    strong: false,
    quiet: true,
  },
});
