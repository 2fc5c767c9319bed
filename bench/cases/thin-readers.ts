import { WebSocket } from 'ws';
import { tradeHook } from '../../rig/clients/hooks.ts';
import { connected } from '../../rig/clients/stock-client.ts';
import { createHistogram, type Histogram } from '../../rig/histogram.ts';
import type { SeededUser } from '../../rig/seed.ts';
import { startThinLine } from '../../rig/stand-ins/thin-line.ts';
import { until } from '../../rig/wait.ts';
import { PLAIN_PATH } from '../../src/protocol/plain.ts';
import { type BenchCase, milliseconds, pass, type Row, thousands } from '../support/case.ts';
import { SYMBOLS } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';
import { sessionHeaders } from '../support/speech.ts';
import { ask, openClient, sendHook } from '../support/trader.ts';

/** 50 kbit/s. */
const BYTES_PER_SECOND = 6_250;
const WATCHED = SYMBOLS.slice(0, 50);
const HELD = SYMBOLS.slice(0, 20);
const PACE = { perSecond: 10, together: false };
const WINDOW_MS = 600_000;
const TRADE_EVERY_MS = 2_000;
const MAX_AGE_MS = 4_000;

/** One client behind a thin line, and what has come to it. */
interface Reader {
  readonly name: string;
  readonly ages: Histogram;
  /** Numbers of the reported trades, as they came. */
  readonly trades: number[];
  readonly portfolios: () => number;
  readonly ends: () => number;
  readonly isJudged: boolean;
  end(): void;
}

export const thinReaders: BenchCase = {
  name: 'thin-readers',
  title: 'readers of 50 symbols at 50 kbit/s',
  how: `Every symbol is updated ten times a second, which is twenty times what the line of a reader carries. What a line has
yet to carry waits in the buffers of two kernels, as large as they are by default. Three readers have a line each, for
ten minutes:

- a standard Socket.IO client that watches 50 symbols and follows its trades
- another one with a portfolio of 20 positions besides, which has no target
- a plain WebSocket with 50 symbols

The age of a quote runs from the time its update was due to its arrival. A trade is reported by a hook every two
seconds. One replica, embedded database.`,

  async run({ quick }) {
    const service = await startService({
      database: 'embedded',
      users: 3,
      env: { RATE_LIMITS: 'order:place=999/60', MAX_POSITION_VALUE: '10000000' },
    });
    const [first, holder, other] = service.users as [SeededUser, SeededUser, SeededUser];
    const lines = await Promise.all(
      service.users.map(() => startThinLine(service.port, { bytesPerSecond: BYTES_PER_SECOND })),
    );
    const [firstLine, holderLine, otherLine] = lines as [Line, Line, Line];
    const readers: Reader[] = [];
    try {
      await service.child.call('updates', PACE);
      await buy(service, holder);
      readers.push(
        await openStock('50 symbols', firstLine, first, false),
        await openStock('50 symbols and a portfolio of 20 positions', holderLine, holder, true),
        await openPlain('50 symbols on /api/socket', otherLine, other),
      );
      const reported = await report(service, [first, holder], quick ? 4_000 : WINDOW_MS);
      const [stock, withPortfolio] = readers as [Reader, Reader];
      await until(
        () => [stock, withPortfolio].every(({ trades }) => trades.at(-1) === reported),
        'the last trade has arrived',
      );
      return {
        rows: [...readers.map(ageRow), endRow(readers), tradeRow([stock, withPortfolio], reported)],
        notes: readers.map(describe),
      };
    } finally {
      for (const reader of readers) reader.end();
      for (const line of lines) await line.close();
      await service.stop();
    }
  },
};

type Line = Awaited<ReturnType<typeof startThinLine>>;

/** Fills the account with positions, over a line that carries everything. */
async function buy({ port }: Service, user: SeededUser): Promise<void> {
  const client = openClient(port, user);
  await connected(client);
  let filled = 0;
  client.on('trade:executed', () => {
    filled += 1;
  });
  await ask(client, 'subscribe:trades');
  const quoted = new Set<string>();
  client.on('quote:update', ({ symbol, state }) => void (state !== 'stale' && quoted.add(symbol)));
  await ask(client, 'subscribe:watchlist', [...HELD]);
  await until(() => quoted.size === HELD.length, 'every symbol has a price to trade on');
  for (const symbol of HELD)
    await ask(client, 'order:place', {
      clientOrderId: `held-${symbol}`,
      symbol,
      side: 'buy',
      quantity: 1,
      type: 'market',
      timeInForce: 'gtc',
    });
  await until(() => filled === HELD.length, 'every position is filled');
  client.disconnect();
}

