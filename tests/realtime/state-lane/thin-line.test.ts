import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { tradeHook } from '../../../rig/clients/hooks.ts';
import { connected, openSocket } from '../../../rig/clients/stock-client.ts';
import { createHistogram } from '../../../rig/histogram.ts';
import { startThinLine, type ThinLine } from '../../../rig/stand-ins/thin-line.ts';
import { symbolNames } from '../../../rig/symbols.ts';
import { until } from '../../../rig/wait.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { connectPlain } from '../../support/plain-client.ts';

const SYMBOLS = symbolNames('S', 50);
/** 50 kbit/s. */
const THIN = 6_250;
const MOVE_MS = 100;
const TRADE_MS = 500;
const MAX_AGE_MS = 4_000;
/** What was on its way when the line became thin takes 5.2 s. */
const SWITCH_MAX_AGE_MS = 6_000;

let app: TestApp;
const lines: ThinLine[] = [];
beforeAll(async () => {
  const { createScriptedMarket } = await import('../../../rig/stand-ins/scripted-market.ts');
  app = await startApp({ market: createScriptedMarket(SYMBOLS), env: { FLUSH_INTERVAL_MS: '50' } });
});
afterAll(async () => {
  await app.close();
  for (const line of lines) await line.close();
});

async function lineOf(options: Parameters<typeof startThinLine>[1]): Promise<ThinLine> {
  const line = await startThinLine(app.port, options);
  lines.push(line);
  return line;
}

/** Does something at a pace whenever it is asked to, as often as has become due. */
function paced(everyMs: number, work: (count: number) => void): () => number {
  const startedAt = performance.now();
  let count = 0;
  return () => {
    while (performance.now() - startedAt >= count * everyMs) work(++count);
    return count;
  };
}

const moveAll = (count: number): void => {
  for (const symbol of SYMBOLS) app.market.tick(symbol, 100 + count / 100);
};

/** Values that a reader did not get because a newer one came first. */
async function conflated(): Promise<number> {
  const { body } = await app.request('GET', '/metrics');
  return Number(/^tradecast_quotes_conflated_total (.+)$/m.exec(String(body.text))?.[1]);
}

/** What comes to a reader: how old each quote is, and of how many symbols. */
function createReading() {
  const ages = createHistogram();
  const symbols = new Set<string>();
  let oldest = 0;
  return {
    ages,
    symbols,
    oldest: () => oldest,
    quote({
      symbol,
      timestamp,
    }: Pick<QuotePayload, 'symbol'> & { readonly timestamp: string | number }): void {
      const age = Date.now() - new Date(timestamp).getTime();
      ages.record(age);
      oldest = Math.max(oldest, age);
      symbols.add(symbol);
    },
  };
}

test('readers at 50 kbit/s with fifty symbols get prices of now and every event, and are not cut', async () => {
  const session = await app.signUp();
  const { port } = await lineOf({ bytesPerSecond: THIN });
  const socket = openSocket(`http://127.0.0.1:${port}`, { auth: { sessionID: session.sessionID } });
  await connected(socket);
  const plain = await connectPlain((await lineOf({ bytesPerSecond: THIN })).port, {
    headers: { cookie: (await app.signUp()).cookie },
  });
  try {
    const stock = createReading();
    const other = createReading();
    const trades: number[] = [];
    const ends: string[] = [];
    socket.on('quote:update', stock.quote);
    socket.on('trade:executed', ({ seq }) => void trades.push(seq));
    socket.on('disconnect', (reason) => void ends.push(reason));
    plain.ws.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string; data: QuotePayload };
      if (message.type === 'quote') other.quote(message.data);
    });
    await ask(socket, 'subscribe:watchlist', SYMBOLS);
    await ask(socket, 'subscribe:trades');
    plain.send({ type: 'subscribe', symbols: SYMBOLS });
    await plain.next('subscribed');
    await until(() => SYMBOLS.every((symbol) => app.market.wanted().has(symbol)), 'all are wanted');

    const move = paced(MOVE_MS, moveAll);
    const hooks: Promise<unknown>[] = [];
    const report = paced(TRADE_MS, (count) => {
      if (count <= 40)
        hooks.push(app.hook('/hooks/trades', tradeHook(session.user.id, `thin-${count}`, SYMBOLS[0])));
    });
    await until(() => {
      move();
      report();
      return trades.length >= 40 && stock.ages.count() >= 350 && other.ages.count() >= 350;
    }, 'twenty seconds of prices and events have arrived');
    await Promise.all(hooks);
    expect(trades).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    for (const { ages, symbols } of [stock, other]) {
      expect(symbols.size).toBe(SYMBOLS.length);
      expect(ages.at(0.99)).toBeLessThanOrEqual(MAX_AGE_MS);
    }
    expect([ends, plain.ws.readyState]).toEqual([[], plain.ws.OPEN]);
  } finally {
    socket.disconnect();
    plain.ws.terminate();
  }
});

