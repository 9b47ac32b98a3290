import type { LineLayerSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';
import { LAYER_NAMES } from '../model/shown.svelte';
import { glyphPaths } from './badge';
import { BAND_MAX_PX } from './layers/partition';
import { sketches } from './layers/sketches';
import { drawingOrder, nouns } from './order';
import { palettes } from './palette';
import { allSources, pointSources, SKETCHES, tileSources } from './sources';
import { onWish, styleOf } from './style';

const ids = [...sketches(palettes.light), ...nouns.flatMap((noun) => noun.draw(palettes.light))].map(({ id }) => id);

describe('the drawing order', () => {
  it('lists every style layer once, and nothing else', () => {
    expect([...drawingOrder].sort()).toEqual([...ids].sort());
  });

  it('puts buildings over roads, labels over lines, and alerts on top', () => {
    const at = (id: (typeof drawingOrder)[number]) => drawingOrder.indexOf(id);
    expect(at('building/fill')).toBeGreaterThan(at('base_road/fill'));
    expect(at('building/label')).toBeGreaterThan(at('district/line'));
    expect(at('alert/point')).toBe(drawingOrder.length - 1);
  });
});

describe('nouns', () => {
  it('are the layers a person can switch', () => {
    expect(nouns.map(({ name }) => name)).toEqual(LAYER_NAMES);
  });

  it('name their style layers after themselves', () => {
    for (const noun of nouns)
      for (const { id } of noun.draw(palettes.dark)) expect(id.startsWith(`${noun.name}/`)).toBe(true);
  });

  it('all have a legend', () => {
    for (const noun of nouns) expect(noun.legend(palettes.light).length, noun.name).toBeGreaterThan(0);
  });

  it('have pictograms that can be drawn', () => {
    for (const badge of nouns.flatMap((noun) => noun.badges?.(palettes.light) ?? [])) {
      expect(glyphPaths(badge.glyph).join('').length, badge.name).toBeGreaterThan(10);
    }
  });
});

describe('bands along boundaries', () => {
  it('stay within the margin of a tile, lest they draw the grid of tiles', () => {
    for (const { draw } of nouns) {
      for (const layer of draw(palettes.light)) {
        if (!layer.id.endsWith('/band')) continue;
        const width = (layer as LineLayerSpecification).paint?.['line-width'] as unknown[];
        expect(Number(width.at(-1))).toBeLessThanOrEqual(BAND_MAX_PX);
      }
    }
  });
});

describe('the style', () => {
  it('draws only from sources it has', () => {
    const sources = allSources();
    for (const layer of styleOf('light', () => true).layers) {
      if ('source' in layer) expect(Object.keys(sources), layer.id).toContain(layer.source);
    }
  });

  it('asks tiles only for layers that tiles have: never matters', () => {
    const tiled = Object.values(tileSources).flat() as string[];
    expect(tiled).not.toContain('hazard');
    expect(tiled).not.toContain('alert');
    expect(tiled).not.toContain('issue');
    expect(Object.keys(pointSources)).toContain('alert');
  });

  it('hides what is switched off and nothing else', () => {
    for (const layer of styleOf('dark', (name) => name !== 'building').layers) {
      if (layer.id === 'land' || SKETCHES.some((name) => layer.id.startsWith(`${name}/`))) continue;
      if (onWish.test(layer.id)) continue;
      expect(layer.layout?.visibility).toBe(layer.id.startsWith('building/') ? 'none' : 'visible');
    }
  });
});
