import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { MarketStatusPayload } from '../../../src/protocol/market.ts';
import type { Dialect } from '../../../src/realtime/peer.ts';
import { createStateLane, type StateLane } from '../../../src/realtime/state-lane/lane.ts';
import type { AnyTopic, StateTopic } from '../../../src/realtime/state-lane/topic.ts';
import { createMemoryPeer, type MemoryPeer } from '../../support/memory-peer.ts';

interface Level {
  readonly symbol: string;
  readonly value: number;
}

/** Two kinds of state by symbol. Their values are numbers; the wire names are borrowed. */
const levels = new Map<string, Level>();
const levelTopic = (event: 'quote:update' | 'market:status', encoded: jest.Mock): StateTopic<Level> => ({
  event,
  latest: (symbol) => levels.get(symbol),
  toPayload(level) {
    encoded(level.symbol, level.value);
    return level as unknown as MarketStatusPayload;
  },
});
const encoded = jest.fn();
const quotes = levelTopic('quote:update', encoded);
const options = levelTopic('market:status', encoded);
const conflated = jest.fn();
const counted: StateTopic<Level> = { ...quotes, onConflated: conflated };

let lane: StateLane;
let sent: Map<string, number>;
beforeEach(() => {
  jest.clearAllMocks();
  levels.clear();
  sent = new Map();
  lane = createStateLane({
    metrics: { messageSent: (event, count = 1) => void sent.set(event, (sent.get(event) ?? 0) + count) },
  });
});

function join(
  watched: readonly (readonly [AnyTopic, readonly string[]])[],
  peer = createMemoryPeer(),
): MemoryPeer {
  lane.add(peer);
  for (const [topic, subjects] of watched) lane.watch(peer, topic, new Set(subjects));
  return peer;
}
function publish(changes: readonly (readonly [AnyTopic, Readonly<Record<string, number>>])[]): void {
  lane.publish(
    changes.map(([topic, values]) => ({
      topic,
      values: new Map(
        Object.entries(values).map(([symbol, value]) => {
          const level = { symbol, value };
          levels.set(symbol, level);
          return [symbol, level];
        }),
      ),
    })),
  );
}
const read = (peer: MemoryPeer): string[] =>
  peer.lines.map(({ event, payload }) => `${event} ${(payload as Level).symbol} ${(payload as Level).value}`);

describe('a changed value', () => {
  test('is encoded once for all peers of a dialect, whichever else they watch', () => {
    const peers = [join([[quotes, ['A', 'B']]]), join([[quotes, ['B', 'A']]]), join([[quotes, ['A']]])];
    publish([[quotes, { A: 1, B: 2, C: 3 }]]);
    expect(peers.map(read)).toEqual([
      ['quote:update A 1', 'quote:update B 2'],
      ['quote:update A 1', 'quote:update B 2'],
      ['quote:update A 1'],
    ]);
    expect(encoded).toHaveBeenCalledTimes(2);
    expect(sent).toEqual(new Map([['quote:update', 5]]));
  });

  test('is encoded once more for each other dialect, and not for a dialect without words for it', () => {
    const shouting: Dialect = {
      encode(event, payload) {
        if (event === 'market:status') return null;
        const text = JSON.stringify({ event: event.toUpperCase(), payload });
        return { event, text, frame: Buffer.from(`${text}\n`) };
      },
    };
    const loud = (): MemoryPeer => Object.assign(createMemoryPeer(), { dialect: shouting });
    const watched = [
      [quotes, ['A']],
      [options, ['A']],
    ] as const;
    const [plain, one, two] = [join(watched), join(watched, loud()), join(watched, loud())];
    publish([
      [quotes, { A: 1 }],
      [options, { A: 1 }],
    ]);
    expect(read(plain)).toEqual(['quote:update A 1', 'market:status A 1']);
    expect([read(one), read(two)]).toEqual([['QUOTE:UPDATE A 1'], ['QUOTE:UPDATE A 1']]);
    expect(encoded).toHaveBeenCalledTimes(4);
    expect(sent).toEqual(
      new Map([
        ['quote:update', 3],
        ['market:status', 1],
      ]),
    );
  });

  test('goes out in one write with all that changed for the peer, of whatever topic', () => {
    const peer = join([
      [quotes, ['A', 'B']],
      [options, ['X']],
    ]);
    publish([
      [quotes, { A: 1, B: 2 }],
      [options, { X: 3, Y: 4 }],
    ]);
    expect(read(peer)).toEqual(['quote:update A 1', 'quote:update B 2', 'market:status X 3']);
    expect(peer.writes).toBe(1);
  });
});

