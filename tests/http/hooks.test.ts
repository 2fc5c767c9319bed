import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { signHook } from '../../rig/clients/hooks.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { HOOK_SECRET, OPERATOR_SECRET } from '../../rig/secrets.ts';
import { hooksRoutes } from '../../src/protocol/hooks.ts';
import { showQuote } from '../support/http-quote.ts';

let app: TestApp;
let ada: SignedIn;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMITS: 'http:register=1000/60' } });
});
beforeEach(async () => {
  ada = await app.signUp();
});
afterAll(() => app.close());

let events = 0;
const eventId = (): string => `event-${++events}`;
const executed = (who: SignedIn, id: string) => ({
  eventId: id,
  userId: who.user.id,
  type: 'executed',
  trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 187.5 },
});
const journal = async (who: SignedIn) => {
  const answer = await app.request('GET', '/api/trades', { cookie: who.cookie });
  return answer.body.data as unknown as { head: number; events: { event: string; payload: object }[] };
};
const refused = (status: number, code: string) => ({ status, body: { success: false, code } });
const hook = (route: string, body: object): Promise<Answer> => app.hook(route, body);

describe('POST /hooks/trades', () => {
  test('tells every screen of the user, with the number it has in the journal', async () => {
    const sockets = await Promise.all([app.connect(ada), app.connect(ada)]);
    await Promise.all(
      sockets.map((socket) => {
        const confirmed = next(socket, 'subscription:confirmed');
        socket.emit('subscribe:trades');
        return confirmed;
      }),
    );
    const heard = sockets.map((socket) => next(socket, 'trade:executed'));
    const id = eventId();
    const answer = await hook('/hooks/trades', executed(ada, id));
    expect(answer).toMatchObject({
      status: 202,
      body: { success: true, data: { seq: 1, duplicate: false } },
    });
    for (const payload of await Promise.all(heard)) {
      expect(payload).toMatchObject({
        id,
        symbol: 'AAPL',
        quantity: 10,
        price: 187.5,
        source: 'external',
        seq: 1,
      });
    }
  });

  test('tells a failure with its sentence', async () => {
    const signal = { symbol: 'TSLA', side: 'buy', quantity: 3 };
    const failed = {
      eventId: eventId(),
      userId: ada.user.id,
      type: 'failed',
      error: 'Insufficient funds',
      signal,
    };
    expect((await hook('/hooks/trades', { ...failed, code: 'INSUFFICIENT_FUNDS' })).status).toBe(202);
    expect((await journal(ada)).events).toMatchObject([
      {
        event: 'trade:failed',
        payload: {
          error: 'Insufficient funds',
          message: 'Insufficient funds',
          code: 'INSUFFICIENT_FUNDS',
          signal,
        },
      },
    ]);
  });

  test('takes the same event once, however many send it at the same moment', async () => {
    const body = executed(ada, eventId());
    const answers = await Promise.all(Array.from({ length: 10 }, () => hook('/hooks/trades', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 202]);
    expect(answers.map((answer) => (answer.body.data as unknown as { seq: number }).seq)).toEqual(
      Array(10).fill(1),
    );
    expect((await journal(ada)).head).toBe(1);
  });

  test('takes different events of one user at the same moment, each with its own number', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => hook('/hooks/trades', executed(ada, eventId()))),
    );
    const seqs = answers.map((answer) => (answer.body.data as unknown as { seq: number }).seq);
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('refuses a used event id for anything else, on any route, for anybody', async () => {
    const id = eventId();
    const body = executed(ada, id);
    await hook('/hooks/trades', body);
    const grace = await app.signUp();
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: 1 };
    for (const [route, other] of [
      ['/hooks/trades', { ...body, trade: { ...body.trade, price: 188 } }],
      ['/hooks/trades', { ...body, userId: grace.user.id }],
      ['/hooks/orders', { eventId: id, userId: ada.user.id, order }],
      ['/hooks/discord-link', { eventId: id, code: 'AAAAAAAA', discordUserId: '123456789' }],
    ] as const) {
      expect([route, await hook(route, other)]).toMatchObject([route, refused(409, 'CONFLICT')]);
    }
    expect((await journal(ada)).head).toBe(1);
    expect((await journal(grace)).head).toBe(0);
    const orders = await app.request('GET', '/api/orders', { cookie: ada.cookie });
    expect(orders.body.data).toEqual([]);
  });

  test('leaves the id of a refused event free', async () => {
    const body = executed(ada, eventId());
    const stranger = { ...body, userId: '00000000-0000-4000-8000-000000000000' };
    expect(await hook('/hooks/trades', stranger)).toMatchObject(refused(404, 'NOT_FOUND'));
    for (const price of [undefined, null, '', -1]) {
      const unpriced = { ...body, trade: { ...body.trade, price } };
      expect(await hook('/hooks/trades', unpriced)).toMatchObject(refused(400, 'VALIDATION'));
    }
    expect((await hook('/hooks/trades', body)).status).toBe(202);
  });

  test('takes a trade with fields of no meaning here, lists them alike at each repeat, and tells nobody of them', async () => {
    const plain = executed(ada, eventId());
    const body = { ...plain, bot: 'v2', trade: { ...plain.trade, commission: 1.25, price_usd: null } };
    const skipped = ['commission', 'price_usd', 'bot'].map((field) => ({ field, code: 'UNKNOWN_FIELD' }));
    const first = await hook('/hooks/trades', body);
    expect(first).toMatchObject({ status: 202, body: { data: { duplicate: false, skipped } } });
    const again = await hook('/hooks/trades', body);
    expect(again).toMatchObject({ status: 200, body: { data: { duplicate: true, skipped } } });
    const { events } = await journal(ada);
    expect(JSON.stringify(events)).not.toMatch(/commission|price_usd|bot/);
    const signal = { symbol: 'TSLA', side: 'buy', quantity: 3, strategy: 'x' };
    const failed = { eventId: eventId(), userId: ada.user.id, type: 'failed', error: 'Refused', signal };
    expect(await hook('/hooks/trades', failed)).toMatchObject({
      status: 202,
      body: { data: { skipped: [{ field: 'strategy', code: 'UNKNOWN_FIELD' }] } },
    });
    expect(JSON.stringify((await journal(ada)).events)).not.toContain('strategy');
    const plainly = await hook('/hooks/trades', executed(ada, eventId()));
    expect(plainly.body).toMatchObject({ data: { skipped: [] } });
  });

  test('refuses a replay that is older than the window and takes the same event signed anew', async () => {
    const text = JSON.stringify(executed(ada, eventId()));
    const send = (signedAt: number) =>
      app.request('POST', '/hooks/trades', { body: text, headers: signHook(HOOK_SECRET, text, signedAt) });
    expect((await send(Date.now())).status).toBe(202);
    expect(await send(Date.now() - 302_000)).toMatchObject(refused(401, 'INVALID_SIGNATURE'));
    expect(await send(Date.now() - 10_000)).toMatchObject({
      status: 200,
      body: { data: { duplicate: true } },
    });
  });
});