test('a reader 200 ms away misses no price of fifty symbols that move ten times a second', async () => {
  const session = await app.signUp();
  const { port } = await lineOf({ delayMs: 100 });
  const socket = openSocket(`http://127.0.0.1:${port}`, { auth: { sessionID: session.sessionID } });
  await connected(socket);
  try {
    let arrived = 0;
    socket.on('quote:update', ({ symbol, price }) => {
      if (symbol === SYMBOLS.at(-1)) arrived = Math.round((price - 100) * 100);
    });
    await ask(socket, 'subscribe:watchlist', SYMBOLS);
    const move = paced(MOVE_MS, moveAll);
    const arrives = (count: number): Promise<void> =>
      until(() => move() >= count && arrived >= count, `price ${count} has arrived`);
    // The window opens with the first answers.
    await arrives(20);
    const before = await conflated();
    await arrives(80);
    expect((await conflated()) - before).toBe(0);
  } finally {
    socket.disconnect();
  }
});

test('a fast line that becomes one of 50 kbit/s shows no price older than six seconds, then four', async () => {
  const session = await app.signUp();
  const line = await lineOf({});
  const socket = openSocket(`http://127.0.0.1:${line.port}`, { auth: { sessionID: session.sessionID } });
  await connected(socket);
  const plainLine = await lineOf({});
  const plain = await connectPlain(plainLine.port, { headers: { cookie: (await app.signUp()).cookie } });
  try {
    let [stock, other] = [createReading(), createReading()];
    const ends: string[] = [];
    socket.on('quote:update', (quote) => stock.quote(quote));
    socket.on('disconnect', (reason) => void ends.push(reason));
    plain.ws.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string; data: QuotePayload };
      if (message.type === 'quote') other.quote(message.data);
    });
    await ask(socket, 'subscribe:watchlist', SYMBOLS);
    plain.send({ type: 'subscribe', symbols: SYMBOLS });
    await plain.next('subscribed');
    await until(() => SYMBOLS.every((symbol) => app.market.wanted().has(symbol)), 'all are wanted');
    const move = paced(MOVE_MS, moveAll);
    const carried = (count: number, what: string): Promise<void> =>
      until(() => move() > 0 && stock.ages.count() >= count && other.ages.count() >= count, what);
    await carried(2_000, 'the window of a fast line has opened');

    line.carry(THIN);
    plainLine.carry(THIN);
    [stock, other] = [createReading(), createReading()];
    await carried(200, 'the thin line has carried what was on its way, and more');
    for (const reading of [stock, other]) expect(reading.oldest()).toBeLessThanOrEqual(SWITCH_MAX_AGE_MS);
    [stock, other] = [createReading(), createReading()];
    await carried(200, 'it has carried two hundred more prices');
    for (const { ages } of [stock, other]) expect(ages.at(0.99)).toBeLessThanOrEqual(MAX_AGE_MS);
    expect([ends, plain.ws.readyState]).toEqual([[], plain.ws.OPEN]);
  } finally {
    socket.disconnect();
    plain.ws.terminate();
  }
});
