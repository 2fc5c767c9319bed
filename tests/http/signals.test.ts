import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { SIGNAL_ROUTE, sendSignal, signHook } from '../../rig/clients/hooks.ts';
import { sendHttp } from '../../rig/clients/http.ts';
import { createTestDatabase, KINDS, type PostgresTestDatabase } from '../../rig/database/database.ts';
import { HOOK_SECRET, OPERATOR_SECRET } from '../../rig/secrets.ts';
import type { SignalPayload } from '../../src/protocol/signals.ts';

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const signal = (given: object = {}) => ({
  id: randomUUID(),
  symbol: 'AAPL',
  action: 'buy',
  price: 187.25,
  confidence: 0.7,
  premium: false,
  source: 'momentum' as const,
  timestamp: ago(0),
  ...given,
});
const refused = (status: number, code: string) => ({ status, body: { success: false, code } });
const taken = { status: 202, body: { success: true, data: { duplicate: false } } };
const repeated = { status: 200, body: { success: true, data: { duplicate: true } } };

describe.each(KINDS)('signals over the %s database', (kind) => {
  let app: TestApp;
  let starter: SignedIn;
  let professional: SignedIn;
  let database: PostgresTestDatabase | null = null;
  beforeAll(async () => {
    if (kind === 'postgres') database = await createTestDatabase('postgres');
    app = await startApp(database ? { env: { DATABASE_URL: database.url } } : {});
    starter = await app.signUp();
    professional = await app.signUp();
    const upgrade = { eventId: randomUUID(), userId: professional.user.id, tier: 'pro' };
    expect((await app.hook('/hooks/tier', upgrade)).status).toBe(202);
  });
  afterAll(async () => {
    await app.close();
    await database?.close();
  });

  const send = (
    body: ReturnType<typeof signal> & { revision?: number },
    to: Parameters<typeof sendSignal>[2] = {},
  ) => sendSignal(app.url, body, to);
  const list = async (who: SignedIn, query = ''): Promise<SignalPayload[]> => {
    const { body } = await app.request('GET', `/api/signals${query}`, { cookie: who.cookie });
    return (body.data as { signals: SignalPayload[] }).signals;
  };

  test('a signal is kept as it was sent, once, whichever of the two routes a repeat takes', async () => {
    const body = signal({ text: 'Above the high', stopPrice: 184.5, author: 'Ada' });
    expect(await send(body)).toMatchObject(taken);
    expect(await send(body, { route: '/hooks/signals' })).toMatchObject(repeated);
    const [newest] = await list(starter, '?limit=1');
    expect(newest).toEqual({
      ...body,
      revision: 1,
      stream: 'free',
      epoch: expect.any(String),
      seq: expect.any(Number),
    });
  });

  test('a signal for a symbol that does not exist is refused and leaves nothing behind', async () => {
    for (const symbol of ['NOPE', 'O:AAPL200117C00200000'])
      expect(await send(signal({ symbol }))).toMatchObject(refused(422, 'UNKNOWN_SYMBOL'));
    const symbols = (await list(professional, '?limit=200')).map(({ symbol }) => symbol);
    expect(symbols.filter((symbol) => symbol === 'NOPE' || symbol.startsWith('O:'))).toEqual([]);
  });

  test('many that send the same signal at the same moment get one place for it', async () => {
    const body = signal();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
  });

  test('its key stands for these bytes; a higher revision replaces it, a lower one does not come back', async () => {
    const first = signal();
    await send(first);
    expect(await send({ ...first, price: 188 })).toMatchObject(refused(409, 'CONFLICT'));
    const third = { ...first, revision: 3, price: 189 };
    expect(await send(third)).toMatchObject(taken);
    expect(await send({ ...first, revision: 2 })).toMatchObject(refused(409, 'CONFLICT'));
    expect(await send({ ...first, revision: 4, premium: true })).toMatchObject(refused(409, 'CONFLICT'));
    expect(await send(first)).toMatchObject(repeated);
    const kept = (await list(starter)).filter(({ id }) => id === first.id);
    expect(kept).toMatchObject([{ revision: 3, price: 189 }]);
  });

  test('500 of one source at once are all kept, and another source is served among them', async () => {
    const [before] = await list(starter, '?limit=1');
    const burst = Array.from({ length: 500 }, () => send(signal()));
    const other = send(signal({ source: 'reversal' as never }));
    expect((await Promise.all([...burst, other])).filter(({ status }) => status !== 202)).toEqual([]);
    const [newest] = await list(starter, '?limit=1');
    expect(newest!.seq).toBe((before?.seq ?? 0) + 501);
  });

  test('one id of two sources is two signals', async () => {
    const body = signal();
    expect(await send(body)).toMatchObject(taken);
    expect(await send({ ...body, source: 'reversal' as never })).toMatchObject(taken);
  });

  test('a time in the future is refused, one of a while ago accepted, one too long ago or past its end refused', async () => {
    expect(await send(signal({ timestamp: ago(-10) }))).toMatchObject(refused(400, 'VALIDATION'));
    expect(await send(signal({ timestamp: ago(-3) }))).toMatchObject(taken);
    expect(await send(signal({ timestamp: ago(10) }))).toMatchObject(taken);
    expect(await send(signal({ timestamp: ago(301) }))).toMatchObject(refused(422, 'EXPIRED'));
    expect(await send(signal({ timestamp: ago(20), expiresAt: ago(1) }))).toMatchObject(
      refused(422, 'EXPIRED'),
    );
    expect(await send(signal({ expiresAt: ago(1) }))).toMatchObject(refused(400, 'VALIDATION'));
  });

  test('a time may have any offset from UTC, and is kept in UTC', async () => {
    const [at, end] = [Date.now(), Date.now() + 60_000];
    const inOffset = (ms: number, hours: number): string =>
      `${new Date(ms + hours * 3_600_000).toISOString().slice(0, -1)}${hours < 0 ? '-' : '+'}${Math.abs(hours)}:00`;
    for (const hours of [16, -16, 23, -23]) {
      const times = { timestamp: inOffset(at, hours), expiresAt: inOffset(end, hours) };
      expect(await send(signal(times))).toMatchObject(taken);
      expect((await list(starter, '?limit=1'))[0]).toMatchObject({
        timestamp: new Date(at).toISOString(),
        expiresAt: new Date(end).toISOString(),
      });
    }
    const last = '9999-12-31T23:59:59.999Z';
    expect(await send(signal({ expiresAt: last }))).toMatchObject(taken);
    expect((await list(starter, '?limit=1'))[0]).toMatchObject({ expiresAt: last });
  });

  test('numbers at both ends of what a source may send are kept', async () => {
    const edges = { confidence: 5e-324, quantity: 5e-324, price: 0.0001 };
    expect(await send(signal(edges))).toMatchObject(taken);
    expect((await list(starter, '?limit=1'))[0]).toMatchObject(edges);
  });

  test('signals of a source keep the order in which they were sent, though their times say another', async () => {
    const ids = ['close', 'open', 'late'].map((step) => `${step}-${randomUUID()}`);
    await send(signal({ id: ids[0], action: 'close' }));
    await send(signal({ id: ids[1] }));
    await send(signal({ id: ids[2], timestamp: ago(10) }));
    const kept = (await list(starter, '?limit=3')).reverse();
    expect(kept.map(({ id }) => id)).toEqual(ids);
    expect(kept.map(({ seq }) => seq - kept[0]!.seq)).toEqual([0, 1, 2]);
  });

  test('premium signals are for those who pay: others find neither a signal nor a gap nor a place', async () => {
    const words = `secret-${randomUUID()}`;
    const before = (await list(starter, '?limit=1'))[0]!;
    await send(signal({ premium: true, text: words }));
    await send(signal());
    const [premium] = await list(professional, '?premiumOnly=true&limit=1');
    expect(premium).toMatchObject({ text: words, stream: 'premium', premium: true });
    expect(await list(starter, '?premiumOnly=true')).toEqual([]);
    const [next] = await list(starter, '?limit=1');
    expect(next!.seq).toBe(before.seq + 1);
    const place = `?before=premium:${premium!.seq}`;
    const asked = await app.request('GET', `/api/signals${place}`, { cookie: starter.cookie });
    const unknown = await app.request('GET', '/api/signals?before=premium:999999', {
      cookie: starter.cookie,
    });
    expect(asked).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(asked.body).toEqual(unknown.body);
    expect(JSON.stringify(await list(starter, '?limit=200'))).not.toContain(words);
  });

  test('pages follow each other without a repeat, by symbol and source too', async () => {
    const source = 'reversal' as const;
    for (let sent = 0; sent < 5; sent++)
      await send(signal({ source, symbol: 'NVDA', premium: sent % 2 === 0 }));
    const all = await list(professional, `?symbol=NVDA&source=${source}`);
    const paged: SignalPayload[] = [];
    for (let place = ''; ; ) {
      const page = await list(professional, `?symbol=NVDA&source=${source}&limit=2${place}`);
      if (page.length === 0) break;
      paged.push(...page);
      place = `&before=${page.at(-1)!.stream}:${page.at(-1)!.seq}`;
    }
    expect(paged).toHaveLength(5);
    expect(paged).toEqual(all);
  });
});