describe('POST /hooks/portfolio', () => {
  test('replaces what the user sees', async () => {
    const socket = await app.connect(ada);
    const first = next(socket, 'portfolio:update', ({ source }) => source === 'paper');
    socket.emit('subscribe:portfolio');
    await first;
    const replaced = next(socket, 'portfolio:update', ({ source }) => source === 'external');
    const portfolio = {
      totalValue: 2_375,
      cash: 500,
      equity: 1_875,
      dayChange: 12.5,
      dayChangePercent: 0.53,
      positions: [{ symbol: 'AAPL', quantity: 10, averagePrice: 180, price: 187.5 }],
    };
    const body = { eventId: eventId(), userId: ada.user.id, portfolio };
    expect(await hook('/hooks/portfolio', body)).toMatchObject({
      status: 202,
      body: { data: { duplicate: false } },
    });
    const seen = {
      totalValue: 2_375,
      cash: 500,
      positions: [{ symbol: 'AAPL', marketValue: 1_875, unrealizedPnl: 75 }],
    };
    expect(await replaced).toMatchObject(seen);
    const answer = await app.request('GET', '/api/portfolio', { cookie: ada.cookie });
    expect(answer.body.data).toMatchObject({ ...seen, source: 'external' });
    expect(await hook('/hooks/portfolio', body)).toMatchObject({
      status: 200,
      body: { data: { duplicate: true } },
    });
  });

  test('with two positions in one symbol, in whatever spelling, shows them as one', async () => {
    const totals = { totalValue: 1_070, cash: 1, equity: 1_069, dayChange: 0, dayChangePercent: 0 };
    const positions = [
      { symbol: 'AAPL', quantity: 2, averagePrice: 100, price: 110, marketValue: 220, dayChange: 5 },
      { symbol: 'MSFT', quantity: 1, averagePrice: 400 },
      { symbol: 'aapl', quantity: 4, averagePrice: 103, price: 112, marketValue: 448 },
    ];
    const body = { eventId: eventId(), userId: ada.user.id, portfolio: { ...totals, positions } };
    expect(await hook('/hooks/portfolio', body)).toMatchObject({ status: 202 });
    const { body: answer } = await app.request('GET', '/api/portfolio', { cookie: ada.cookie });
    expect(answer.data).toMatchObject({
      positions: [
        {
          symbol: 'AAPL',
          quantity: 6,
          averagePrice: 102,
          price: 111.3333,
          marketValue: 668,
          unrealizedPnl: 56,
          unrealizedPnlPercent: 9.1503,
        },
        { symbol: 'MSFT', quantity: 1, averagePrice: 400 },
      ],
    });
    // One of the lots does not say its change of the day, so that of the whole is not known.
    expect(answer.data).not.toHaveProperty('positions.0.dayChange');
  });

  test('takes five hundred full rows, and refuses a body beyond its limit', async () => {
    const row = { quantity: 0.1 + 0.2, averagePrice: 180.25, price: 190, marketValue: 19_000.123456789 };
    const rest = { unrealizedPnl: 975, unrealizedPnlPercent: 5.416666666666667, dayChange: 85 };
    const positions = Array.from({ length: 500 }, (_, at) => ({ symbol: `ROW ${at}`, ...row, ...rest }));
    const send = (portfolio: object) =>
      hook('/hooks/portfolio', {
        eventId: eventId(),
        userId: ada.user.id,
        portfolio: { cash: 1, ...portfolio },
      });
    expect(await send({ positions })).toMatchObject({ status: 202, body: { data: { skipped: [] } } });
    const { body: answer } = await app.request('GET', '/api/portfolio', { cookie: ada.cookie });
    expect((answer.data as { positions: unknown[] }).positions).toHaveLength(500);
    expect(await send({ positions: ['x'.repeat(256 * 1024)] })).toMatchObject({
      status: 413,
      body: { code: 'TOO_LARGE', error: 'The body is larger than 262144 bytes.' },
    });
    expect(await hook('/hooks/trades', { eventId: 'x'.repeat(64 * 1024) })).toMatchObject({ status: 413 });
  });

  test('is not lost for half a character, a NUL or a deep object of another system in one of its rows', async () => {
    let deep: object = {};
    for (let level = 0; level < 20; level++) deep = { deep };
    const positions = [
      { symbol: 'Half \ud83d', quantity: 1, averagePrice: 2, price: 3, 'na\0me\ud800': 'x\0' },
      { symbol: 'AAPL', quantity: 1, averagePrice: 180, price: 187.5, raw: deep },
    ];
    const body = { eventId: eventId(), userId: ada.user.id, portfolio: { cash: 1, positions } };
    const answer = await hook('/hooks/portfolio', body);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        data: {
          skipped: [
            { row: 0, field: 'na\ufffdme\ufffd', code: 'UNKNOWN_FIELD' },
            { row: 1, field: 'raw', code: 'UNKNOWN_FIELD' },
          ],
        },
      },
    });
    expect((await app.request('GET', '/api/portfolio', { cookie: ada.cookie })).body.data).toMatchObject({
      positions: [{ symbol: 'Half \ufffd' }, { symbol: 'AAPL' }],
    });
  });

  test('takes what it can read, and lists what it left out and why', async () => {
    const positions = [
      { symbol: 'AAPL', quantity: 10.123456789, averagePrice: 180, price: 187.5 },
      { symbol: 'MSFT', quantity: -5, averagePrice: 400, price: 390 },
      { symbol: 'AAPL251219C00150000', quantity: 2, averagePrice: 3, price: 4 },
      { symbol: 'BTC/USD', quantity: 0.5, averagePrice: 60_000, price: 0 },
      { symbol: 'brk-b', quantity: 1, averagePrice: 450, price: null },
      { symbol: 'IBM', quantity: 1, averagePrice: 100, price: 'n/a', currency: 'USD' },
      { symbol: 'TSLA', quantity: null },
      'cash',
    ];
    const body = {
      eventId: eventId(),
      userId: ada.user.id,
      portfolio: { totalValue: 9_000, cash: 1_000, positions },
      source: 'bot',
    };
    const sent = await hook('/hooks/portfolio', body);
    expect(sent).toMatchObject({
      status: 202,
      body: {
        data: {
          applied: true,
          duplicate: false,
          skipped: [
            { row: 5, symbol: 'IBM', field: 'currency', code: 'UNKNOWN_FIELD' },
            { row: 5, symbol: 'IBM', field: 'price', code: 'NOT_A_NUMBER' },
            { row: 6, symbol: 'TSLA', code: 'NO_QUANTITY' },
            { row: 7, code: 'NOT_A_ROW' },
            { field: 'source', code: 'UNKNOWN_FIELD' },
          ],
        },
      },
    });
    const { body: answer } = await app.request('GET', '/api/portfolio', { cookie: ada.cookie });
    expect(answer.data).toMatchObject({
      ...{ totalValue: 9_000, cash: 1_000, equity: 8_000, source: 'external' },
      positions: [
        { symbol: 'AAPL', quantity: 10.123457 },
        { symbol: 'MSFT', quantity: -5, marketValue: -1_950, unrealizedPnl: 50 },
        { symbol: 'O:AAPL251219C00150000', marketValue: 800 },
        { symbol: 'BTC/USD', price: 0, marketValue: 0, unrealizedPnl: -30_000 },
        { symbol: 'brk-b', mark: 'cost' },
        { symbol: 'IBM', mark: 'cost', marketValue: 100 },
      ],
    });
  });

  test('that was signed before the one on screen and arrives after it does not replace it', async () => {
    const send = (totalValue: number, signedAt: number, timestamp?: string) => {
      const portfolio = { totalValue, cash: 0, positions: [], timestamp };
      const text = JSON.stringify({ eventId: eventId(), userId: ada.user.id, portfolio });
      return app.request('POST', '/hooks/portfolio', {
        ...{ body: text, headers: signHook(HOOK_SECRET, text, signedAt) },
      });
    };
    const shown = async () =>
      (await app.request('GET', '/api/portfolio', { cookie: ada.cookie })).body.data as {
        totalValue: number;
      };
    const now = Date.now();
    expect(await send(1, now - 20_000)).toMatchObject({ status: 202, body: { data: { applied: true } } });
    expect(await send(2, now - 60_000)).toMatchObject({ status: 202, body: { data: { applied: false } } });
    expect((await shown()).totalValue).toBe(1);
    // Its own moment goes before that of its signature.
    const [older, younger] = [now - 40_000, now - 10_000].map((at) => new Date(at).toISOString());
    expect(await send(3, now, older)).toMatchObject({ body: { data: { applied: false, timestamp: older } } });
    expect(await send(4, now, younger)).toMatchObject({
      body: { data: { applied: true, timestamp: younger } },
    });
    expect((await shown()).totalValue).toBe(4);
  });
});

