import { describe, expect, test } from '@jest/globals';
import { sourceFiles } from '../../rig/source-files.ts';
import { TOPICS } from '../../src/app/topics.ts';
import { BUS_VERSION, MAX_MESSAGE_AHEAD_MS, openEnvelope } from '../../src/domain/bus/envelope.ts';
import { isFresh } from '../../src/domain/market/staleness.ts';
import { STOCK_TOPICS } from '../../src/domain/market/topics.ts';

const now = 1_000_000_000;
const aapl = { symbol: 'AAPL', price: 187.5, volume: 10, sourceTime: now, receivedAt: now, state: 'live' };
const quotes = { lease: 3, after: 6, seq: 7, at: now, quotes: [aapl] };
const records = [{ seq: 4, event: 'trade:executed', payload: { id: 't1' } }];
const heartbeat = { replica: 'one', at: now, startedAt: now };

/** What the replicas send each other about one feed. */
const ofFeed = {
  quotes,
  demand: { replica: 'one', symbols: ['AAPL'] },
  'feed:lost': { replica: 'one', notBefore: now, losses: 2 },
  'candles:asked': { id: 'c1', symbol: 'AAPL' },
  candles: { id: 'c1', candles: [{ start: now, open: 1, high: 2, low: 1, close: 2, volume: 10 }] },
};
/** One message of each topic, by name. */
const MESSAGES: Readonly<Record<string, object>> = {
  ...ofFeed,
  ...Object.fromEntries(Object.entries(ofFeed).map(([name, message]) => [`options:${name}`, message])),
  'options:yields': { underlying: 'AAPL', expiry: '2026-12-18', dividendYield: 0.01, at: now },
  signals: { stream: 'free', epoch: 'e1', records: [{ seq: 4, event: 'signal:new', payload: { id: 's1' } }] },
  'off-exchange': {
    lease: 3,
    after: 6,
    seq: 7,
    at: now,
    edition: 0,
    day: '2026-01-05',
    whole: false,
    state: 'live',
    scope: { symbols: '*', quoted: 500, shed: 0, shedAt: null },
    rows: [
      { symbol: 'AAPL', bullish: '1', bearish: '2', unknown: '0', prints: 3, updatedAt: now, arrives: true },
    ],
  },
  'off-exchange:asked': { replica: 'one' },
  commit: { to: ['u1'], items: [['portfolio', 'u1', { userId: 'u1' }]] },
  journal: { userId: 'u1', epoch: 'e1', records },
  portfolio: { userId: 'u1' },
  revoked: { reason: 'logout', sessionHash: 'h1' },
  orders: {},
  'place:asked': { id: 'p1', userId: 'u1', connectionId: 'c1' },
  place: { id: 'p1', isFree: true },
  heartbeat,
  'readers:asked': { id: 'q1' },
  readers: {
    id: 'q1',
    replica: 'one',
    part: 0,
    parts: 1,
    readers: [{ userId: 'u1', tier: 'STARTER', connections: 1 }],
  },
  'lease:free': { replica: 'one' },
};
const open = (name: string, message: unknown) => {
  const topic = TOPICS.find((one) => one.name === name)!;
  return openEnvelope(topic, { version: BUS_VERSION, at: now, message }, now);
};
const names = TOPICS.map(({ name }) => name);

