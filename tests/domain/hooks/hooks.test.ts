import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import type { User } from '../../../src/domain/accounts/user.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import { createHooks } from '../../../src/domain/hooks/create-hooks.ts';
import type { HookInbox, TradeReport } from '../../../src/domain/hooks/hook-inbox.ts';
import type { Hooks } from '../../../src/domain/hooks/hooks.ts';
import type { ClosePosition, OperatorCommand } from '../../../src/domain/hooks/operator-commands.ts';
import type { PlaceCommand, PlaceResult } from '../../../src/domain/trading/trading.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import {
  banHookSchema,
  discordLinkHookSchema,
  haltHookSchema,
  orderHookSchema,
  portfolioHookSchema,
  positionHookSchema,
  roleHookSchema,
  tierHookSchema,
  tradeHookSchema,
} from '../../../src/protocol/hooks.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';

const NOW = Date.parse('2026-03-02T15:30:00Z');
const ada: User = {
  id: '7b0f6c2e-6d0b-4f5e-9f46-0a3a3f0c6a11',
  username: 'ada',
  name: 'Ada',
  role: 'member',
  tier: 'STARTER',
  banned: false,
};
const signed = { digest: 'digest', signedAt: NOW, receivedAt: NOW };
const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: 10 };

/** A sender's inbox in memory: ids claimed, whether they are closed, and what they wrote. */
function createMemoryInbox() {
  const claimed = new Map<string, boolean>();
  const written: { userId: string; fact: TradeReport | PortfolioPayload }[] = [];
  const once = (id: string, write: () => void): boolean => {
    if (claimed.has(id)) return true;
    write();
    claimed.set(id, true);
    return false;
  };
  const inbox: HookInbox = {
    async trade({ id }, userId, report) {
      const duplicate = once(id, () => written.push({ userId, fact: report }));
      const records = [{ ...report, seq: 7 }];
      return { result: { seq: 7 }, duplicate, appended: duplicate ? null : { userId, epoch: 'e', records } };
    },
    async portfolio({ id }, userId, { portfolio, skipped }) {
      const duplicate = once(id, () => written.push({ userId, fact: portfolio }));
      return { result: { timestamp: portfolio.timestamp, applied: true, ...skipped }, duplicate };
    },
    async link({ id }) {
      return { result: { username: 'ada' }, duplicate: once(id, () => undefined) };
    },
    find: async () => null,
    async open({ id }, userId) {
      const alreadyClosed = claimed.get(id) ?? false;
      claimed.set(id, alreadyClosed);
      return { userId, alreadyClosed };
    },
    async release({ id }) {
      if (claimed.get(id) === false) claimed.delete(id);
    },
    async close({ id }) {
      claimed.set(id, true);
    },
  };
  return { inbox, claimed, written };
}

let memory: ReturnType<typeof createMemoryInbox>;
let published: { topic: string; message: unknown }[];
let placed: PlaceCommand[];
let failPlace: Error | null;
/** By the id of their event. */
let carriedOut: Map<string, OperatorCommand>;
let closed: Map<string, ClosePosition>;
let hooks: Hooks;

