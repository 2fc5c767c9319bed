import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { TOPICS } from '../../../src/app/topics.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import { BUS_VERSION } from '../../../src/domain/bus/envelope.ts';
import type { BusLine } from '../../../src/domain/bus/line.ts';
import { createRelay } from '../../../src/domain/bus/relay.ts';
import type { RelayChannel } from '../../../src/domain/bus/relay-channel.ts';
import { createReplicatedBus } from '../../../src/domain/bus/replicated-bus.ts';
import type { Topic } from '../../../src/domain/bus/topic.ts';
import { leaseFreeTopic } from '../../../src/domain/engine/topics.ts';
import { createQuoteBoard } from '../../../src/domain/market/quote-board.ts';
import type { QuotesMessage } from '../../../src/domain/market/quotes-message.ts';
import { STOCK_TOPICS } from '../../../src/domain/market/topics.ts';
import { heartbeatTopic } from '../../../src/domain/monitor/topics.ts';
import { portfolioTopic } from '../../../src/domain/trading/topics.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const MAX_BYTES = 2_000;

/** A database that sends every text to every replica, or is away. */
function createDatabase() {
  const listeners: ((text: string) => void)[] = [];
  const statements: (readonly string[])[] = [];
  let away = false;
  return {
    statements,
    isAway(value: boolean) {
      away = value;
    },
    channel: (): RelayChannel => ({
      maxBytes: MAX_BYTES,
      async send(texts) {
        if (away) throw new Error('away');
        statements.push(texts);
        for (const text of texts) for (const hear of listeners) hear(text);
      },
      onText: (listener) => void listeners.push(listener),
      start() {},
      stop() {},
    }),
    say(text: string) {
      for (const hear of listeners) hear(text);
    },
  };
}

/** Redis: reaches every replica that is not cut off, at once. */
function createRedis() {
  const lines: { cut: boolean; receive: (name: string, envelope: unknown) => void }[] = [];
  return () => {
    const mine: (typeof lines)[number] = { cut: false, receive: () => {} };
    lines.push(mine);
    const line: BusLine = {
      send(topic, envelope) {
        if (mine.cut) return;
        for (const other of lines) if (other !== mine && !other.cut) other.receive(topic.name, envelope);
      },
      onReceive(listener) {
        mine.receive = listener;
      },
    };
    return { mine, line };
  };
}

interface Replica {
  readonly bus: Bus;
  readonly counted: Record<string, number>;
  cut(isCut: boolean): void;
  heard<Message>(topic: Topic<Message>): readonly Message[];
  stop(): Promise<void>;
}

let clock: ManualClock;
let database: ReturnType<typeof createDatabase>;
let join: () => Replica;
beforeEach(() => {
  clock = createManualClock('2026-01-05T15:00:00Z');
  database = createDatabase();
  const connect = createRedis();
  join = () => {
    const { mine, line } = connect();
    const counted: Record<string, number> = {};
    let onCut: (state: 'ok' | 'down') => void = () => {};
    const count = (what: string, by = 1): void => {
      counted[what] = (counted[what] ?? 0) + by;
    };
    const relay = createRelay({
      channel: database.channel(),
      link: {
        state: () => (mine.cut ? 'down' : 'ok'),
        onChange(listener) {
          onCut = listener;
          return () => {};
        },
      },
      count,
      clock,
    });
    relay.start();
    const bus = createReplicatedBus({
      local: createLocalBus(silentLog),
      lines: [line, relay],
      topics: TOPICS,
      count,
      clock,
    });
    clock.every(1_000, () =>
      bus.publish(heartbeatTopic, { replica: 'r', at: clock.now(), startedAt: 1 } as never),
    );
    return {
      bus,
      counted,
      cut(isCut) {
        mine.cut = isCut;
        onCut(isCut ? 'down' : 'ok');
      },
      heard(topic) {
        const list: unknown[] = [];
        bus.subscribe(topic, (message) => void list.push(message));
        return list as never;
      },
      stop: relay.stop,
    };
  };
});