describe('POST /hooks/orders', () => {
  const buy = { symbol: 'MSFT', side: 'buy', type: 'limit', quantity: 2, limitPrice: 399.5 };
  beforeEach(() => showQuote(app, ada, 'MSFT', 400));

  test('executes here, once', async () => {
    const body = { eventId: eventId(), userId: ada.user.id, order: buy };
    const answers = [await hook('/hooks/orders', body), await hook('/hooks/orders', body)];
    const orders = await app.request('GET', '/api/orders', { cookie: ada.cookie });
    const [order, ...others] = orders.body.data as unknown as { id: string; clientOrderId: string }[];
    expect(others).toEqual([]);
    expect(order).toMatchObject({ ...buy, clientOrderId: `hook:${body.eventId}` });
    expect(answers).toMatchObject([
      { status: 202, body: { data: { orderId: order!.id, duplicate: false } } },
      { status: 200, body: { data: { orderId: order!.id, duplicate: true } } },
    ]);
  });

  test('and an order of the user under the same words are two orders, whoever comes first', async () => {
    const place = (key: string, order: object) =>
      app.request('POST', '/api/orders', { cookie: ada.cookie, body: { clientOrderId: key, ...order } });
    const [early, late] = [eventId(), eventId()];
    const [own, other] = [
      { ...buy, limitPrice: 399.25 },
      { ...buy, quantity: 3 },
    ];
    const send = (id: string) =>
      hook('/hooks/orders', { eventId: id, userId: ada.user.id, order: id === early ? buy : other });
    const first = await place(`hook:${early}`, own);
    expect(first).toMatchObject({ status: 201, body: { data: { clientOrderId: `hook:${early}` } } });
    expect(await send(early)).toMatchObject({ status: 202, body: { data: { duplicate: false } } });
    expect((await send(late)).status).toBe(202);
    const second = await place(`hook:${late}`, { ...own, limitPrice: 399 });
    expect(second).toMatchObject({ status: 201, body: { data: { clientOrderId: `hook:${late}` } } });
    // Each repeat finds its own.
    expect((await place(`hook:${early}`, own)).body.data).toMatchObject({
      id: (first.body.data as unknown as { id: string }).id,
    });
    expect(await send(early)).toMatchObject({ status: 200, body: { data: { duplicate: true } } });
    const orders = await app.request('GET', '/api/orders', { cookie: ada.cookie });
    expect(orders.body.data).toHaveLength(4);
  });

  test('of a banned user is refused and keeps no event id; what was placed before is still answered', async () => {
    const order = { symbol: 'MSFT', side: 'sell', type: 'market', quantity: 1 };
    const [before, after] = [eventId(), eventId()];
    const send = (id: string, changes: object = {}) =>
      hook('/hooks/orders', { eventId: id, userId: ada.user.id, order: { ...order, ...changes } });
    expect((await send(before)).status).toBe(422);
    await hook('/hooks/ban', { eventId: eventId(), userId: ada.user.id, banned: true });
    expect(await send(after)).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await send(before)).toMatchObject({ status: 422, body: { data: { duplicate: true } } });
    await hook('/hooks/ban', { eventId: eventId(), userId: ada.user.id, banned: false });
    expect((await send(after, { quantity: 2 })).status).toBe(422);
  });

  test('tells why an order was refused, each time', async () => {
    const order = { symbol: 'MSFT', side: 'sell', type: 'market', quantity: 1 };
    const body = { eventId: eventId(), userId: ada.user.id, order };
    const first = await hook('/hooks/orders', body);
    expect(first).toMatchObject({
      ...refused(422, 'INSUFFICIENT_POSITION'),
      body: { data: { duplicate: false } },
    });
    const { orderId } = first.body.data as unknown as { orderId: string };
    expect(await hook('/hooks/orders', body)).toMatchObject({
      status: 422,
      body: { error: first.body.error, data: { orderId, duplicate: true } },
    });
  });
});