beforeEach(() => {
  memory = createMemoryInbox();
  published = [];
  placed = [];
  failPlace = null;
  carriedOut = new Map();
  closed = new Map();
  const bus: Bus = {
    publish: (topic, message) => void published.push({ topic: topic.name, message }),
    subscribe: () => () => undefined,
  };
  const users = [ada];
  hooks = createHooks({
    users: {
      findById: async (id) => users.find((user) => user.id === id) ?? null,
      findByDiscordId: async (id) => (id === '123456789' ? ada : null),
    },
    inbox: memory.inbox,
    instruments: {
      get: async (symbol) => (symbol === 'BRK.B' || symbol === 'AAPL' ? { symbol, name: symbol } : null),
    },
    commands: {
      async carryOut({ id }, command, result) {
        const isRepeat = carriedOut.has(id);
        carriedOut.set(id, carriedOut.get(id) ?? command);
        if (isRepeat) return { result, duplicate: true, scope: null };
        const scope = command.whom === 'everyone' ? command.whom : { userId: command.whom.userId ?? ada.id };
        return { result, duplicate: false, scope };
      },
      async closePosition({ id }, close) {
        const isRepeat = closed.has(id);
        closed.set(id, closed.get(id) ?? close);
        const result = { symbol: close.symbol, quantity: 10, price: close.price, cash: close.price * 10 };
        if (isRepeat) return { result, duplicate: true, appended: null };
        return { result, duplicate: false, appended: [{ userId: ada.id, epoch: 'e1', records: [] }] };
      },
    },
    log: silentLog,
    trading: {
      async place(command) {
        if (failPlace) throw failPlace;
        const duplicate = placed.some(({ key }) => key === command.key);
        if (!duplicate) placed.push(command);
        return { order: { id: 'order-1', status: 'accepted' }, duplicate } as PlaceResult;
      },
    },
    bus,
    clock: { ...systemClock, now: () => NOW },
  });
});

