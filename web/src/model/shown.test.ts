import { describe, expect, it } from 'vitest';
import { LAYER_NAMES, shown } from './shown.svelte';
import { TOPIC_NAMES, topics } from './topic';

describe('topics', () => {
  it('switch only layers that exist', () => {
    for (const name of TOPIC_NAMES) for (const off of topics[name].off) expect(LAYER_NAMES, name).toContain(off);
  });

  it('leave nothing in the address beside their name, until the reader differs', () => {
    for (const topic of TOPIC_NAMES) {
      shown.choose(topic);
      expect(shown.look).toMatchObject({ topic, layers: null, tally: undefined });
    }
    shown.choose('care');
    shown.toggle('alert');
    expect(shown.look.layers).toContain('alert');
    shown.colourBy(null);
    expect(shown.look.tally).toBeNull();
  });

  it('come back from a link as they were sent', () => {
    shown.choose('hazards');
    shown.toggle('building');
    shown.colourBy({ level: 'grid', name: 'issues_open' });
    const sent = shown.look;
    shown.choose('all');
    shown.take(sent);
    expect(shown.look).toEqual(sent);
    expect(shown.has('building')).toBe(false);
  });
});
