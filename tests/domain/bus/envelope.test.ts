import { describe, expect, test } from '@jest/globals';
import type { BusTopic } from '../../../src/domain/bus/bus.ts';
import { BUS_VERSION, isTopic, MAX_AGE_MS, openEnvelope, TOPICS } from '../../../src/domain/bus/envelope.ts';
import { MAX_MESSAGE_AHEAD_MS } from '../../../src/domain/market/quote-board.ts';

const now = 1_000_000_000;
const aapl = { symbol: 'AAPL', price: 187.5, volume: 10, sourceTime: now, receivedAt: now, state: 'live' };
const quotes = { lease: 3, after: 6, seq: 7, at: now, quotes: [aapl] };
const records = [{ seq: 4, event: 'trade:executed', payload: { id: 't1' } }];

const MESSAGES: Record<BusTopic, object> = {
  quotes,
  journal: { userId: 'u1', epoch: 'e1', records },
  portfolio: { userId: 'u1' },
  revoked: { reason: 'logout', sessionHash: 'h1' },
  demand: { replica: 'one', symbols: ['AAPL'] },
  orders: { userId: '' },
  heartbeat: { replica: 'one', at: now, startedAt: now },
  'lease:free': { replica: 'one' },
  'feed:lost': { replica: 'one', notBefore: now, losses: 2 },
  'candles:asked': { id: 'c1', symbol: 'AAPL' },
  candles: { id: 'c1', candles: [{ start: now, open: 1, high: 2, low: 1, close: 2, volume: 10 }] },
};
const wrap = (message: unknown, envelope: object = {}) => ({
  version: BUS_VERSION,
  at: now,
  message,
  ...envelope,
});
const open = (topic: BusTopic, envelope: unknown, checkAge = true) =>
  openEnvelope(topic, envelope, { now, checkAge });

describe('an envelope from another replica', () => {
  test.each(TOPICS)(
    '%s: its message is passed on as it came, whatever a newer replica says besides',
    (topic) => {
      const message = { ...MESSAGES[topic], saidByANewerOne: { deep: [1] } };
      const opened = open(topic, wrap(message, { alsoNew: true }));
      expect(opened).toEqual({ message });
    },
  );

  test.each(TOPICS)(
    '%s: counts as late when it is older than its topic allows, unless nobody checks',
    (topic) => {
      const oldest = wrap(MESSAGES[topic], { at: now - MAX_AGE_MS[topic] });
      const older = wrap(MESSAGES[topic], { at: now - MAX_AGE_MS[topic] - 1 });
      expect(open(topic, oldest)).toHaveProperty('message');
      expect(open(topic, older)).toEqual({ dropped: 'late' });
      expect(open(topic, older, false)).toHaveProperty('message');
    },
  );

  test.each(TOPICS)('%s: is dropped when it comes from the future, heartbeats apart', (topic) => {
    const ahead = wrap(MESSAGES[topic], { at: now + MAX_MESSAGE_AHEAD_MS });
    const further = wrap(MESSAGES[topic], { at: now + MAX_MESSAGE_AHEAD_MS + 1 });
    expect(open(topic, ahead)).toHaveProperty('message');
    if (topic === 'heartbeat') expect(open(topic, further)).toHaveProperty('message');
    else expect(open(topic, further)).toEqual({ dropped: 'late' });
    expect(open(topic, further, false)).toHaveProperty('message');
  });

  test.each(TOPICS)('%s: another version is not guessed at', (topic) => {
    expect(open(topic, wrap({ all: 'new' }, { version: BUS_VERSION + 1 }))).toEqual({ dropped: 'version' });
    expect(open(topic, wrap(MESSAGES[topic], { version: BUS_VERSION - 1 }))).toEqual({ dropped: 'version' });
  });

  test.each(TOPICS)('%s: a message without what it needs is malformed', (topic) => {
    for (const key of Object.keys(MESSAGES[topic])) {
      const broken = { ...MESSAGES[topic], [key]: { no: 'such thing' } };
      expect([key, open(topic, wrap(broken))]).toEqual([key, { dropped: 'malformed' }]);
    }
    for (const message of [null, undefined, 5, 'text', [], {}]) {
      expect(open(topic, wrap(message))).toEqual({ dropped: 'malformed' });
    }
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['an array', []],
    ['no version', { at: now, message: quotes }],
    ['no time', { version: BUS_VERSION, message: quotes }],
    ['a time that is none', { version: BUS_VERSION, at: Number.NaN, message: quotes }],
  ])('%s is malformed', (_name, envelope) => {
    expect(open('quotes', envelope)).toEqual({ dropped: 'malformed' });
  });

  test.each([
    ['a name for markup', { replica: '<img src=x>' }],
    ['a count that is none', { connections: 'x' }],
    ['a lease that is none', { lease: 'y' }],
    ['a feed without a state', { feed: {} }],
    ['a state of Redis that is none', { redis: {} }],
  ])('is dropped when a heartbeat has %s', (_what, wrong) => {
    expect(open('heartbeat', wrap({ ...MESSAGES.heartbeat, ...wrong }))).toEqual({ dropped: 'malformed' });
  });

  test.each([
    ['a negative price', { ...aapl, price: -1 }],
    ['a price of zero', { ...aapl, price: 0 }],
    ['a price that is a text', { ...aapl, price: '187.5' }],
    ['no price', { ...aapl, price: undefined }],
    ['no symbol', { ...aapl, symbol: undefined }],
    ['no time', { ...aapl, sourceTime: undefined }],
    ['a time beyond all calendars', { ...aapl, sourceTime: 1e300 }],
    ['a bid of nothing', { ...aapl, bid: null }],
    ['a state that is none', { ...aapl, state: 'sure' }],
    ['null', null],
  ])('one quote with %s spoils the message', (_name, quote) => {
    const message = { ...quotes, quotes: [...quotes.quotes, quote] };
    expect(open('quotes', wrap(message))).toEqual({ dropped: 'malformed' });
  });

  test('names of objects everywhere are no topics', () => {
    expect(['toString', '__proto__', 'constructor', 'connection', 'quotes'].filter(isTopic)).toEqual([
      'quotes',
    ]);
  });
});
