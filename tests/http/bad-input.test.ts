import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { signHook } from '../../rig/clients/hooks.ts';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { HOOK_SECRET } from '../../rig/secrets.ts';
import { showQuote } from '../support/http-quote.ts';

let app: TestApp;
let ada: SignedIn;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
  await showQuote(app, ada, 'AAPL', 187.5);
});
afterAll(() => app.close());

const ORDER =
  '{"clientOrderId":"k","symbol":"AAPL","side":"buy","type":"limit","quantity":1,"limitPrice":180}';
/** The order with one part of its text replaced. */
const order = (part: string, instead: string): string => {
  if (!ORDER.includes(part)) throw new Error(`${part} is no part of the order`);
  return ORDER.replace(part, instead);
};
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Everything of the user that a refused request must leave as it was; times of reading apart. */
async function state(): Promise<unknown> {
  const routes = [
    '/api/orders',
    '/api/trades?after=0&limit=500',
    '/api/portfolio',
    '/api/watchlist',
    '/api/auth/session',
  ];
  const answers = await Promise.all(routes.map((route) => app.request('GET', route, { cookie: ada.cookie })));
  return answers.map(({ status, body }) => [
    status,
    { ...(body.data as object | undefined), timestamp: undefined },
  ]);
}

async function refusesAll(
  cases: readonly (readonly [what: string, status: number, code: string, send: () => Promise<Answer>])[],
): Promise<void> {
  const before = await state();
  for (const [what, status, code, send] of cases) {
    const answer = await send();
    expect([what, answer.status, answer.body]).toEqual([
      what,
      status,
      expect.objectContaining({ success: false, code, error: expect.stringMatching(/^[^{}\n]{3,200}$/) }),
    ]);
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.ts:|node_modules|<\w/);
  }
  expect(await state()).toEqual(before);
}