describe('a reported trade', () => {
  const executed = tradeHookSchema.parse({
    eventId: 'x-1',
    userId: ada.id,
    type: 'executed',
    trade: {
      id: 't-1',
      symbol: 'aapl',
      side: 'buy',
      quantity: 2.5,
      price: 187.25,
      timestamp: '2026-03-02T10:00:00-05:00',
    },
  });

  test('reaches the journal as external and the bus once, however often it is sent', async () => {
    expect(await hooks.trade(executed, 'd')).toEqual({ result: { seq: 7, skipped: [] }, duplicate: false });
    expect(await hooks.trade(executed, 'd')).toEqual({ result: { seq: 7, skipped: [] }, duplicate: true });
    const report = {
      event: 'trade:executed',
      payload: {
        id: 't-1',
        symbol: 'AAPL',
        side: 'buy',
        quantity: 2.5,
        price: 187.25,
        status: 'filled',
        timestamp: '2026-03-02T15:00:00.000Z',
        source: 'external',
      },
    };
    expect(memory.written).toEqual([{ userId: ada.id, fact: report }]);
    expect(published).toEqual([
      { topic: 'journal', message: { userId: ada.id, epoch: 'e', records: [{ ...report, seq: 7 }] } },
    ]);
  });

  test('that failed keeps its sentence and code, and is timed by our clock', async () => {
    const signal = { symbol: 'TSLA', side: 'sell', quantity: 1 };
    const failed = {
      eventId: 'x-2',
      discordUserId: '123456789',
      type: 'failed',
      error: 'Insufficient funds',
      signal,
    };
    await hooks.trade(tradeHookSchema.parse({ ...failed, code: 'INSUFFICIENT_FUNDS' }), 'd');
    expect(memory.written[0]).toEqual({
      userId: ada.id,
      fact: {
        event: 'trade:failed',
        payload: {
          error: 'Insufficient funds',
          message: 'Insufficient funds',
          code: 'INSUFFICIENT_FUNDS',
          signal,
          timestamp: '2026-03-02T15:30:00.000Z',
          source: 'external',
        },
      },
    });
    expect(tradeHookSchema.parse(failed)).toMatchObject({ code: 'BROKER_REJECTED' });
  });

  test('is taken as it comes: rounded, in any spelling, and of what has no symbol here', async () => {
    let ids = 0;
    const report = (symbol: string, trade: object = {}) =>
      tradeHookSchema.parse({
        ...{ eventId: `t-${++ids}`, userId: ada.id, type: 'executed' },
        trade: { id: `t-${ids}`, symbol, side: 'buy', quantity: 0.123456789, price: 0, ...trade },
      });
    const spelled = {
      AMpB: 'AMpB',
      'brk-b': 'BRK.B',
      'BTC/USD': 'BTC/USD',
      'SPY   251219C00650000': 'O:SPY251219C00650000',
      'Old Co. (escrow)': 'Old Co. (escrow)',
    };
    for (const symbol of Object.keys(spelled)) await hooks.trade(report(symbol), 'd');
    const payloads = memory.written.map(({ fact }) => 'payload' in fact && fact.payload);
    expect(payloads).toMatchObject(
      Object.values(spelled).map((symbol) => ({ symbol, quantity: 0.123457, price: 0 })),
    );
    for (const trade of [{ quantity: 1e-9 }, { quantity: -1 }, { price: -1 }, { symbol: '\u202Eevil' }])
      expect(() => report('AAPL', trade)).toThrow();
    const failed = { eventId: 'f', userId: ada.id, type: 'failed', error: 'no\n\u202Emargin\u0007 ' };
    const signal = { symbol: 'BTC/USD', side: 'buy', quantity: 1 };
    expect(tradeHookSchema.parse({ ...failed, signal })).toMatchObject({ error: 'no margin', signal });
  });

  test.each<[told: object, then: object]>([
    [
      { quantity: '10', price: '+1.5' },
      { quantity: 10, price: 1.5 },
    ],
    [
      { quantity: ' .5 ', price: '1e2' },
      { quantity: 0.5, price: 100 },
    ],
    [
      { side: 'sell', quantity: -10 },
      { side: 'sell', quantity: 10 },
    ],
    [{ side: 'SELL' }, { side: 'sell' }],
    [{ side: 'sell_short' }, { side: 'sell' }],
    [{ side: 'Buy to cover' }, { side: 'buy' }],
    [{ status: 'FILLED' }, { status: 'filled' }],
    [{ timestamp: null }, { timestamp: '2026-03-02T15:30:00.000Z' }],
  ])('of %j is one of %j', async (told, then) => {
    const { trade, ...body } = { eventId: 'w', userId: ada.id, type: 'executed', trade: {} };
    const written = { ...trade, id: 'w', symbol: 'AAPL', side: 'buy', quantity: 1, price: 2, ...told };
    await hooks.trade(tradeHookSchema.parse({ ...body, trade: written }), 'd');
    expect(memory.written).toMatchObject([{ fact: { payload: then } }]);
  });

  test.each([{ side: 'buy', quantity: -10 }, { side: 'hold' }, { side: 'buy_short' }, { side: null }])(
    'of %j is refused',
    (told) => {
      const signal = { symbol: 'AAPL', quantity: 1, ...told };
      const failed = { eventId: 'w', userId: ada.id, type: 'failed', error: 'no', signal };
      expect(tradeHookSchema.safeParse(failed).success).toBe(false);
      const trade = { id: 'w', price: 2, ...signal };
      expect(
        tradeHookSchema.safeParse({ eventId: 'w', userId: ada.id, type: 'executed', trade }).success,
      ).toBe(false);
    },
  );

  test('of a Discord account without a link is refused and uses no event id', async () => {
    const { userId: _, ...trade } = executed;
    await expect(hooks.trade({ ...trade, discordUserId: '99999' }, 'd')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(memory.claimed.size).toBe(0);
  });
});

describe('a reported portfolio', () => {
  test('replaces what the user sees, and what the sender left out is worked out', async () => {
    const hook = portfolioHookSchema.parse({
      eventId: 'p-1',
      userId: ada.id,
      portfolio: {
        totalValue: 1_500.3,
        cash: 1_000,
        equity: 500.3,
        dayChange: -1.5,
        dayChangePercent: -0.1,
        positions: [
          { symbol: 'AAPL', quantity: 3, averagePrice: 100.1, price: 110.1 },
          { symbol: 'TSLA', quantity: 0.5, averagePrice: 340 },
          {
            symbol: 'NVDA',
            quantity: 1,
            averagePrice: 1,
            marketValue: 2,
            unrealizedPnl: 9,
            unrealizedPnlPercent: 8,
            dayChange: 7,
          },
        ],
      },
    });
    await hooks.portfolio(hook, signed);
    expect(memory.written[0]?.fact).toMatchObject({
      totalValue: 1_500.3,
      source: 'external',
      timestamp: '2026-03-02T15:30:00.000Z',
      positions: [
        {
          symbol: 'AAPL',
          marketValue: 330.3,
          unrealizedPnl: 30,
          unrealizedPnlPercent: 9.99,
          price: 110.1,
          priced: true,
        },
        {
          symbol: 'TSLA',
          marketValue: 170,
          unrealizedPnl: 0,
          unrealizedPnlPercent: 0,
          price: 340,
          priced: false,
        },
        {
          symbol: 'NVDA',
          marketValue: 2,
          unrealizedPnl: 9,
          unrealizedPnlPercent: 8,
          dayChange: 7,
          priced: true,
        },
      ],
    });
    expect(published).toEqual([{ topic: 'portfolio', message: { userId: ada.id } }]);
    expect(await hooks.portfolio(hook, signed)).toMatchObject({ duplicate: true });
    expect(published).toHaveLength(1);
  });
});

describe('an order from a hook', () => {
  const hook = orderHookSchema.parse({ eventId: 'o-1', userId: ada.id, order });

  test('is placed once under a key of its event', async () => {
    expect(await hooks.order(hook, 'd')).toMatchObject({ order: { id: 'order-1' }, duplicate: false });
    expect(await hooks.order(hook, 'd')).toMatchObject({ order: { id: 'order-1' }, duplicate: true });
    expect(placed).toEqual([
      { userId: ada.id, request: { ...order, timeInForce: 'day' }, source: 'hook', key: 'o-1' },
    ]);
  });

  test('that could not be placed stays open and is placed when it comes again', async () => {
    for (const error of [
      new Error('the database is gone'),
      new TradecastError('UNAVAILABLE', 'The database does not answer.'),
    ]) {
      failPlace = error;
      await expect(hooks.order(hook, 'd')).rejects.toBe(error);
      expect(memory.claimed.get('o-1')).toBe(false);
    }
    failPlace = null;
    expect(await hooks.order(hook, 'd')).toMatchObject({ duplicate: false });
    expect(placed).toHaveLength(1);
  });

  test.each(['FORBIDDEN', 'CONFLICT', 'NOT_FOUND'] as const)(
    'that is refused with %s keeps no event id',
    async (code) => {
      failPlace = new TradecastError(code, 'refused');
      await expect(hooks.order(hook, 'd')).rejects.toMatchObject({ code });
      expect(memory.claimed.has('o-1')).toBe(false);
      failPlace = null;
      expect(await hooks.order(hook, 'another digest')).toMatchObject({ duplicate: false });
    },
  );
});

describe('a command of an operator', () => {
  test('is carried out for the user that it names, and whom it concerns is told once', async () => {
    const ban = banHookSchema.parse({ eventId: 'b-1', userId: ada.id, banned: true });
    expect(await hooks.ban(ban, signed)).toEqual({ result: { banned: true }, duplicate: false });
    expect(await hooks.ban(ban, signed)).toEqual({ result: { banned: true }, duplicate: true });
    await hooks.ban(banHookSchema.parse({ ...ban, eventId: 'b-2', banned: false }), signed);
    const halt = haltHookSchema.parse({ eventId: 'h-1', scope: 'everyone', halted: true, reason: 'enough' });
    expect(await hooks.halt(halt, signed)).toEqual({ result: { halted: true }, duplicate: false });
    await hooks.halt(halt, signed);
    expect([...carriedOut.values()]).toEqual([
      { kind: 'ban', whom: { userId: ada.id }, banned: true },
      { kind: 'ban', whom: { userId: ada.id }, banned: false },
      { kind: 'halt', whom: 'everyone', halted: true, reason: 'enough', at: NOW },
    ]);
    expect(published).toEqual([
      { topic: 'revoked', message: { userId: ada.id, reason: 'banned' } },
      { topic: 'orders', message: {} },
    ]);
  });

  test('may name its user by the Discord account', async () => {
    const promotion = roleHookSchema.parse({ eventId: 't-1', discordUserId: '123456789', role: 'admin' });
    await hooks.role(promotion, signed);
    expect(carriedOut.get('t-1')).toEqual({
      kind: 'role',
      whom: { discordUserId: '123456789' },
      role: 'admin',
    });
  });
});

describe('the role of a user', () => {
  test('is one of two words, for exactly one person', () => {
    const isValid = (body: object) => roleHookSchema.safeParse({ eventId: 't', ...body }).success;
    expect(isValid({ userId: ada.id, role: 'member' })).toBe(true);
    expect(isValid({ userId: ada.id, role: 'owner' })).toBe(false);
    expect(isValid({ role: 'admin' })).toBe(false);
    expect(isValid({ userId: ada.id, discordUserId: '123456789', role: 'admin' })).toBe(false);
  });
});

describe('the tier of a user', () => {
  const tierHook = (eventId: string, tier: string) => tierHookSchema.parse({ eventId, userId: ada.id, tier });

  test('is set by its name or by the name that a shop gives it', async () => {
    expect(await hooks.tier(tierHook('t-1', 'PROFESSIONAL'), signed)).toEqual({
      result: { tier: 'PROFESSIONAL' },
      duplicate: false,
    });
    await hooks.tier(tierHook('t-2', 'elite'), signed);
    await hooks.tier(tierHook('t-3', 'pro'), signed);
    await hooks.tier(tierHook('t-4', 'STARTER'), signed);
    expect([...carriedOut.values()].map((command) => command.kind === 'tier' && command.tier)).toEqual([
      'PROFESSIONAL',
      'INSTITUTIONAL',
      'PROFESSIONAL',
      'STARTER',
    ]);
  });

  test('is no role: who sends one is told where roles are set', () => {
    for (const tier of ['admin', 'member']) {
      const read = tierHookSchema.safeParse({ eventId: 't', userId: ada.id, tier });
      expect(read.error?.issues[0]?.message).toBe(`"${tier}" is a role: set it with POST /hooks/role`);
    }
    const other = tierHookSchema.safeParse({ eventId: 't', userId: ada.id, tier: 'starter' });
    expect(other.error?.issues[0]?.message).toBe('one of STARTER, PROFESSIONAL, INSTITUTIONAL, pro, elite');
  });
});

describe('the shapes of hooks', () => {
  const trade = { id: 't', symbol: 'AAPL', side: 'buy', quantity: 1, price: 1 };
  test.each([
    [
      'names two recipients',
      { eventId: 'e', userId: ada.id, discordUserId: '123456789', type: 'executed', trade },
    ],
    ['names no recipient', { eventId: 'e', type: 'executed', trade }],
    ['has no event id', { userId: ada.id, type: 'executed', trade }],
    ['has an event id with a space', { eventId: 'a b', userId: ada.id, type: 'executed', trade }],
    [
      'has an event id that is too long',
      { eventId: 'x'.repeat(129), userId: ada.id, type: 'executed', trade },
    ],
    [
      'has a quantity of zero',
      { eventId: 'e', userId: ada.id, type: 'executed', trade: { ...trade, quantity: 0 } },
    ],
    [
      'is nothing, rounded to six decimals',
      { eventId: 'e', userId: ada.id, type: 'executed', trade: { ...trade, quantity: 1e-7 } },
    ],
    [
      'has an infinite price',
      {
        eventId: 'e',
        userId: ada.id,
        type: 'executed',
        trade: { ...trade, price: Number.POSITIVE_INFINITY },
      },
    ],
    [
      'has no number for a price',
      { eventId: 'e', userId: ada.id, type: 'executed', trade: { ...trade, price: '1,000' } },
    ],
    ['has no price', { eventId: 'e', userId: ada.id, type: 'executed', trade: { ...trade, price: null } }],
    [
      'has a time that is none',
      { eventId: 'e', userId: ada.id, type: 'executed', trade: { ...trade, timestamp: 'now' } },
    ],
  ])('a trade that %s is refused', (_what, body) => {
    expect(tradeHookSchema.safeParse(body).success).toBe(false);
  });

  test('a link code may be typed in small letters and with spaces around it', () => {
    const body = { eventId: 'e', discordUserId: '123456789' };
    expect(discordLinkHookSchema.parse({ ...body, code: ' 7k3m9q2x ' }).code).toBe('7K3M9Q2X');
    // ſ is no S, though JavaScript makes it one.
    for (const code of ['7k3m9q2', '7k3m9q2ſ'])
      expect(discordLinkHookSchema.safeParse({ ...body, code }).success).toBe(false);
  });
});

test('what cannot be printed in the reason of an operator becomes a blank, a long one is cut, and a blank one says so', () => {
  const halt = { eventId: 'h', scope: 'everyone', halted: true };
  const position = { eventId: 'p', userId: ada.id, symbol: 'GONE', price: 0 };
  for (const [schema, body] of [
    [haltHookSchema, halt],
    [haltHookSchema, { ...halt, scope: 'user', userId: ada.id }],
    [positionHookSchema, position],
  ] as const) {
    expect(schema.parse({ ...body, reason: ' fat\u202E\nfinger \u{E0041}' })).toMatchObject({
      reason: 'fat finger',
    });
    const long = `x${'🛑'.repeat(200)}`;
    expect(schema.parse({ ...body, reason: long })).toMatchObject({ reason: `x${'🛑'.repeat(99)}` });
    for (const reason of ['\u202E', '\u2800', ' '])
      expect(schema.parse({ ...body, reason })).toMatchObject({ reason: 'no reason given' });
  }
});

describe('a position that an operator closes', () => {
  const body = { eventId: 'p-1', userId: ada.id, symbol: ' aapl ', price: 0.35, reason: 'merger' };

  test('is told to the user, once', async () => {
    const hook = positionHookSchema.parse(body);
    const signed = { digest: 'digest', signedAt: NOW, receivedAt: NOW };
    const result = { symbol: 'AAPL', quantity: 10, price: 0.35, cash: 3.5 };
    expect(await hooks.position(hook, signed)).toEqual({ result, duplicate: false });
    expect(await hooks.position(hook, signed)).toEqual({ result, duplicate: true });
    const whom = { userId: ada.id, discordUserId: undefined };
    expect(closed.get('p-1')).toEqual({ whom, symbol: 'AAPL', price: 0.35, note: 'merger', at: NOW });
    expect(published.map(({ topic }) => topic)).toEqual(['journal', 'portfolio']);
  });

  test.each([
    { price: -1 },
    { price: 1.00001 },
    { price: Number.NaN },
    { price: '1' },
    { symbol: ' ' },
    { fee: 1 },
  ])('is refused with %j', (changes) =>
    expect(positionHookSchema.safeParse({ ...body, ...changes }).success).toBe(false),
  );

  test.each([0, 0.0001, 750_000])('may be closed at %d', (price) =>
    expect(positionHookSchema.parse({ ...body, price }).price).toBe(price),
  );

  test('may have a name that an earlier grammar allowed', () => {
    expect(positionHookSchema.parse({ ...body, symbol: 'old-NAME.1' }).symbol).toBe('old-NAME.1');
    expect(positionHookSchema.parse({ ...body, symbol: 'BACpL' }).symbol).toBe('BACpL');
  });
});
