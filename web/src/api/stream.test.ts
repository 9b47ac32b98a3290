import { describe, expect, it } from 'vitest';
import { EventReader } from './stream';

describe('a stream of events', () => {
  it('is read whole, however the network cuts it', () => {
    const text = 'event: hello\ndata: {"head":3}\n\n: here\n\nid: 1.4\nevent: change\ndata: {"a":\ndata: 1}\n\n';
    const whole = new EventReader().push(text);
    const pieces = new EventReader();
    const found = [...text].flatMap((letter) => pieces.push(letter));
    expect(found).toEqual(whole);
    expect(whole.map(({ event, id, data }) => [event, id, data])).toEqual([
      ['hello', '', '{"head":3}'],
      ['message', '', null],
      ['change', '1.4', '{"a":\n1}'],
    ]);
  });

  it('ends its lines as it likes', () => {
    expect(new EventReader().push('event: reset\r\ndata: {}\r\n\r\n')).toEqual([
      { event: 'reset', id: '', data: '{}' },
    ]);
  });

  it('says nothing before a block is whole', () => {
    expect(new EventReader().push('event: hello\ndata: {}')).toEqual([]);
  });
});