function createReading(name: string, isJudged: boolean) {
  const ages = createHistogram();
  return {
    name,
    isJudged,
    ages,
    trades: [] as number[],
    quote: (timestamp: string | number): void => ages.record(Date.now() - new Date(timestamp).getTime()),
  };
}

async function openStock(
  name: string,
  { port }: Line,
  user: SeededUser,
  hasPortfolio: boolean,
): Promise<Reader> {
  const reading = createReading(name, !hasPortfolio);
  const client = openClient(port, user);
  let ends = 0;
  let portfolios = 0;
  client.on('disconnect', () => {
    ends += 1;
  });
  client.on('portfolio:update', () => {
    portfolios += 1;
  });
  client.on('quote:update', ({ timestamp }) => reading.quote(timestamp));
  client.on('trade:executed', ({ id }) => void reading.trades.push(Number(id.split('-').at(-1))));
  await connected(client);
  await ask(client, 'subscribe:trades');
  await ask(client, 'subscribe:watchlist', WATCHED);
  if (hasPortfolio) await ask(client, 'subscribe:portfolio');
  return { ...reading, ends: () => ends, portfolios: () => portfolios, end: () => client.disconnect() };
}

async function openPlain(name: string, { port }: Line, { sessionID }: SeededUser): Promise<Reader> {
  const reading = createReading(name, true);
  const ws = new WebSocket(`ws://127.0.0.1:${port}${PLAIN_PATH}`, { headers: sessionHeaders(sessionID) });
  let ends = 0;
  ws.on('close', () => {
    ends += 1;
  });
  ws.on('message', (data) => {
    const message = JSON.parse(String(data)) as { type: string; data: { timestamp: number } };
    if (message.type === 'quote') reading.quote(message.data.timestamp);
  });
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send(JSON.stringify({ type: 'subscribe', symbols: WATCHED }));
  return { ...reading, ends: () => ends, portfolios: () => 0, end: () => ws.terminate() };
}

/** Reports trades of these users for so long; answers with the number of the last one that all of them have. */
async function report({ port }: Service, users: readonly SeededUser[], ms: number): Promise<number> {
  const endAt = performance.now() + ms;
  let count = 0;
  while (performance.now() < endAt) {
    count += 1;
    for (const { userId } of users)
      await sendHook(port, '/hooks/trades', tradeHook(userId, `${userId}-${count}`, WATCHED[0]));
    await pass(TRADE_EVERY_MS);
  }
  return count;
}

const ageRow = ({ name, ages, isJudged }: Reader): Row => ({
  what: `age of a quote at its arrival over 50 kbit/s, 99th percentile: ${name}`,
  measured: milliseconds(ages.at(0.99)),
  yardstick: '–',
  target: isJudged ? `≤ ${thousands(MAX_AGE_MS)} ms` : '–',
  reached: isJudged ? ages.at(0.99) <= MAX_AGE_MS : null,
});

function endRow(readers: readonly Reader[]): Row {
  const ends = readers.reduce((sum, reader) => sum + reader.ends(), 0);
  return {
    what: 'connections over 50 kbit/s that ended within ten minutes',
    measured: String(ends),
    yardstick: '–',
    target: '0',
    reached: ends === 0,
  };
}

/** All of them, each once and in order. */
function tradeRow(readers: readonly Reader[], reported: number): Row {
  const whole = Array.from({ length: reported }, (_, index) => index + 1).join();
  const broken = readers.filter(({ trades }) => trades.join() !== whole);
  return {
    what: 'readers over 50 kbit/s that missed a trade, or got one twice or out of order',
    measured: `${broken.length} of ${readers.length}, ${thousands(reported)} trades each`,
    yardstick: '–',
    target: '0',
    reached: broken.length === 0,
  };
}

const describe = ({ name, ages, portfolios }: Reader): string =>
  `${name}: ${thousands(ages.count())} quotes, their age ${milliseconds(ages.at(0.5))} (p50), ${milliseconds(ages.at(0.99))} (p99), ` +
  `${milliseconds(ages.at(1))} (oldest); ${thousands(portfolios())} portfolios`;
