import { describe, expect, it } from 'vitest';
import { begin, step, waitBefore, type Effect, type Input, type Link } from './feed';

const hello = (head: number, { build = 'b1', epoch = 1 } = {}): Input => ({
  kind: 'hello',
  data: { build, epoch, head },
});
const change = (seq: number, epoch = 1): Input => ({
  kind: 'change',
  id: `${epoch}.${seq}`,
  data: { seq, at: '2026-03-01T00:00:00Z', layers: ['building'], ids: [seq], envelope: [0, 0, 1, 1] },
});
const cut: Input = { kind: 'cut', at: 1000 };

function hear(link: Link, ...inputs: Input[]): { link: Link; effects: Effect[] } {
  const effects: Effect[] = [];
  for (const input of inputs) {
    const next = step(link, input);
    link = next.link;
    effects.push(...next.effects);
  }
  return { link, effects };
}
const done = (effects: Effect[]) => effects.map((effect) => effect.do);
const start = () => begin('1.100', 'b1');

describe('the live link', () => {
  it('asks from where the page was read, so that nothing in between is missed', () => {
    expect(step(start(), { kind: 'retry' }).effects).toEqual([{ do: 'connect', since: '1.100' }]);
  });

  it('applies each change once, also when a resume sends the last one again', () => {
    const { link, effects } = hear(start(), hello(101), change(101), change(101), change(102));
    expect(done(effects)).toEqual(['apply', 'apply']);
    expect(link.since).toBe('1.102');
  });

  it('tells of a draft without moving on in the past of the map', () => {
    const draft = { id: 4, state: 'returned', version: 2 } as const;
    const { link, effects } = hear(start(), hello(101), change(101), { kind: 'draft', data: draft });
    expect(effects.at(-1)).toEqual({ do: 'tell', draft });
    expect(link.since).toBe('1.101');
  });

  it('resumes after the last change it heard', () => {
    const { link } = hear(start(), hello(100), change(101), cut);
    expect(link.phase).toBe('lost');
    expect(step(link, { kind: 'retry' }).effects).toEqual([{ do: 'connect', since: '1.101' }]);
  });

  it('remembers when it was lost, not when it last tried', () => {
    const { link } = hear(start(), hello(100), cut, { kind: 'retry' }, { kind: 'cut', at: 9000 });
    expect(link.lostAt).toBe(1000);
  });

  it('waits longer each time, but never long', () => {
    const { effects } = hear(start(), ...Array.from({ length: 9 }, () => cut));
    const waits = effects.flatMap((effect) => (effect.do === 'wait' ? [effect.ms] : []));
    expect(waits[0]).toBe(300);
    expect(Math.max(...waits)).toBe(4000);
    expect(waitBefore(50)).toBe(4000);
  });

  it('says when it is back', () => {
    const { link, effects } = hear(start(), hello(100), cut, { kind: 'retry' }, hello(100));
    expect(done(effects)).toContain('restored');
    expect(link).toMatchObject({ phase: 'live', lostAt: null, attempts: 0 });
  });

  it('says nothing of being back at the first hello', () => {
    expect(hear(start(), hello(100)).effects).toEqual([]);
  });

  it('reloads when the program was updated', () => {
    expect(done(hear(start(), hello(100, { build: 'b2' })).effects)).toEqual(['reload']);
  });

  it('starts over when the server asks for it', () => {
    const { link, effects } = hear(start(), hello(500), { kind: 'reset', id: '1.500', data: { reason: 'too_old' } });
    expect(effects).toEqual([{ do: 'reset', reset: { reason: 'too_old' } }]);
    expect(link.since).toBe('1.500');
  });

  it('starts over in a new epoch: a restored server has another past', () => {
    const { link, effects } = hear(start(), hello(40, { epoch: 2 }), change(41, 2));
    expect(done(effects)).toEqual(['reset', 'apply']);
    expect(link.since).toBe('2.41');
  });

  it('starts over when the server knows less than we do', () => {
    expect(done(hear(start(), hello(60)).effects)).toEqual(['reset']);
  });

  it('stops asking when nobody is signed in any more', () => {
    const { link, effects } = hear(start(), hello(100), cut, { kind: 'denied' }, { kind: 'retry' });
    expect(link.phase).toBe('denied');
    expect(done(effects)).toEqual(['hang_up', 'wait', 'hang_up']);
  });
});