describe('whoever sends a signal', () => {
  test.each([SIGNAL_ROUTE, '/hooks/signals'])('signs these bytes at this time: %s', async (route) => {
    const [text, secret] = [JSON.stringify(signal()), '1'.repeat(32)];
    const now = signHook(secret, text);
    for (const [body, headers] of [
      [text.replace('"premium":false', '"premium":true'), now],
      [text, { ...now, 'X-Tradecast-Signature': now['X-Tradecast-Signature']!.replace('v1=', '') }],
      [text, signHook(secret, text, Date.now() - 310_000)],
      [text, signHook(secret, text, Date.now() + 310_000)],
      [text, {}],
    ] as const)
      expect(await sendHttp(app.url, 'POST', route, { body, headers })).toMatchObject(
        refused(401, 'INVALID_SIGNATURE'),
      );
    expect(await sendHttp(app.url, 'POST', route, { body: text, headers: now })).toMatchObject(taken);
  });

  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({
      env: {
        SIGNAL_SECRETS: `momentum:${'1'.repeat(32)},momentum:${'2'.repeat(32)},other:${'3'.repeat(32)},bursty:${'5'.repeat(32)}`,
        RATE_LIMITS: 'http:signals=30/600',
      },
    });
  });
  afterAll(() => app.close());
  const sendAs = (secret: string, route = SIGNAL_ROUTE) => sendSignal(app.url, signal(), { secret, route });

  test('has a burst accepted up to the limit; beyond it each refusal says when to come again, and others are not held up', async () => {
    const burst = Array.from({ length: 40 }, () =>
      sendSignal(app.url, signal({ source: 'bursty' }), { secret: '5'.repeat(32) }),
    );
    const answers = await Promise.all(burst);
    const late = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(30);
    expect(late).toHaveLength(10);
    for (const { body } of late)
      expect(body).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(await sendAs('1'.repeat(32))).toMatchObject(taken);
  });

  test('speaks for the source demo with the secret of the first start, and cannot be taken for the built-in one', async () => {
    const own = await startApp({ env: { SIGNAL_SECRETS: '' } });
    try {
      const { signalSecret } = JSON.parse(await readFile(path.join(own.dataDir, 'secrets.json'), 'utf8'));
      const sendFrom = (source: string) => {
        const text = JSON.stringify(signal({ source }));
        return sendHttp(own.url, 'POST', SIGNAL_ROUTE, { body: text, headers: signHook(signalSecret, text) });
      };
      expect(await sendFrom('demo')).toMatchObject(taken);
      expect(await sendFrom('demo-averages')).toMatchObject(refused(403, 'FORBIDDEN'));
    } finally {
      await own.close();
    }
  });

  test('speaks for itself only, with either of its secrets, on either route', async () => {
    for (const route of [SIGNAL_ROUTE, '/hooks/signals']) {
      expect(await sendAs('1'.repeat(32), route)).toMatchObject(taken);
      expect(await sendAs('2'.repeat(32), route)).toMatchObject(taken);
      expect(await sendAs('3'.repeat(32), route)).toMatchObject(refused(403, 'FORBIDDEN'));
      for (const secret of ['4'.repeat(32), HOOK_SECRET, OPERATOR_SECRET])
        expect(await sendAs(secret, route)).toMatchObject(refused(401, 'INVALID_SIGNATURE'));
    }
  });

  test.each([
    ['/hooks/trades', {}],
    ['/hooks/portfolio', {}],
    ['/hooks/orders', {}],
    ['/hooks/discord-link', {}],
    ['/hooks/halt', { scope: 'everyone', halted: true, reason: 'a sender of signals' }],
    ['/hooks/ban', { banned: true }],
    ['/hooks/role', { role: 'admin' }],
    ['/hooks/tier', { tier: 'pro' }],
  ])('cannot open %s', async (route, body) => {
    const text = JSON.stringify({ eventId: randomUUID(), ...body });
    const headers = signHook('1'.repeat(32), text);
    expect(await sendHttp(app.url, 'POST', route, { body: text, headers })).toMatchObject(
      refused(401, 'INVALID_SIGNATURE'),
    );
  });

  test('is told what is wrong with a body, and nothing changes', async () => {
    const reader = await app.signUp();
    const count = async () =>
      (
        (await app.request('GET', '/api/signals', { cookie: reader.cookie })).body.data as {
          signals: object[];
        }
      ).signals.length;
    const before = await count();
    const send = (text: string) =>
      sendHttp(app.url, 'POST', SIGNAL_ROUTE, { body: text, headers: signHook('1'.repeat(32), text) });
    expect(await send(JSON.stringify(signal({ text: 'x'.repeat(1_000_000) })))).toMatchObject(
      refused(413, 'TOO_LARGE'),
    );
    for (const wrong of [
      { text: 'x'.repeat(2_001) },
      { symbol: 'no symbol' },
      { action: 'hold' },
      { price: 1.00001 },
      { confidence: 1.1 },
      { premium: 'yes' },
      { source: 'Momentum' },
      { revision: 0 },
      { timestamp: 'now' },
      { timestamp: '0000-12-31T23:59:59Z' },
      { timestamp: '0001-01-01T00:00:00+00:01' },
      { expiresAt: '9999-12-31T23:59:59-00:01' },
      { id: 'a\0b' },
      { text: 'a\0b' },
      { author: '\ud800' },
      { quantity: -1 },
      { more: 1 },
    ])
      expect(await send(JSON.stringify(signal(wrong)))).toMatchObject(refused(400, 'VALIDATION'));
    expect(await send('{')).toMatchObject(refused(400, 'VALIDATION'));
    const once = JSON.stringify(signal({ text: 'not a key: "premium":' }));
    const twice = once.replace('"premium":', '"premium" : true, "premium":');
    const spelled = once.replace('"premium":', '"\\u0070remium":true,"premium":');
    for (const text of [twice, spelled]) {
      expect(text).not.toBe(once);
      expect(await send(text)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION', error: expect.stringContaining('written twice') },
      });
    }
    expect(await count()).toBe(before);
    expect(await send(once)).toMatchObject(taken);
  });
});
