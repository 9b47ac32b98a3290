import { BASE_LAYERS } from '../api';
import { fill, format, language, t } from '../text';
import { figures } from '../model/figures.svelte';
import { opened } from '../model/opened.svelte';
import { scaleMeters } from '../model/scale';
import { session } from '../model/session.svelte';
import { shown } from '../model/shown.svelte';
import { tallies } from '../model/tally';
import { pictureRows, tallyRows } from '../map/legend';
import { palettes } from '../map/palette';
import { compose } from '../map/picture';
import type { Sight } from '../map/sight.svelte';
import { theme } from '../model/theme.svelte';

/** The map as it is seen, on a sheet of paper with all a reader of paper needs; null while there is no map. */
export function sheetOf(sight: Sight): HTMLCanvasElement | null {
  const { stage, camera } = sight;
  if (!stage || !camera) return null;
  const palette = palettes[theme.now];
  const { canvas, ratio } = stage.snapshot();
  const meters = scaleMeters(sight.metersPerPixel);
  const { choice, coloured } = figures;
  const scheme = session.me?.scheme.title[language.now] ?? '';
  const views = [fill(t().picture.view, { topic: t().topic.names[shown.topic] })];
  if (choice) views.push(t().tally.names[choice.name]);
  if (shown.before) views.push(fill(t().picture.compared, { day: format.day(shown.before, language.locale) }));
  const made = format.moment(Date.now(), language.locale, session.timeZone);
  const ground = [...BASE_LAYERS, 'base_raster' as const].some((name) => shown.has(name)) ? sight.owed : '';
  return compose({
    map: canvas,
    ratio,
    title: opened.name || `${t().app.name} · ${scheme}`,
    subtitle: views.join(' · '),
    tally:
      choice && coloured
        ? {
            title: `${t().tally.names[choice.name]}（${t().tally.unit[tallies[choice.name].unit]}）`,
            rows: tallyRows(choice, coloured, palette),
          }
        : null,
    legendTitle: t().picture.legend,
    rows: pictureRows(palette, camera.zoom, (name) => shown.has(name), sight.counts),
    scale: {
      words: format.length(meters, language.locale, t().unit),
      pixels: meters / sight.metersPerPixel,
    },
    north: t().picture.north,
    bearing: camera.bearing,
    notes: [fill(t().picture.made, { date: made }), t().picture.datum, ground, t().app.name],
    palette,
  });
}

/** Saves the sheet as a PNG. Throws when the browser cannot. */
export async function savePicture(sight: Sight): Promise<void> {
  // Characters that stand only on the sheet have not been fetched yet.
  const words = JSON.stringify([t().picture, t().layer, t().tally, t().category, t().topic]);
  await Promise.all([
    document.fonts.load("600 20px 'Noto Sans SC'", words),
    document.fonts.load("400 13px 'Noto Sans SC'", words),
  ]);
  const paper = sheetOf(sight);
  const blob = await new Promise<Blob | null>((done) => (paper ? paper.toBlob(done, 'image/png') : done(null)));
  if (!blob) throw new Error('the canvas gave no picture');
  const link = document.createElement('a');
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: session.timeZone }).format(Date.now());
  link.href = URL.createObjectURL(blob);
  link.download = fill(t().tool.fileName, { date });
  link.click();
  // The download has its own hold on it by then.
  const GIVE_BACK_MS = 10_000;
  setTimeout(() => URL.revokeObjectURL(link.href), GIVE_BACK_MS);
}
