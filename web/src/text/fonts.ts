import rangesUrl from '@fontsource/noto-sans-sc/unicode.json?url';

/**
 * Noto Sans SC (思源黑体), shipped with the page: a screen without Chinese fonts would otherwise show boxes. The files are
 * cut by unicode range and each is fetched only when one of its characters is drawn.
 */
const files = import.meta.glob<string>(
  [
    '/node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-*-{400,600}-normal.woff2',
    // The same characters again in one big file.
    '!**/noto-sans-sc-chinese-simplified-*',
  ],
  { eager: true, query: '?url', import: 'default' },
);

export const FAMILY = 'Noto Sans SC';
export type Weight = 400 | 600;

/** Which characters each file holds: 75 KB of plain data, so it is fetched beside the script instead of inside it. */
let ranges: Record<string, string> = {};

export interface FontFile {
  url: string;
  ranges: string[];
}

/** The files of one weight. */
export function fontFiles(weight: Weight): FontFile[] {
  const found: FontFile[] = [];
  for (const [subset, unicode] of Object.entries(ranges)) {
    const name = subset.replace(/[[\]]/g, '');
    const url = files[`/node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-${name}-${weight}-normal.woff2`];
    if (url) found.push({ url, ranges: unicode.split(',').map((range) => range.toUpperCase()) });
  }
  return found;
}

/**
 * Makes the family known to the document; no font is downloaded yet. Settles once the map may name its fonts too; when the
 * table cannot be had, the fonts of the device have to do.
 */
export const fontsKnown = (): Promise<void> => (known ??= installFonts());
let known: Promise<void> | undefined;

async function installFonts(): Promise<void> {
  try {
    const response = await fetch(rangesUrl);
    if (!response.ok) return;
    ranges = (await response.json()) as Record<string, string>;
  } catch {
    return;
  }
  for (const weight of [400, 600] as const) {
    for (const file of fontFiles(weight)) {
      document.fonts.add(
        new FontFace(FAMILY, `url("${file.url}")`, {
          weight: String(weight),
          unicodeRange: file.ranges.join(','),
          display: 'swap',
        }),
      );
    }
  }
}