describe('a peer that cannot be written to', () => {
  test('receives the latest of each subject it missed in one write, and each replaced value is counted', () => {
    const peer = join([[counted, ['A', 'B']]]);
    peer.pause();
    publish([[counted, { A: 1 }]]);
    for (const value of [2, 3, 4]) publish([[counted, { A: value }]]);
    publish([[counted, { B: 9 }]]);
    expect(conflated).toHaveBeenCalledTimes(2);
    peer.resume();
    lane.tick();
    expect(read(peer)).toEqual(['quote:update A 1', 'quote:update A 4', 'quote:update B 9']);
    expect(peer.writes).toBe(2);
    lane.tick();
    expect(peer.writes).toBe(2);
  });

  test('does not receive what it has stopped watching meanwhile', () => {
    const peer = join([[quotes, ['A', 'B']]]);
    peer.pause();
    for (const value of [1, 2]) publish([[quotes, { A: value, B: value }]]);
    lane.watch(peer, quotes, new Set(['B']));
    peer.resume();
    lane.tick();
    expect(read(peer).slice(2)).toEqual(['quote:update B 2']);
  });

  test('catches up with the next publication, in the same write', () => {
    const peer = join([[quotes, ['A', 'B']]]);
    peer.pause();
    for (const value of [1, 2]) publish([[quotes, { A: value }]]);
    peer.resume();
    publish([[quotes, { B: 3 }]]);
    expect(read(peer).slice(1)).toEqual(['quote:update A 2', 'quote:update B 3']);
    expect(peer.writes).toBe(2);
  });

  test('keeps its bytes while others are joined after them', () => {
    const slow = join([[quotes, ['A', 'B']]]);
    slow.pause();
    publish([[quotes, { A: 1, B: 1 }]]);
    const other = join([[quotes, ['A', 'C']]]);
    for (let value = 2; value < 50; value++) publish([[quotes, { A: value, C: value }]]);
    slow.resume();
    expect(read(slow)).toEqual(['quote:update A 1', 'quote:update B 1']);
    expect(other.lines).toHaveLength(96);
  });
});