describe('linking a Discord account', () => {
  const link = (code: string, discordUserId: string) =>
    hook('/hooks/discord-link', { eventId: eventId(), code, discordUserId });
  const issue = async (who: SignedIn) => {
    const answer = await app.request('POST', '/api/account/discord-link', { cookie: who.cookie });
    return (answer.body.data as unknown as { code: string }).code;
  };
  const linked = async (who: SignedIn) =>
    (await app.request('GET', '/api/account/discord-link', { cookie: who.cookie })).body.data;

  test('a code works once, and the bot may then name the user by the Discord account', async () => {
    const code = await issue(ada);
    expect(await linked(ada)).toEqual({ discordUserId: null });
    expect(await link(code, '100000000000000001')).toMatchObject({
      status: 202,
      body: { data: { username: ada.user.username, duplicate: false } },
    });
    expect(await linked(ada)).toEqual({ discordUserId: '100000000000000001' });
    expect(await link(code, '100000000000000009')).toMatchObject(refused(404, 'NOT_FOUND'));
    const { userId: _, ...trade } = executed(ada, eventId());
    expect((await hook('/hooks/trades', { ...trade, discordUserId: '100000000000000001' })).status).toBe(202);
    expect((await journal(ada)).head).toBe(1);
  });

  test('a newer code ends the older one', async () => {
    const older = await issue(ada);
    await issue(ada);
    expect(await link(older, '100000000000000002')).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await linked(ada)).toEqual({ discordUserId: null });
  });

  test('an account that is linked to somebody else stays theirs until they unlink it', async () => {
    await link(await issue(ada), '100000000000000003');
    const grace = await app.signUp();
    const code = await issue(grace);
    expect(await link(code, '100000000000000003')).toMatchObject(refused(409, 'CONFLICT'));
    expect(await linked(ada)).toEqual({ discordUserId: '100000000000000003' });
    const unlinked = await app.request('DELETE', '/api/account/discord-link', { cookie: ada.cookie });
    expect(unlinked.status).toBe(204);
    expect((await link(code, '100000000000000003')).status).toBe(202);
    expect(await linked(grace)).toEqual({ discordUserId: '100000000000000003' });
    expect(await linked(ada)).toEqual({ discordUserId: null });
  });
});

