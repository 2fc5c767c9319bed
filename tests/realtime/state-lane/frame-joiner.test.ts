import { describe, expect, test } from '@jest/globals';
import type { EncodedEvent } from '../../../src/realtime/peer.ts';
import { socketIoDialect } from '../../../src/realtime/socketio/dialect.ts';
import { createFrameJoiner } from '../../../src/realtime/state-lane/frame-joiner.ts';

const events = (...seqs: number[]): EncodedEvent[] =>
  seqs.map((seq) => socketIoDialect.encode('journal:head', { epoch: 'e', seq })!);
const bytesOf = (list: readonly EncodedEvent[]): Buffer => Buffer.concat(list.map(({ frame }) => frame));

describe('joined frames', () => {
  test('stand one after the other, in order', () => {
    const list = events(1, 2, 3);
    expect(createFrameJoiner().join(list)).toEqual(bytesOf(list));
  });

  test('use the same memory again once they have been sent', () => {
    const joiner = createFrameJoiner();
    const first = joiner.join(events(1, 2));
    const second = joiner.join(events(3, 4));
    expect(second.buffer).toBe(first.buffer);
    expect(second.byteOffset).toBe(first.byteOffset);
  });

  test('stay as they are while they are still to be sent, however much is joined after them', () => {
    const joiner = createFrameJoiner();
    const kept = Array.from({ length: 2_000 }, (_, index) => {
      const list = events(index, index + 1);
      const joined = joiner.join(list);
      joiner.keep();
      joiner.join(events(index + 7, index + 8, index + 9));
      return { joined, expected: bytesOf(list) };
    });
    for (const { joined, expected } of kept) expect(joined.equals(expected)).toBe(true);
  });

  test('may be more than a slab holds', () => {
    const list = events(...Array.from({ length: 2_000 }, (_, index) => index));
    expect(createFrameJoiner().join(list)).toEqual(bytesOf(list));
  });
});