describe('the topics of the bus', () => {
  test('are all that the source defines, each name once', () => {
    const namesIn = (pattern: RegExp): string[] =>
      sourceFiles('src').flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1]!));
    const ofEachFeed = namesIn(/defineTopic<[^(]*\(\{\s*name: `\$\{prefix\}([^`]+)`/g);
    const defined = [
      ...namesIn(/= defineTopic<[^(]*\(\{\s*name: '([^']+)'/g),
      ...ofEachFeed,
      ...ofEachFeed.map((name) => `options:${name}`),
    ];
    expect([...names].sort()).toEqual([...defined].sort());
    expect(new Set(names).size).toBe(names.length);
    expect([...names].sort()).toEqual(Object.keys(MESSAGES).sort());
  });

  test('from the future are dropped but for the heartbeat, which is how a clock that runs ahead is found', () => {
    const sentAt = now + 10 * MAX_MESSAGE_AHEAD_MS;
    const passed = TOPICS.filter((topic) => {
      const message = MESSAGES[topic.name];
      return 'message' in openEnvelope(topic, { version: BUS_VERSION, at: sentAt, message }, now);
    });
    expect(passed.map(({ name }) => name)).toEqual(['heartbeat']);
  });

  test('of a replica whose clock is half a minute behind are too old but for the heartbeat, by which it is found', () => {
    const passed = TOPICS.filter((topic) => {
      const message = MESSAGES[topic.name];
      return 'message' in openEnvelope(topic, { version: BUS_VERSION, at: now - 35_000, message }, now);
    }).map(({ name }) => name);
    expect(passed).toContain('heartbeat');
    expect(passed).not.toContain('quotes');
  });

  test.each(names)('%s: its message is passed on as it came, whatever a newer replica adds', (name) => {
    const message = { ...MESSAGES[name], addedByANewerOne: { deep: [1] } };
    expect(open(name, message)).toEqual({ message });
  });

  test.each(names)('%s: a message without what its readers touch is malformed', (name) => {
    for (const key of Object.keys(MESSAGES[name]!)) {
      const broken = { ...MESSAGES[name], [key]: { no: 'such thing' } };
      expect([key, open(name, broken)]).toEqual([key, { dropped: 'malformed' }]);
    }
    for (const message of [null, undefined, 5, 'text', [], ...(name === 'orders' ? [] : [{}])]) {
      expect(open(name, message)).toEqual({ dropped: 'malformed' });
    }
  });

  test.each([
    ['a name for markup', { replica: '<img src=x>' }],
    ['a count that is none', { connections: 'x' }],
    ['a total that is none', { totals: { in: 'x' } }],
    ['a lease that is none', { lease: 'y' }],
    ['a feed without a state', { feed: {} }],
    ['a state of Redis that is none', { redis: {} }],
  ])('a heartbeat with %s is dropped', (_what, wrong) => {
    expect(open('heartbeat', { ...heartbeat, ...wrong })).toEqual({ dropped: 'malformed' });
  });

  test.each([
    ['a negative price', { ...aapl, price: -1 }],
    ['a price of zero', { ...aapl, price: 0 }],
    ['a price that is a text', { ...aapl, price: '187.5' }],
    ['no price', { ...aapl, price: undefined }],
    ['no symbol', { ...aapl, symbol: undefined }],
    ['no time', { ...aapl, sourceTime: undefined }],
    ['a time beyond all calendars', { ...aapl, sourceTime: 1e300 }],
    ['a time of its bid and ask that is a text', { ...aapl, nbboReceivedAt: '1' }],
    ['a bid of nothing', { ...aapl, bid: null }],
    ['a state that is no text', { ...aapl, state: 5 }],
    ['no state', { ...aapl, state: undefined }],
    ['null', null],
  ])('one quote with %s spoils the message', (_name, quote) => {
    expect(open('quotes', { ...quotes, quotes: [aapl, quote] })).toEqual({ dropped: 'malformed' });
  });
});

/** This version reads what the next one may send: the older build's side of a deployment. */
describe('a message of a newer replica with a value that this version does not know arrives', () => {
  test.each([
    [
      'an event of the journal',
      'journal',
      {
        userId: 'u1',
        epoch: 'e1',
        records: [...records, { seq: 5, event: 'position:adjusted', payload: {} }],
      },
    ],
    ['a reason of a revocation', 'revoked', { reason: 'replaced', userId: 'u1' }],
    ['a state of the executor', 'heartbeat', { ...heartbeat, executor: 'warming-up' }],
    ['a state of Redis', 'heartbeat', { ...heartbeat, redis: 'slow' }],
    [
      'a count',
      'heartbeat',
      { ...heartbeat, totals: { in: 1, byTopic: { quotes: 2 } }, latency: { p50: 1, worst: null } },
    ],
    [
      'a feed and its state',
      'heartbeat',
      { ...heartbeat, feed: { source: 'alpaca', state: 'catching-up', lastTickAgeMs: 4, leader: 'one' } },
    ],
    [
      'a state of a quote',
      'quotes',
      { ...quotes, quotes: [aapl, { ...aapl, symbol: 'IBM', state: 'halted' }] },
    ],
    ['orders with the field of the version before', 'orders', { userId: 'u1' }],
  ])('%s', (_what, name, message) => {
    expect(open(name, message)).toEqual({ message });
  });

  test('and no order rests on a quote whose state is not known to be current', () => {
    const opened = openEnvelope(
      STOCK_TOPICS.quotes,
      { version: BUS_VERSION, at: now, message: { ...quotes, quotes: [aapl, { ...aapl, state: 'halted' }] } },
      now,
    );
    const received = 'message' in opened ? opened.message.quotes : [];
    expect(received.map((quote) => isFresh(quote, now))).toEqual([true, false]);
  });
});
