import { partition } from './partition';

/** Community 社区. */
export const community = partition({
  name: 'community',
  minZoom: 11,
  line: 'community',
  widths: [
    [11, 0.8],
    [14, 1.6],
    [18, 2.6],
  ],
  label: {
    from: 12,
    to: 16.5,
    size: [
      [12, 11],
      [15, 15],
    ],
    strong: true,
    spacing: 0.06,
  },
});
