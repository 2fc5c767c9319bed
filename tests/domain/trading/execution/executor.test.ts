import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock, type TestClock } from '../../../../rig/clock.ts';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { silentLog } from '../../../../rig/log.ts';
import { createPaperBroker } from '../../../../src/adapters/paper/broker.ts';
import { createLedger } from '../../../../src/adapters/stores/trading/ledger.ts';
import type { JournalRecord } from '../../../../src/domain/journal/journal.ts';
import { journalTopic } from '../../../../src/domain/journal/topics.ts';
import {
  type Broker,
  BrokerBusy,
  type BrokerEvent,
  type BrokerOrder,
  BrokerRejection,
} from '../../../../src/domain/trading/broker.ts';
import { createTrading } from '../../../../src/domain/trading/create-trading.ts';
import { createExecutor, type Executor } from '../../../../src/domain/trading/execution/executor.ts';
import { readAllOpen } from '../../../../src/domain/trading/execution/open-orders.ts';
import type { Ledger } from '../../../../src/domain/trading/ledger.ts';
import { ORDERS_WAITING, ordersTopic } from '../../../../src/domain/trading/topics.ts';
import type { Trading } from '../../../../src/domain/trading/trading.ts';
import { decimal } from '../../../../src/lib/decimal.ts';
import { TradecastError } from '../../../../src/protocol/errors.ts';
import type { OrderRequest } from '../../../../src/protocol/orders.ts';
import {
  audit,
  createStillMarket,
  createTestBus,
  createTestLease,
  createTrader,
  eventually,
  LIMITS,
  requestOf,
  SOUND,
  type StillMarket,
  takeEngine,
} from '../../../support/trading.ts';