const post =
  (route: string, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    app.request('POST', route, { cookie: ada.cookie, body, headers });
const get = (route: string) => () => app.request('GET', route, { cookie: ada.cookie });
const signed = (route: string, body: string) => () =>
  app.request('POST', route, { body, headers: signHook(HOOK_SECRET, body) });

const LAST_WEEK = '/api/market/historical/AAPL?from=2026-11-19&to=2026-11-20';

test.each([
  ['/api/market/historical/AAPL?to=2026-11-20&timespan=day', 'from: missing'],
  [`${LAST_WEEK}&timespan=day&limit=9999999`, 'limit: at most 10000'],
  [`${LAST_WEEK}&timespan=day&limit=0`, 'limit: at least 1'],
  [`${LAST_WEEK}&timespan=era`, 'timespan: not one of minute, hour, day, week, month'],
  [`/api/market/search?q=${'a'.repeat(99)}`, /^q: at most \d+ characters$/],
])('GET %s says what is wrong', async (route, sentence) => {
  const { status, body } = await app.request('GET', route, { cookie: ada.cookie });
  const error = typeof sentence === 'string' ? sentence : expect.stringMatching(sentence);
  expect([status, body]).toEqual([400, expect.objectContaining({ code: 'VALIDATION', error })]);
});

describe('bad input over HTTP gets a clear error with its code and changes nothing:', () => {
  test('bodies that are no JSON, or only nearly', () =>
    refusesAll([
      ['nothing', 400, 'VALIDATION', post('/api/orders', undefined)],
      ['empty text', 400, 'VALIDATION', post('/api/orders', '')],
      ['half an object', 400, 'VALIDATION', post('/api/orders', ORDER.slice(0, -1))],
      ['a trailing comma', 400, 'VALIDATION', post('/api/orders', order('180}', '180,}'))],
      ['a key twice', 400, 'VALIDATION', post('/api/orders', order('{', '{"quantity":9,'))],
      ['two objects', 400, 'VALIDATION', post('/api/orders', ORDER + ORDER)],
      [
        'a form',
        400,
        'VALIDATION',
        post('/api/orders', 'symbol=AAPL', { 'content-type': 'application/x-www-form-urlencoded' }),
      ],
      ['JSON called text', 400, 'VALIDATION', post('/api/orders', ORDER, { 'content-type': 'text/plain' })],
      ['JSON called gzip', 400, 'VALIDATION', post('/api/orders', ORDER, { 'content-encoding': 'gzip' })],
      ['null', 400, 'VALIDATION', post('/api/orders', 'null')],
      ['a number', 400, 'VALIDATION', post('/api/orders', '42')],
      ['a string', 400, 'VALIDATION', post('/api/orders', '"order"')],
      ['a list', 400, 'VALIDATION', post('/api/orders', `[${ORDER}]`)],
      ['NaN', 400, 'VALIDATION', post('/api/orders', order(':1,', ':NaN,'))],
      ['an infinity', 400, 'VALIDATION', post('/api/orders', order(':1,', ':Infinity,'))],
      ['hex', 400, 'VALIDATION', post('/api/orders', order(':1,', ':0x10,'))],
      ['64 KB and more', 413, 'TOO_LARGE', post('/api/orders', `{"symbol":"${'A'.repeat(64 * 1024)}"}`)],
    ]));

  test('text and shapes that parsers and databases trip over', () =>
    refusesAll([
      ['a NUL', 400, 'VALIDATION', post('/api/auth/login', '{"username":"ada\\u0000","password":"x"}')],
      [
        'half a surrogate pair',
        400,
        'VALIDATION',
        post('/api/auth/login', '{"username":"\\ud800","password":"x"}'),
      ],
      [
        'bytes that are not UTF-8',
        400,
        'VALIDATION',
        () => sendBytes('/api/auth/login', Buffer.from('{"username":"\xff\xfe","password":"x"}', 'latin1')),
      ],
      ['a key __proto__', 400, 'VALIDATION', post('/api/orders', order('{', '{"__proto__":{"admin":true},'))],
      ['a nested key __proto__', 400, 'VALIDATION', post('/api/orders', order('"AAPL"', '{"__proto__":{}}'))],
      ['a key constructor', 400, 'VALIDATION', post('/api/orders', order('{', '{"constructor":{},'))],
      ['ten levels', 400, 'VALIDATION', post('/api/orders', order('"AAPL"', nested(10)))],
      ['30,000 levels', 400, 'VALIDATION', post('/api/orders', order('"AAPL"', nested(30_000)))],
      [
        'a name with a line break',
        400,
        'VALIDATION',
        post('/api/auth/register', { username: 'fresh', password: PASSWORD, name: 'a\nb' }),
      ],
      [
        'a name of direction marks',
        400,
        'VALIDATION',
        post('/api/auth/register', { username: 'fresh', password: PASSWORD, name: 'a\u202eb' }),
      ],
      [
        'a user name of look-alikes',
        400,
        'VALIDATION',
        post('/api/auth/register', { username: 'аdmin', password: PASSWORD }),
      ],
      [
        'a short password',
        400,
        'VALIDATION',
        post('/api/auth/register', { username: 'fresh', password: 'short' }),
      ],
      [
        'a role of one’s own',
        400,
        'VALIDATION',
        post('/api/auth/register', { username: 'fresh', password: PASSWORD, role: 'admin' }),
      ],
      [
        'a user name as a list',
        400,
        'VALIDATION',
        post('/api/auth/login', { username: ['ada'], password: 'x' }),
      ],
      ['a query key __proto__', 400, 'VALIDATION', get('/api/orders?__proto__=1')],
      ['a NUL in the query', 400, 'VALIDATION', get('/api/symbols?q=%00')],
      [
        'a broken escape',
        404,
        'NOT_FOUND',
        () => app.request('DELETE', '/api/orders/%00', { cookie: ada.cookie }),
      ],
    ]));

  test('orders that are none', () =>
    refusesAll(
      (
        [
          ['a key too many', '{', '{"userId":"someone",'],
          ['no symbol', '"symbol":"AAPL",', ''],
          ['a symbol with a quote', '"AAPL"', '"AA\'PL"'],
          ['a symbol of blanks', '"AAPL"', '" "'],
          ['a symbol too long', '"AAPL"', '"AAAAAAAAAAAAAAAA"'],
          ['an emoji', '"AAPL"', '"\u{1f680}"'],
          ['a symbol as a number', '"AAPL"', '1'],
          ['another side', '"buy"', '"short"'],
          ['another type', '"limit"', '"iceberg"'],
          ['quantity zero', ':1,', ':0,'],
          ['minus zero', ':1,', ':-0,'],
          ['a negative quantity', ':1,', ':-1,'],
          ['half a share', ':1,', ':0.5,'],
          ['a quantity beyond all bounds', ':1,', ':1e999,'],
          ['a quantity beyond ours', ':1,', ':1000001,'],
          ['a quantity as text', ':1,', ':"1",'],
          ['a quantity of null', ':1,', ':null,'],
          ['price zero', ':180}', ':0}'],
          ['a negative price', ':180}', ':-180}'],
          ['five decimals', ':180}', ':180.12345}'],
          ['a price beyond all bounds', ':180}', ':1e999}'],
          ['a price too small to be one', ':180}', ':1e-7}'],
          ['a price as text', ':180}', ':"180"}'],
          ['a limit order without a price', ',"limitPrice":180', ''],
          ['a stop price on a limit order', '}', ',"stopPrice":170}'],
          ['another time in force', '}', ',"timeInForce":"ioc"}'],
          ['an empty key', '"k"', '""'],
          ['a key with a line break', '"k"', '"a\\nb"'],
          ['a key too long', '"k"', `"${'k'.repeat(129)}"`],
        ] as const
      ).map(
        ([what, part, instead]) =>
          [what, 400, 'VALIDATION', post('/api/orders', order(part, instead))] as const,
      ),
    ));

  test('symbols, ids and pages that are none', () =>
    refusesAll([
      ['no symbols', 400, 'VALIDATION', get('/api/quotes')],
      ['empty symbols', 400, 'VALIDATION', get('/api/quotes?symbols=')],
      ['a symbol that is none', 400, 'VALIDATION', get('/api/quotes?symbols=AAPL,<script>')],
      ['symbols twice', 400, 'VALIDATION', get('/api/quotes?symbols=AAPL&symbols=TSLA')],
      ['201 symbols', 400, 'VALIDATION', get(`/api/quotes?symbols=${Array(201).fill('AAPL').join(',')}`)],
      ['a candle of nothing', 400, 'VALIDATION', get('/api/candles?symbol=1')],
      ['a search too long', 400, 'VALIDATION', get(`/api/symbols?q=${'a'.repeat(65)}`)],
      ['a negative page', 400, 'VALIDATION', get('/api/trades?after=-1')],
      ['a page in hex', 400, 'VALIDATION', get('/api/trades?after=0x10')],
      ['a page of 1e3', 400, 'VALIDATION', get('/api/trades?limit=1e3')],
      ['a page of none', 400, 'VALIDATION', get('/api/trades?limit=0')],
      ['a page of 501', 400, 'VALIDATION', get('/api/trades?limit=501')],
      ['a page beyond integers', 400, 'VALIDATION', get('/api/trades?after=9999999999999999')],
      ['a status that is none', 400, 'VALIDATION', get('/api/orders?status=won')],
      ['a query key too many', 400, 'VALIDATION', get('/api/orders?user=someone')],
      [
        'an order that is nobody’s',
        404,
        'NOT_FOUND',
        () =>
          app.request('DELETE', '/api/orders/00000000-0000-4000-8000-000000000000', { cookie: ada.cookie }),
      ],
      [
        'a watchlist that is none',
        400,
        'VALIDATION',
        () => app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body: ['AAPL'] }),
      ],
      [
        'a watchlist of numbers',
        400,
        'VALIDATION',
        () => app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body: { symbols: [1] } }),
      ],
      [
        'unknown instruments',
        422,
        'UNKNOWN_SYMBOL',
        () => app.request('PUT', '/api/watchlist', { cookie: ada.cookie, body: { symbols: ['ZZZZ'] } }),
      ],
    ]));

  test('hooks that are forged, or signed and wrong', () => {
    const trade = JSON.stringify({
      eventId: 'bad-1',
      userId: ada.user.id,
      type: 'executed',
      trade: { id: 't', symbol: 'AAPL', side: 'buy', quantity: 1, price: 1 },
    });
    const swapped = (part: string, instead: string): string => trade.replace(part, instead);
    const forged = signHook('the wrong secret of the hooks, long enough', trade);
    return refusesAll([
      ['unsigned', 401, 'INVALID_SIGNATURE', post('/hooks/trades', trade)],
      ['forged', 401, 'INVALID_SIGNATURE', post('/hooks/trades', trade, forged)],
      [
        'signed for another body',
        401,
        'INVALID_SIGNATURE',
        post('/hooks/trades', trade, signHook(HOOK_SECRET, '{}')),
      ],
      [
        'too old',
        401,
        'INVALID_SIGNATURE',
        post('/hooks/trades', trade, signHook(HOOK_SECRET, trade, Date.now() - 301_000)),
      ],
      ['nothing signed', 400, 'VALIDATION', signed('/hooks/trades', '')],
      ['no JSON', 400, 'VALIDATION', signed('/hooks/trades', '{')],
      ['a huge body', 413, 'TOO_LARGE', signed('/hooks/trades', `{"eventId":"${'x'.repeat(70_000)}"}`)],
      ['__proto__', 400, 'VALIDATION', signed('/hooks/trades', swapped('{', '{"__proto__":{},'))],
      ['a NUL in the event id', 400, 'VALIDATION', signed('/hooks/trades', swapped('bad-1', 'bad\\u0000'))],
      ['no event id', 400, 'VALIDATION', signed('/hooks/trades', swapped('"eventId":"bad-1",', ''))],
      [
        'an infinite price',
        400,
        'VALIDATION',
        signed('/hooks/trades', swapped('"price":1', '"price":1e999')),
      ],
      ['a user id that is none', 400, 'VALIDATION', signed('/hooks/trades', swapped(ada.user.id, 'ada'))],
      [
        'an unknown user',
        404,
        'NOT_FOUND',
        signed('/hooks/trades', swapped(ada.user.id, '00000000-0000-4000-8000-000000000000')),
      ],
      ['an order as a trade', 400, 'VALIDATION', signed('/hooks/orders', trade)],
      ['an unknown hook', 404, 'NOT_FOUND', signed('/hooks/nothing', trade)],
    ]);
  });

  test('writes from other sites', () =>
    refusesAll([
      ['an order', 403, 'FORBIDDEN', post('/api/orders', ORDER, { Origin: 'https://evil.example' })],
      ['a logout', 403, 'FORBIDDEN', post('/api/auth/logout', undefined, { Origin: 'https://evil.example' })],
      [
        'a watchlist',
        403,
        'FORBIDDEN',
        () =>
          app.request('PUT', '/api/watchlist', {
            cookie: ada.cookie,
            body: { symbols: [] },
            headers: { 'Sec-Fetch-Site': 'cross-site' },
          }),
      ],
    ]));
});

/** fetch sends no text that is not Unicode; a socket does. */
function sendBytes(route: string, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL(route, app.url),
      { method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': body.length } },
      async (response) => {
        const chunks = await response.toArray();
        const answer = JSON.parse(Buffer.concat(chunks).toString());
        resolve({ status: response.statusCode ?? 0, body: answer, headers: new Headers() });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
