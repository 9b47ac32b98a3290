import type { Noun } from '../noun';

/** Pictures of somebody else's map 底图, beneath everything of ours; by night they are dimmed. */
export const baseRaster: Noun = {
  name: 'base_raster',
  group: 'base',
  minZoom: 0,
  legend: (palette) => [{ swatch: { look: 'area', fill: palette.land, line: palette.roadText } }],
  draw: (palette) => [
    {
      id: 'base_raster/picture',
      type: 'raster',
      source: 'base_raster',
      paint: {
        'raster-brightness-max': palette.picture.brightness,
        'raster-saturation': palette.picture.saturation,
        'raster-fade-duration': 0,
      },
    },
  ],
};