/** A broker that does what the test says with each submit and cancel, and remembers what it was sent. */
function createBrokerDouble() {
  const listeners = new Set<(event: BrokerEvent) => void>();
  const gaps = new Set<() => void>();
  const known = new Map<string, BrokerEvent[]>();
  const double = {
    sent: [] as string[],
    cancelled: [] as string[],
    adopted: [] as BrokerOrder[],
    known,
    submit: async (order: BrokerOrder): Promise<void> => void double.take(order),
    find: async (orderId: string): Promise<readonly BrokerEvent[] | null> => known.get(orderId) ?? null,
    cancel: async (orderId: string): Promise<void> => double.report({ type: 'cancelled', orderId, at: 0 }),
    /** Has the order from now on. */
    take: (order: { id: string }) => known.set(order.id, known.get(order.id) ?? []),
    report(event: BrokerEvent): void {
      known.get(event.orderId)?.push(event);
      for (const listener of listeners) listener(event);
    },
    /** Events may have been missed. */
    gap(): void {
      for (const listener of gaps) listener();
    },
    fill: (orderId: string, quantity: number, at = 0): BrokerEvent => ({
      type: 'fill',
      orderId,
      executionId: `${orderId}-${quantity}`,
      quantity,
      price: decimal(100),
      at,
    }),
    broker: null as unknown as Broker,
  };
  double.broker = {
    submit(order) {
      double.sent.push(order.id);
      return double.submit(order);
    },
    find: (orderId) => double.find(orderId),
    cancel(orderId) {
      double.cancelled.push(orderId);
      return double.cancel(orderId);
    },
    async adopt(orders) {
      double.adopted.push(...orders);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onGap(listener) {
      gaps.add(listener);
      return () => gaps.delete(listener);
    },
    stop() {},
  };
  return double;
}

describe.each(KINDS)('the executor on %s', (kind) => {
  let database: TestDatabase;
  let ledger: Ledger;
  let market: StillMarket;
  let clock: TestClock;
  let trading: Trading;
  let bus: ReturnType<typeof createTestBus>;
  let lease: ReturnType<typeof createTestLease>;
  let double: ReturnType<typeof createBrokerDouble>;
  let executors: Executor[];
  let user: string;
  let heard: JournalRecord[];
  let keys = 0;

  const start = (broker: Broker = double.broker, on: Ledger = ledger): Executor => {
    const executor = createExecutor({ lease, ledger: on, broker, bus, clock, log: silentLog });
    executors.push(executor);
    executor.start();
    return executor;
  };
  const place = async (changes: Partial<OrderRequest> = {}) =>
    (await trading.place({ userId: user, request: requestOf(changes), source: 'api', key: `key-${++keys}` }))
      .order;
  /** As the hook does. */
  const haltEveryone = async (): Promise<void> => {
    await ledger.halt('everyone', 'test', clock.now());
    bus.publish(ordersTopic, ORDERS_WAITING);
  };
  const order = async (id: string) => (await trading.orders(user)).find((candidate) => candidate.id === id);
  /** Lets the executor's own time pass in half seconds until the order is where it should be. */
  const reaches = (id: string, state: object) =>
    eventually(async () => {
      clock.advance(500);
      expect(await order(id)).toMatchObject(state);
    });
  const reported = () =>
    heard.map(({ event, payload }) => {
      const word = 'code' in payload ? payload.code : 'status' in payload ? payload.status : payload.reason;
      return `${event} ${word}`;
    });

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    ledger = createLedger(database.db);
  });
  beforeEach(async () => {
    await database.db.query(
      "UPDATE orders SET status = 'cancelled', reserved = 0 WHERE status IN ('accepted', 'submitting', 'working', 'partially_filled')",
    );
    await database.db.query('UPDATE accounts SET reserved = 0');
    await database.db.query('DELETE FROM halts');
    market = createStillMarket();
    clock = createTestClock();
    bus = createTestBus();
    double = createBrokerDouble();
    lease = createTestLease(await takeEngine(database.db));
    trading = createTrading({ ledger, market, bus, clock, log: silentLog, limits: LIMITS });
    executors = [];
    heard = [];
    user = await createTrader(database.db);
    bus.subscribe(journalTopic, ({ userId, records }) => userId === user && heard.push(...records));
  });
  afterEach(async () => {
    await Promise.all(executors.map((executor) => executor.stop()));
    expect(await audit(database.db)).toEqual(SOUND);
  });
  afterAll(() => database.close());

  test('an order goes from acceptance to fill, and each step is reported once and in order', async () => {
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    const { id } = await place();
    await reaches(id, { status: 'filled', filledQuantity: 10, averageFillPrice: 100.1 });
    expect(reported()).toEqual([
      'order:update accepted',
      'order:update submitting',
      'order:update working',
      'trade:executed filled',
      'order:update filled',
    ]);
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(await trading.portfolio(user)).toMatchObject({ cash: 98_999, buyingPower: 98_999, equity: 1_000 });
  });

  test('orders that come at once are all executed, each once', async () => {
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    const requests = Array.from({ length: 40 }, (_, index) => ({
      symbol: index % 2 ? 'AAPL' : 'MSFT',
      quantity: 1 + Math.floor(index / 2),
    }));
    await Promise.all(requests.map(place));
    await eventually(async () => {
      clock.advance(100);
      expect(await trading.orders(user, { status: 'filled' })).toHaveLength(40);
    });
    expect(heard.filter(({ event }) => event === 'trade:executed')).toHaveLength(40);
    expect((await trading.portfolio(user)).positions.map(({ quantity }) => quantity)).toEqual([210, 210]);
  });

  test('partial fills add up, and what is left can be cancelled', async () => {
    market.set('AAPL', { askSize: 4 });
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    const { id } = await place();
    await reaches(id, { status: 'partially_filled', filledQuantity: 4 });
    market.set('AAPL', { askSize: 3 });
    await reaches(id, { filledQuantity: 7 });
    await trading.cancel(user, id);
    await reaches(id, { status: 'cancelled', reason: 'CANCELLED_BY_USER', filledQuantity: 7 });
    expect(await trading.portfolio(user)).toMatchObject({
      buyingPower: 99_299.3,
      positions: [{ quantity: 7 }],
    });
  });

  test('a stop order is executed when its price is reached', async () => {
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    const { id } = await place({ type: 'stop', stopPrice: 102 });
    await reaches(id, { status: 'working' });
    market.set('AAPL', { bid: 102.4, ask: 102.6 });
    market.trade('AAPL', 102.5);
    await reaches(id, { status: 'filled', averageFillPrice: 102.6 });
  });

  test('a day order ends at the close, one good till cancelled stays', async () => {
    market.close = clock.now() + 60_000;
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    const day = await place({ type: 'limit', limitPrice: 90 });
    const gtc = await place({ type: 'limit', limitPrice: 91, timeInForce: 'gtc' });
    await reaches(day.id, { status: 'working' });
    clock.advance(60_000);
    await reaches(day.id, { status: 'expired', reason: 'EXPIRED' });
    expect(await order(gtc.id)).toMatchObject({ status: 'working' });
    expect(reported()).toContain('trade:failed EXPIRED');
  });

  describe('sends an order once and finds out what became of it', () => {
    test('when the answer was lost', async () => {
      double.submit = async (sent) => {
        double.take(sent);
        double.report(double.fill(sent.id, 10));
        throw new Error('socket hang up');
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'filled', filledQuantity: 10 });
      expect(double.sent).toEqual([id]);
    });

    test('when the broker never answers but has it', async () => {
      double.submit = (sent) => {
        double.take(sent);
        return new Promise(() => {});
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'working' });
      expect(double.sent).toEqual([id]);
    });

    test('when the broker fails and does not have it', async () => {
      double.submit = async () => {
        throw new Error('500');
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'rejected', reason: 'BROKER_UNAVAILABLE' });
      expect(double.sent).toEqual([id]);
      expect(reported()).toContain('trade:failed BROKER_UNAVAILABLE');
      expect((await trading.portfolio(user)).buyingPower).toBe(100_000);
    });

    test('when the request was cut off and arrives late', async () => {
      let looks = 0;
      double.submit = async () => {
        throw new Error('timeout');
      };
      double.find = async (orderId) => {
        if (++looks === 2) double.take({ id: orderId });
        return double.known.get(orderId) ?? null;
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'working' });
      expect(double.sent).toEqual([id]);
    });

    test('when the look-up fails too, for as long as it takes', async () => {
      let looks = 0;
      double.submit = async (sent) => {
        double.take(sent);
        throw new Error('502');
      };
      double.find = async (orderId) => {
        if (++looks <= 3) throw new Error('502');
        return double.known.get(orderId) ?? null;
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'working' });
      expect([looks, double.sent]).toEqual([4, [id]]);
    });

    test('when the broker calls it a duplicate', async () => {
      double.submit = async (sent) => {
        double.take(sent);
        throw new Error('client_order_id must be unique');
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'working' });
    });

    test('when the broker has no time for it at first', async () => {
      double.submit = async (sent) => {
        if (double.sent.length < 3) throw new BrokerBusy('429', 1_000);
        double.take(sent);
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'working' });
      expect(double.sent).toEqual([id, id, id]);
    });

    test('when the broker has no time for it at all', async () => {
      double.submit = async () => {
        throw new BrokerBusy('429', 60_000);
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'rejected', reason: 'BROKER_UNAVAILABLE' });
      expect(double.sent).toEqual([id]);
    });

    test.each([
      ['a cancel', async (id: string) => void (await trading.cancel(user, id)), 'CANCELLED_BY_USER'],
      ['the kill switch', async () => haltEveryone(), 'TRADING_HALTED'],
    ])(
      'when the broker has no time for it, and %s comes meanwhile: it is not offered again',
      async (_what, stop, reason) => {
        let isWithdrawn = false;
        let offeredAfter = 0;
        double.submit = async () => {
          if (isWithdrawn) offeredAfter += 1;
          throw new BrokerBusy('429', 8_000);
        };
        start();
        const { id } = await place();
        await eventually(() => expect(double.sent).toEqual([id]));
        await stop(id);
        isWithdrawn = true;
        // Real time passes, the broker's does not: the executor no longer waits for it.
        await eventually(async () => expect(await order(id)).toMatchObject({ status: 'cancelled', reason }));
        expect(offeredAfter).toBe(0);
      },
    );

    test('when the broker says no', async () => {
      double.submit = async () => {
        throw new BrokerRejection('not allowed');
      };
      start();
      const { id } = await place();
      await reaches(id, { status: 'rejected', reason: 'BROKER_REJECTED' });
      expect(heard.at(-1)?.payload).toMatchObject({ error: 'The broker rejected the order: not allowed' });
    });
  });

  test('a fill that is reported again and again is booked once', async () => {
    start();
    const { id } = await place();
    await reaches(id, { status: 'working' });
    const fill = double.fill(id, 4);
    for (let time = 0; time < 5; time++) double.report(fill);
    await reaches(id, { status: 'partially_filled', filledQuantity: 4 });
    double.report(fill);
    double.report(double.fill(id, 6));
    await reaches(id, { status: 'filled', filledQuantity: 10 });
  });

  test('a fill that contradicts our books halts trading and is not booked', async () => {
    start();
    const { id } = await place();
    await reaches(id, { status: 'working' });
    double.report(double.fill(id, 11));
    await eventually(async () => expect((await place({ quantity: 1 })).reason).toBe('TRADING_HALTED'));
    expect((await order(id))?.filledQuantity).toBe(0);
  });

  test('the kill switch ends open orders everywhere', async () => {
    start();
    const { id } = await place();
    await reaches(id, { status: 'working' });
    await haltEveryone();
    await reaches(id, { status: 'cancelled', reason: 'TRADING_HALTED' });
  });

  test('after a restart the paper broker gets its orders back, with what was filled already', async () => {
    market.set('AAPL', { askSize: 4 });
    const first = start(
      createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }),
    );
    const { id } = await place();
    const waiting = await place({ type: 'limit', limitPrice: 95, timeInForce: 'gtc' });
    await reaches(id, { filledQuantity: 4 });
    await reaches(waiting.id, { status: 'working' });
    await first.stop();
    lease = createTestLease(await takeEngine(database.db));
    market.set('AAPL', { bid: 94.9, ask: 95, askSize: 100 });
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }));
    await reaches(id, { status: 'filled', filledQuantity: 10 });
    await reaches(waiting.id, { status: 'filled', averageFillPrice: 95 });
  });

  test('an intent that may have been sent is looked up, not sent again', async () => {
    const { id } = await place();
    await ledger.claim(lease.current()!, 10, clock.now());
    start();
    await reaches(id, { status: 'rejected', reason: 'BROKER_UNAVAILABLE' });
    expect(double.sent).toEqual([]);
  });

  test('what the engine before sent in its last moment, and what arrives late, is found', async () => {
    const { id } = await place();
    await ledger.claim(lease.current()!, 10, clock.now());
    const begun = clock.now();
    double.find = async (orderId) => {
      // Five seconds until it was given up, and almost five more in the network.
      if (clock.now() - begun > 9_500) double.take({ id: orderId });
      return double.known.get(orderId) ?? null;
    };
    start();
    await reaches(id, { status: 'working' });
    expect(double.sent).toEqual([]);
  });

  test('an order that the broker takes after all that is taken back, and trading is halted', async () => {
    double.submit = async () => {
      throw new Error('timeout');
    };
    start();
    const { id } = await place();
    await reaches(id, { status: 'rejected', reason: 'BROKER_UNAVAILABLE' });
    double.take({ id });
    double.report({ type: 'accepted', orderId: id, at: 0 });
    await eventually(() => expect(double.cancelled).toEqual([id]));
    await eventually(async () => expect((await place({ quantity: 1 })).reason).toBe('TRADING_HALTED'));
  });

  test('orders of a claim whose commit is still under way are waited for', async () => {
    const { id } = await place();
    const fencing = lease.current()!;
    let commit: (() => void) | null = null;
    const claim = database.db.transaction(async (tx) => {
      await tx.query("SELECT 1 FROM leases WHERE name = 'engine' AND fencing = $1 FOR SHARE", [fencing]);
      await tx.query("UPDATE orders SET status = 'submitting' WHERE id = $1", [id]);
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
    });
    await eventually(() => expect(commit).not.toBeNull());
    const open = readAllOpen(ledger, fencing);
    // The embedded database has one connection and waits anyway.
    const waits =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    if (kind === 'postgres')
      await eventually(async () => expect(await database.db.query(waits)).toHaveLength(1));
    commit!();
    await claim;
    expect((await open).map((found) => found.id)).toEqual([id]);
  });

  describe('when the lease runs out and its loss is not reported yet', () => {
    let expired: boolean;
    beforeEach(() => {
      expired = false;
      const held = lease;
      lease = { ...held, current: () => (expired ? null : held.current()) };
    });

    test('what was claimed is not sent, and is found out about when the lease is renewed', async () => {
      const slow: Ledger = {
        ...ledger,
        async claim(fencing, limit, at) {
          const claimed = await ledger.claim(fencing, limit, at);
          if (claimed.orders.length > 0) expired = true;
          return claimed;
        },
      };
      start(double.broker, slow);
      const { id } = await place();
      await reaches(id, { status: 'submitting' });
      expired = false;
      await reaches(id, { status: 'rejected', reason: 'BROKER_UNAVAILABLE' });
      expect(double.sent).toEqual([]);
    });

    test('nothing is claimed and no end is asked for', async () => {
      const executor = start();
      const working = await place();
      await reaches(working.id, { status: 'working' });
      expired = true;
      await trading.cancel(user, working.id);
      const { id } = await place({ quantity: 1 });
      await eventually(() => expect(executor.state()).toBe('reconciling'));
      clock.advance(5_000);
      expect([(await order(id))?.status, double.cancelled, double.sent]).toEqual([
        'accepted',
        [],
        [working.id],
      ]);
      expired = false;
      await reaches(id, { status: 'working' });
      await reaches(working.id, { status: 'cancelled' });
    });
  });

  test('when events may have been missed, open orders are looked up', async () => {
    const executor = start();
    const { id } = await place();
    await reaches(id, { status: 'working' });
    double.known.get(id)!.push(double.fill(id, 10));
    double.gap();
    await reaches(id, { status: 'filled', filledQuantity: 10 });
    expect(executor.state()).toBe('trading');
  });

  test('a take-over books nothing of orders that the broker knows as our books do', async () => {
    const { id } = await place();
    const part = await place({ quantity: 5 });
    start();
    await reaches(id, { status: 'working' });
    await reaches(part.id, { status: 'working' });
    double.report(double.fill(part.id, 2));
    await reaches(part.id, { filledQuantity: 2 });
    await executors.pop()!.stop();

    const settled: BrokerEvent[] = [];
    const executor = start(double.broker, {
      ...ledger,
      settle(fencing, events) {
        settled.push(...events);
        return ledger.settle(fencing, events);
      },
    });
    await eventually(() => expect(executor.state()).toBe('trading'));
    double.report(double.fill(id, 10));
    await reaches(id, { status: 'filled' });
    expect(settled).toEqual([double.fill(id, 10)]);
  });

  test('fills from before the start are found at the start', async () => {
    const { id } = await place();
    await ledger.claim(lease.current()!, 10, clock.now());
    double.known.set(id, [double.fill(id, 10)]);
    start();
    await reaches(id, { status: 'filled' });
    expect(double.adopted.map((adopted) => adopted.id)).toEqual([id]);
  });

  test('a working order that the broker does not know halts trading', async () => {
    const { id } = await place();
    await ledger.claim(lease.current()!, 10, clock.now());
    await ledger.settle(lease.current()!, [{ type: 'accepted', orderId: id, at: clock.now() }]);
    start();
    await eventually(async () => expect((await place({ quantity: 1 })).reason).toBe('TRADING_HALTED'));
  });

  test('nothing is sent before the broker has been asked about open orders', async () => {
    let answer: (() => void) | undefined;
    double.broker.adopt = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const executor = start();
    const { id } = await place();
    await eventually(() => expect(answer).toBeDefined());
    expect([executor.state(), double.sent, (await order(id))?.status]).toEqual([
      'reconciling',
      [],
      'accepted',
    ]);
    answer?.();
    await reaches(id, { status: 'working' });
    expect(executor.state()).toBe('trading');
  });

  test('an executor that was fenced off stops, and its successor does the work once', async () => {
    const old = start();
    await eventually(() => expect(old.state()).toBe('trading'));
    const next = createBrokerDouble();
    const fencing = await takeEngine(database.db);
    await place({ quantity: 1 });
    await eventually(() => expect(old.state()).toBe('off'));
    lease = createTestLease(fencing);
    start(next.broker);
    const { id } = await place({ quantity: 2 });
    await reaches(id, { status: 'working' });
    expect([double.sent.length, next.sent.length]).toEqual([0, 2]);
  });

  test('while the database is away nothing is lost, and it goes on when it is back', async () => {
    let down = false;
    let refused = 0;
    const flaky: Ledger = {
      ...ledger,
      async settle(fencing, events) {
        if (!down) return ledger.settle(fencing, events);
        refused += 1;
        throw new TradecastError('UNAVAILABLE', 'down');
      },
    };
    start(double.broker, flaky);
    const { id } = await place();
    await reaches(id, { status: 'working' });
    down = true;
    double.report(double.fill(id, 10));
    await eventually(() => {
      clock.advance(500);
      expect(refused).toBeGreaterThan(2);
    });
    down = false;
    await reaches(id, { status: 'filled' });
  });

  test('orders of a claim that was committed but answered with an error are not forgotten', async () => {
    let claims = 0;
    const flaky: Ledger = {
      ...ledger,
      async claim(fencing, limit, at) {
        const claimed = await ledger.claim(fencing, limit, at);
        if (claimed.orders.length > 0 && ++claims === 1) throw new TradecastError('UNAVAILABLE', 'cut off');
        return claimed;
      },
    };
    start(createPaperBroker({ market, onQuotes: market.onQuotes, onPrices: market.onPrices, clock }), flaky);
    const { id } = await place();
    await reaches(id, { status: 'filled', filledQuantity: 10 });
  });

  test('once stopped it does nothing more', async () => {
    const executor = start();
    await eventually(() => expect(executor.state()).toBe('trading'));
    await executor.stop();
    const { id } = await place();
    clock.advance(5_000);
    expect([executor.state(), (await order(id))?.status, double.sent]).toEqual(['off', 'accepted', []]);
  });
});