describe('a peer with room for a part of what is due', () => {
  /** A value is 60 bytes. */
  const narrow = (): MemoryPeer & { bytes: number } => {
    const peer = Object.assign(createMemoryPeer(), { bytes: 0, room: () => peer.bytes });
    return peer;
  };
  const turn = (peer: MemoryPeer & { bytes: number }, bytes: number): string[] => {
    const before = peer.lines.length;
    peer.bytes = bytes;
    lane.tick();
    peer.bytes = 0;
    return read(peer).slice(before);
  };

  test('gets the values that are due longest, in their latest state, and the others with the next room', () => {
    const peer = narrow();
    join([[quotes, ['A', 'B', 'C', 'D']]], peer);
    publish([[quotes, { A: 1, B: 1, C: 1, D: 1 }]]);
    publish([[quotes, { A: 2, D: 2 }]]);
    expect(turn(peer, 100)).toEqual(['quote:update A 2', 'quote:update B 1']);
    publish([[quotes, { A: 3 }]]);
    expect(turn(peer, 100)).toEqual(['quote:update C 1', 'quote:update D 2']);
    expect(turn(peer, 100)).toEqual(['quote:update A 3']);
    expect(turn(peer, 100)).toEqual([]);
  });

  test('gets a value that is larger than its room, alone', () => {
    const peer = narrow();
    join([[quotes, ['A', 'B']]], peer);
    publish([[quotes, { A: 1, B: 1 }]]);
    expect([turn(peer, 1), turn(peer, 1), turn(peer, 1)]).toEqual([
      ['quote:update A 1'],
      ['quote:update B 1'],
      [],
    ]);
  });

  test('a write that is larger than the room is cut, however much of it there would be room for', () => {
    const peer = narrow();
    join([[quotes, ['A', 'B', 'C']]], peer);
    peer.bytes = 100;
    publish([[quotes, { A: 1, B: 1, C: 1 }]]);
    peer.bytes = 0;
    expect(read(peer)).toEqual(['quote:update A 1', 'quote:update B 1']);
    expect(turn(peer, 100)).toEqual(['quote:update C 1']);
  });

  test('gets some of every topic, though each has more than there is ever room for', () => {
    const peer = narrow();
    const counts = [jest.fn(), jest.fn(), jest.fn()];
    const topics = counts.map((count) => levelTopic('quote:update', count));
    join(
      topics.map((topic) => [topic, ['A', 'B', 'C']]),
      peer,
    );
    for (let value = 1; value <= 90; value++) {
      publish(topics.map((topic) => [topic, { A: value, B: value, C: value }]));
      turn(peer, 100);
    }
    for (const count of counts) expect(count.mock.calls.length).toBeGreaterThanOrEqual(45);
  });
});

describe('a value offered to one peer', () => {
  test('waits for the flush, and is encoded once for all to whom it is offered', () => {
    const peers = [join([]), join([]), join([])];
    levels.set('u1', { symbol: 'u1', value: 7 });
    for (const peer of peers) lane.offer(peer, options, ['u1']);
    expect(peers.map(read)).toEqual([[], [], []]);
    lane.flush(peers[0]!);
    expect(peers.map(read)).toEqual([['market:status u1 7'], [], []]);
    lane.tick();
    expect(peers.map(read)).toEqual([['market:status u1 7'], ['market:status u1 7'], ['market:status u1 7']]);
    expect(encoded).toHaveBeenCalledTimes(1);
  });

  test('is left out where nothing is known of its subject', () => {
    const peer = join([]);
    lane.offer(peer, options, ['unknown']);
    lane.flush(peer);
    expect([peer.lines, peer.writes]).toEqual([[], 0]);
  });
});

test('subjects are those that some peer watches, by topic', () => {
  const [one, two] = [
    join([[quotes, ['A', 'B']]]),
    join([
      [quotes, ['B']],
      [options, ['X']],
    ]),
  ];
  const subjects = (): string[][] => [quotes, options].map((topic) => [...lane.subjects(topic)].sort());
  expect(subjects()).toEqual([['A', 'B'], ['X']]);
  lane.remove(one);
  expect(subjects()).toEqual([['B'], ['X']]);
  lane.watch(two, quotes, new Set());
  expect([subjects(), [...lane.watched(two, options)]]).toEqual([[[], ['X']], ['X']]);
  lane.remove(two);
  expect(subjects()).toEqual([[], []]);
});

test('the peers that watch a subject are found by the event of its topic, whatever they watch besides', () => {
  const [one, two, other] = [join([[quotes, ['A']]]), join([[quotes, ['B', 'A']]]), join([[options, ['A']]])];
  const watchers = (subject: string) => new Set(lane.watchers('quote:update', subject));
  expect([watchers('A'), watchers('B'), watchers('C')]).toEqual([
    new Set([one, two]),
    new Set([two]),
    new Set(),
  ]);
  expect(new Set(lane.watchers('market:status', 'A'))).toEqual(new Set([other]));
  lane.remove(two);
  expect([watchers('A'), watchers('B')]).toEqual([new Set([one]), new Set()]);
});
