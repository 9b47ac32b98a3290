const WIDTH_MAX_PX = 96;

/** The longest round length that a scale bar of at most 96 pixels can show. */
export function scaleMeters(metersPerPixel: number): number {
  const most = metersPerPixel * WIDTH_MAX_PX;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 2, 1].find((digit) => digit * power <= most) ?? 1;
  return step * power;
}