test('a repeat is answered as before when the Discord account has been unlinked, or linked to another user, since', async () => {
  const discordUserId = '100000000000000077';
  const link = async (who: SignedIn) => {
    const issued = await app.request('POST', '/api/account/discord-link', { cookie: who.cookie });
    const { code } = issued.body.data as unknown as { code: string };
    await hook('/hooks/discord-link', { eventId: eventId(), code, discordUserId });
  };
  const ordersOf = async (who: SignedIn) =>
    (await app.request('GET', '/api/orders', { cookie: who.cookie })).body.data;
  await link(ada);
  const { userId: _, ...trade } = executed(ada, eventId());
  const order = { symbol: 'MSFT', side: 'sell', type: 'market', quantity: 1 };
  const portfolio = { totalValue: 1, cash: 1, equity: 0, dayChange: 0, dayChangePercent: 0, positions: [] };
  const events: [route: string, body: object][] = [
    ['/hooks/trades', { ...trade, discordUserId }],
    ['/hooks/portfolio', { eventId: eventId(), discordUserId, portfolio }],
    ['/hooks/orders', { eventId: eventId(), discordUserId, order }],
    ['/hooks/tier', { eventId: eventId(), discordUserId, tier: 'PROFESSIONAL' }],
  ];
  const first: unknown[] = [];
  for (const [route, body] of events) first.push((await hook(route, body)).body.data);
  const repeats = first.map((data) => ({ body: { data: { ...(data as object), duplicate: true } } }));
  const repeat = async () => {
    for (const [index, [route, body]] of events.entries())
      expect(await hook(route, body)).toMatchObject(repeats[index]!);
  };
  await app.request('DELETE', '/api/account/discord-link', { cookie: ada.cookie });
  await repeat();
  const grace = await app.signUp();
  await link(grace);
  await repeat();
  expect(await ordersOf(ada)).toHaveLength(1);
  expect(await ordersOf(grace)).toEqual([]);
  expect((await journal(grace)).head).toBe(0);
});

