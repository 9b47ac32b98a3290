import { partition } from './partition';

/** District 区: the strongest line, with a broad band. */
export const district = partition({
  name: 'district',
  minZoom: 0,
  line: 'district',
  widths: [
    [8, 1.8],
    [14, 3.8],
    [18, 5.2],
  ],
  band: 14,
  core: 1.3,
  label: {
    from: 6,
    to: 12.5,
    size: [
      [8, 14],
      [12, 20],
    ],
    strong: true,
    spacing: 0.3,
  },
});