/** Moves time and lets what is sent arrive. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10) {
    clock.advance(Math.min(10, left));
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let sequence = 0;
const quotesOf = (...prices: [string, number][]): QuotesMessage => ({
  lease: 1,
  after: sequence,
  seq: ++sequence,
  at: clock.now(),
  quotes: prices.map(([symbol, price]) => ({
    symbol,
    price,
    volume: 1,
    sourceTime: clock.now(),
    receivedAt: clock.now(),
    state: 'simulated',
  })),
});
beforeEach(() => {
  sequence = 0;
});

describe('the relay', () => {
  test('is silent while every replica has Redis', async () => {
    const [one, other] = [join(), join()];
    const heard = other.heard(portfolioTopic);
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    await pass(3_000);
    expect(heard).toEqual([{ userId: 'u1' }]);
    expect(database.statements).toEqual([]);
  });

  test('carries everything between replicas while Redis is away from all, each message once', async () => {
    const replicas = [join(), join(), join()];
    for (const replica of replicas) replica.cut(true);
    const heard = replicas.map((replica) => replica.heard(portfolioTopic));
    replicas[0]!.bus.publish(portfolioTopic, { userId: 'u1' });
    replicas[1]!.bus.publish(portfolioTopic, { userId: 'u2' });
    await pass(50);
    for (const list of heard)
      expect([...list].sort((a, b) => a.userId.localeCompare(b.userId))).toEqual([
        { userId: 'u1' },
        { userId: 'u2' },
      ]);
  });

  test('carries messages from and to the one replica that is cut off, and the others receive each message once', async () => {
    const [engine, well, cutOff] = [join(), join(), join()];
    cutOff.cut(true);
    const heard = [engine, well, cutOff].map((replica) => replica.heard(portfolioTopic));
    // The others receive the notice at once.
    await pass(10);
    engine.bus.publish(portfolioTopic, { userId: 'of the engine' });
    cutOff.bus.publish(portfolioTopic, { userId: 'of the one cut off' });
    await pass(50);
    for (const list of heard)
      expect([...list].map(({ userId }) => userId).sort()).toEqual(['of the engine', 'of the one cut off']);
  });

  test('falls silent fifteen seconds after the last notice of a replica without Redis', async () => {
    const [one, cutOff] = [join(), join()];
    cutOff.cut(true);
    await pass(1_100);
    cutOff.cut(false);
    await pass(14_000);
    expect(database.statements.length).toBeGreaterThan(10);
    await pass(2_000);
    const before = database.statements.length;
    one.bus.publish(portfolioTopic, { userId: 'u1' });
    await pass(5_000);
    expect(database.statements.length).toBe(before);
  });

  test('sends the latest quote of each symbol once a second, and the board misses nothing', async () => {
    const [engine, cutOff] = [join(), join()];
    cutOff.cut(true);
    await pass(1_100);
    let missed = 0;
    const board = createQuoteBoard({
      bus: cutOff.bus,
      topics: STOCK_TOPICS,
      clock,
      isWanted: () => true,
      onMissed: () => (missed += 1),
    });
    board.start();
    const heard = cutOff.heard(STOCK_TOPICS.quotes);
    const symbols = Array.from({ length: 30 }, (_, index) => `S${index}`);
    for (let round = 1; round <= 100; round++) {
      engine.bus.publish(
        STOCK_TOPICS.quotes,
        quotesOf(...symbols.map((symbol): [string, number] => [symbol, round])),
      );
      await pass(20);
    }
    await pass(1_050);
    const told = heard.flatMap(({ quotes }) => quotes);
    expect(told.filter(({ symbol }) => symbol === 'S7').length).toBeLessThanOrEqual(3);
    expect(symbols.map((symbol) => board.get(symbol)?.price)).toEqual(symbols.map(() => 100));
    expect([missed, board.drops]).toEqual([0, { lease: 0, late: 0 }]);
    // 30 quotes do not fit into one text.
    for (const text of database.statements.flat())
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
  });

  test('an engine without news still reports that it lives', async () => {
    const [engine, cutOff] = [join(), join()];
    cutOff.cut(true);
    await pass(1_100);
    const heard = cutOff.heard(STOCK_TOPICS.quotes);
    engine.bus.publish(STOCK_TOPICS.quotes, quotesOf());
    await pass(1_100);
    expect(heard).toEqual([expect.objectContaining({ after: 0, seq: 1, quotes: [] })]);
  });

  test('what is too large for one text goes in parts, far too large a message is counted and left to the database', async () => {
    const [one, other] = [join(), join()];
    for (const replica of [one, other]) replica.cut(true);
    const heard = other.heard(STOCK_TOPICS.demand);
    const say = (count: number, replica = 'one') =>
      one.bus.publish(STOCK_TOPICS.demand, { replica, symbols: Array.from({ length: count }, () => 'AAPL') });
    say(1);
    say(2_000, 'Zürich €');
    say(20_000);
    say(2);
    await pass(50);
    expect(heard.map(({ replica, symbols }) => [replica, symbols.length])).toEqual([
      ['one', 1],
      ['Zürich €', 2_000],
      ['one', 2],
    ]);
    expect(one.counted.relayFailed).toBe(1);
    for (const text of database.statements.flat())
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
  });

  test('a database that is away costs counted messages, no error, and no old message afterwards', async () => {
    const [one, other] = [join(), join()];
    for (const replica of [one, other]) replica.cut(true);
    const heard = other.heard(portfolioTopic);
    database.isAway(true);
    for (let user = 0; user < 2_000; user++) one.bus.publish(portfolioTopic, { userId: `u${user}` });
    await pass(3_000);
    expect(one.counted.relayFailed).toBeGreaterThanOrEqual(2_000);
    database.isAway(false);
    await pass(1_000);
    one.bus.publish(portfolioTopic, { userId: 'afterwards' });
    await pass(50);
    expect(heard).toEqual([{ userId: 'afterwards' }]);
  });

  test.each([
    'no JSON',
    'null',
    '[]',
    '{"from":1,"cut":true,"items":[]}',
    '{"from":"x","cut":true,"items":[["orders"]]}',
    '{"from":"x","cut":true,"items":{}}',
    '2/3 {"from":"x"',
    '1/1 {"from":"x"',
    '1/999 {"from":"x"',
    '2/1 x',
  ])('%s on the channel is counted', (text) => {
    const one = join();
    database.say(text);
    expect(one.counted.malformed).toBe(1);
  });

  test('a topic of a newer replica is counted, and the message beside it arrives', () => {
    const one = join();
    const heard = one.heard(portfolioTopic);
    const envelope = { version: BUS_VERSION, at: clock.now(), message: { userId: 'u1' } };
    database.say(
      JSON.stringify({
        from: 'x',
        cut: true,
        items: [
          ['new', {}],
          ['portfolio', envelope],
        ],
      }),
    );
    expect([heard, one.counted]).toEqual([[{ userId: 'u1' }], { version: 1 }]);
  });

  test('stopping sends what waits', async () => {
    const [one, other] = [join(), join()];
    for (const replica of [one, other]) replica.cut(true);
    const heard = other.heard(leaseFreeTopic);
    one.bus.publish(leaseFreeTopic, { replica: 'one' });
    await one.stop();
    expect(heard).toEqual([{ replica: 'one' }]);
  });
});