test('an event id is remembered after the service has been stopped and started', async () => {
  const first = await startApp();
  const who = await first.signUp();
  const body = executed(who, eventId());
  expect((await first.hook('/hooks/trades', body)).status).toBe(202);
  await first.stop();
  const second = await startApp({ dataDir: first.dataDir });
  expect(await second.hook('/hooks/trades', body)).toMatchObject({
    status: 200,
    body: { data: { seq: 1, duplicate: true } },
  });
  expect(await second.hook('/hooks/trades', { ...body, type: 'failed' })).toMatchObject({ status: 400 });
  await second.close();
});

test('a link code ends after ten minutes', async () => {
  const clock = createTestClock();
  const later = await startApp({ clock });
  const who = await later.signUp();
  const issued = await later.request('POST', '/api/account/discord-link', { cookie: who.cookie });
  const { code } = issued.body.data as unknown as { code: string };
  clock.advance(600_001);
  const body = JSON.stringify({ eventId: eventId(), code, discordUserId: '100000000000000004' });
  const headers = signHook(HOOK_SECRET, body, clock.now());
  expect(await later.request('POST', '/hooks/discord-link', { body, headers })).toMatchObject(
    refused(404, 'NOT_FOUND'),
  );
  await later.close();
});

describe('a secret', () => {
  const routesFor = (access: string): string[] =>
    Object.entries(hooksRoutes).flatMap(([name, route]) =>
      route.access === access ? [name.replace('POST ', '')] : [],
    );
  const [BOT_ROUTES, OPERATOR_ROUTES] = [routesFor('bot'), routesFor('operator')];
  const COMMANDS = ['/hooks/halt', '/hooks/positions', '/hooks/ban', '/hooks/role', '/hooks/tier'];

  test('of operators is asked for by every command', () => {
    expect(OPERATOR_ROUTES).toEqual(expect.arrayContaining(COMMANDS));
  });

  const knock = async (route: string, secret: string): Promise<unknown> => {
    const body = '{}';
    const answer = await app.request('POST', route, { body, headers: signHook(secret, body) });
    return answer.body.code;
  };

  test.each([
    ['of bots', HOOK_SECRET, BOT_ROUTES, OPERATOR_ROUTES],
    ['of operators', OPERATOR_SECRET, OPERATOR_ROUTES, BOT_ROUTES],
    ['of nobody', 'x'.repeat(32), [], [...BOT_ROUTES, ...OPERATOR_ROUTES]],
  ])('%s opens its own routes and no others', async (_whose, secret, open, closed) => {
    for (const route of open) expect([route, await knock(route, secret)]).toEqual([route, 'VALIDATION']);
    for (const route of closed)
      expect([route, await knock(route, secret)]).toEqual([route, 'INVALID_SIGNATURE']);
  });
});

test('an administrator is made by the role, and the tier has no part in it', async () => {
  const monitor = async () => (await app.request('GET', '/api/monitor', { cookie: ada.cookie })).status;
  await hook('/hooks/tier', { eventId: eventId(), userId: ada.user.id, tier: 'elite' });
  expect(await monitor()).toBe(403);
  await hook('/hooks/role', { eventId: eventId(), userId: ada.user.id, role: 'admin' });
  expect(await monitor()).toBe(200);
  const session = await app.request('GET', '/api/auth/session', { cookie: ada.cookie });
  expect(session.body.data).toMatchObject({ user: { role: 'admin', tier: 'INSTITUTIONAL' } });
  const mixedUp = await hook('/hooks/tier', { eventId: eventId(), userId: ada.user.id, tier: 'member' });
  expect(mixedUp).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION', error: expect.stringContaining('POST /hooks/role') },
  });
});
