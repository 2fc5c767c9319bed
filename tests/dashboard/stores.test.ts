/** @jest-environment node */
import { describe, expect, jest, test } from '@jest/globals';
import { continues } from '../../dashboard/src/features/chart/continues.ts';
import { ApiError } from '../../dashboard/src/lib/api.ts';
import { createFrame } from '../../dashboard/src/lib/frame.ts';
import { type Bar, createCandlesStore, withQuote } from '../../dashboard/src/stores/candles.ts';
import { createOrdersStore } from '../../dashboard/src/stores/orders.ts';
import { createPortfolioStore } from '../../dashboard/src/stores/portfolio.ts';
import { createQuotesStore } from '../../dashboard/src/stores/quotes.ts';
import { createTradesStore, isTrade } from '../../dashboard/src/stores/trades.ts';
import { createWatchlistStore } from '../../dashboard/src/stores/watchlist.ts';
import { BARS, executed, ORDER, PORTFOLIO, quoteOf } from './support/fixtures.ts';
import { manualTimers } from './support/timers.ts';
import { until } from './support/until.ts';

/** Frames that the test lets pass. */
function manualFrames() {
  const requested: (() => void)[] = [];
  const frame = createFrame((run) => requested.push(run));
  return { frame, requested, pass: () => requested.splice(0).forEach((run) => void run()) };
}

describe('frames', () => {
  test('a thousand quotes and portfolios are one frame and one change of each store', () => {
    const { frame, requested, pass } = manualFrames();
    const timers = manualTimers();
    const quotes = createQuotesStore({ frame, timers });
    const portfolio = createPortfolioStore({ frame, timers });
    const seen = { quotes: 0, portfolio: 0 };
    quotes.subscribe(() => {
      seen.quotes += 1;
    });
    portfolio.subscribe(() => {
      seen.portfolio += 1;
    });
    for (let tick = 1; tick <= 1_000; tick += 1) {
      quotes.push(quoteOf(tick % 2 ? 'AAPL' : 'MSFT', { price: tick }));
      portfolio.push({ ...PORTFOLIO, totalValue: tick });
    }
    expect(requested).toHaveLength(1);
    expect(seen).toEqual({ quotes: 0, portfolio: 0 });
    pass();
    expect(seen).toEqual({ quotes: 1, portfolio: 1 });
    expect(quotes.getState().bySymbol.MSFT?.price).toBe(1_000);
    expect(quotes.getState().bySymbol.AAPL?.price).toBe(999);
    expect(portfolio.getState().portfolio?.totalValue).toBe(1_000);
  });

  test('what is asked for during a frame comes in the next one', () => {
    const { frame, requested, pass } = manualFrames();
    const again = jest.fn();
    frame.schedule(() => frame.schedule(again));
    pass();
    expect(again).not.toHaveBeenCalled();
    expect(requested).toHaveLength(1);
    pass();
    expect(again).toHaveBeenCalledTimes(1);
  });
});

describe('quotes', () => {
  test('symbols that did not change keep their object', () => {
    const { frame, pass } = manualFrames();
    const quotes = createQuotesStore({ frame, timers: manualTimers() });
    quotes.push(quoteOf('AAPL'));
    quotes.push(quoteOf('MSFT'));
    pass();
    const before = quotes.getState().bySymbol;
    quotes.push(quoteOf('MSFT', { price: 1 }));
    pass();
    expect(quotes.getState().bySymbol.AAPL).toBe(before.AAPL);
    expect(quotes.getState().bySymbol.MSFT).not.toBe(before.MSFT);
  });

  test('a stale or closed quote says nothing about where prices come from', () => {
    const { frame, pass } = manualFrames();
    const quotes = createQuotesStore({ frame, timers: manualTimers() });
    quotes.push(quoteOf('AAPL', { state: 'replay' }));
    pass();
    quotes.push(quoteOf('AAPL', { state: 'stale' }));
    pass();
    expect(quotes.getState().source).toBe('replay');
  });
});

test('positions that did not change keep their object', () => {
  const { frame, pass } = manualFrames();
  const portfolio = createPortfolioStore({ frame, timers: manualTimers() });
  const [position] = PORTFOLIO.positions;
  const other = { ...position!, symbol: 'MSFT' };
  portfolio.push({ ...PORTFOLIO, positions: [position!, other] });
  pass();
  const before = portfolio.getState().portfolio?.positions;
  portfolio.push({ ...PORTFOLIO, positions: [{ ...position! }, { ...other, price: 1 }] });
  pass();
  const after = portfolio.getState().portfolio?.positions;
  expect(after?.[0]).toBe(before?.[0]);
  expect(after?.[1]).not.toBe(before?.[1]);
});

describe('orders', () => {
  const later = '2026-11-20T15:05:00.000Z';
  test('a list that was asked for before an update does not undo it', () => {
    const orders = createOrdersStore();
    orders.apply({ ...ORDER, status: 'filled', updatedAt: later });
    orders.load([ORDER]);
    expect(orders.getState()).toMatchObject({ status: 'ready', byId: { o1: { status: 'filled' } } });
  });

  test('a final state is never left, whatever the clock of the answer says', () => {
    const orders = createOrdersStore();
    orders.apply({ ...ORDER, status: 'cancelled' });
    orders.apply({ ...ORDER, status: 'working', updatedAt: later });
    expect(orders.getState().byId.o1?.status).toBe('cancelled');
  });
});

test('trades are kept newest first, two hundred of them', () => {
  const trades = createTradesStore();
  for (let seq = 1; seq <= 250; seq += 1) {
    const entry = executed(seq);
    if (isTrade(entry)) trades.add(entry);
  }
  const { entries } = trades.getState();
  expect(entries).toHaveLength(200);
  expect(entries[0]?.payload.seq).toBe(250);
});

describe('the watchlist', () => {
  /** What the server holds; `down` while it does not answer. */
  const shared = (symbols: string[] = []) => {
    const server = { symbols, saves: [] as string[][], down: false };
    const answer = async () => {
      if (server.down) throw new Error('The server does not answer.');
      return { symbols: server.symbols };
    };
    const saveWatchlist = async (list: string[]) => {
      await answer();
      server.saves.push(list);
      server.symbols = list;
      return { symbols: list };
    };
    const open = () => createWatchlistStore({ api: { watchlist: answer, saveWatchlist } });
    return { server, open };
  };

  test('changes in quick succession are saved one after the other, the last one last', async () => {
    const { server, open } = shared();
    const watchlist = open();
    for (const symbol of ['AAPL', 'MSFT', 'TSLA']) watchlist.add(symbol);
    await until(() => server.symbols.length === 3);
    expect(server.saves).toEqual([['AAPL'], ['AAPL', 'MSFT', 'TSLA']]);
    expect(watchlist.getState().symbols).toEqual(['AAPL', 'MSFT', 'TSLA']);
  });

  test('a change is made to the list as another tab has left it, and that one learns of it', async () => {
    const { server, open } = shared(['AAPL', 'MSFT']);
    const [first, second] = [open(), open()];
    await Promise.all([first.load(), second.load()]);
    first.add('TSLA');
    await until(() => server.saves.length === 1);
    second.remove('MSFT');
    await until(() => server.saves.length === 2);
    expect(server.symbols).toEqual(['AAPL', 'TSLA']);
    await until(() => second.getState().symbols.includes('TSLA'));
    await first.sync();
    expect(first.getState().symbols).toEqual(['AAPL', 'TSLA']);
  });

  test('what could not be saved stays on screen and is saved when the server is back', async () => {
    const { server, open } = shared(['AAPL']);
    const watchlist = open();
    await watchlist.load();
    server.down = true;
    watchlist.add('TSLA');
    await until(() => watchlist.getState().saveError !== null);
    expect(watchlist.getState().symbols).toEqual(['AAPL', 'TSLA']);
    server.down = false;
    server.symbols = ['AAPL', 'NVDA'];
    await watchlist.sync();
    expect(server.symbols).toEqual(['AAPL', 'NVDA', 'TSLA']);
    expect(watchlist.getState()).toMatchObject({ symbols: ['AAPL', 'NVDA', 'TSLA'], saveError: null });
  });

  test('it is full one symbol before the limit of the connection', () => {
    const watchlist = createWatchlistStore({
      api: { watchlist: async () => ({ symbols: [] }), saveWatchlist: async (symbols) => ({ symbols }) },
    });
    for (let index = 0; index < 60; index += 1) watchlist.add(`S${index}`);
    expect(watchlist.getState().symbols).toHaveLength(49);
  });
});

describe('candles', () => {
  const at = (second: number, price: number) =>
    quoteOf('AAPL', { price, timestamp: new Date(second * 1_000).toISOString() });
  const bars: readonly Bar[] = [{ time: 600, open: 10, high: 11, low: 9, close: 10 }];

  test('a quote of the running minute moves its close, high and low', () => {
    expect(withQuote(bars, at(659, 12))).toEqual([{ time: 600, open: 10, high: 12, low: 9, close: 12 }]);
    expect(withQuote(bars, at(601, 8))).toEqual([{ time: 600, open: 10, high: 11, low: 8, close: 8 }]);
  });

  test('a quote of a later minute starts a bar, one of an earlier minute changes nothing', () => {
    expect(withQuote(bars, at(660, 12))).toEqual([
      ...bars,
      { time: 660, open: 12, high: 12, low: 12, close: 12 },
    ]);
    expect(withQuote(bars, at(599, 12))).toBe(bars);
    expect(withQuote(bars, quoteOf('AAPL', { timestamp: 'never' }))).toBe(bars);
    expect(withQuote(bars, at(630, 10))).toBe(bars);
  });

  test('a chart continues a history that grew, and draws anew what only looks like it', () => {
    const day = [
      ...bars,
      { time: 660, open: 10, high: 10, low: 10, close: 10 },
      { time: 720, open: 10, high: 10, low: 10, close: 10 },
    ];
    expect(continues(day, withQuote(day, at(725, 12)))).toBe(true);
    expect(continues(day, withQuote(day, at(780, 12)))).toBe(true);
    const otherSymbol = day.map((bar) => ({ ...bar }));
    expect(continues(day, otherSymbol)).toBe(false);
    expect(continues([], day)).toBe(false);
    expect(continues(day, day.slice(0, 2))).toBe(false);
  });

  test('many symbols are loaded four at a time, each once', async () => {
    const asked: string[] = [];
    let most = 0;
    let running = 0;
    const candles = createCandlesStore({
      timers: manualTimers(),
      api: {
        async candles(symbol) {
          asked.push(symbol);
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return [...BARS];
        },
      },
    });
    const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
    for (const symbol of [...symbols, ...symbols]) candles.load(symbol);
    await until(() => symbols.every((symbol) => candles.getState().bySymbol[symbol]?.status === 'ready'));
    expect(asked).toEqual(symbols);
    expect(most).toBe(4);
  });

  test('a history that is empty at first is asked for again a few times', async () => {
    const timers = manualTimers();
    const answers: (typeof BARS)[] = [[], [], BARS];
    const candles = createCandlesStore({ timers, api: { candles: async () => [...answers.shift()!] } });
    const status = () => candles.getState().bySymbol.AAPL?.status;
    candles.load('AAPL');
    await until(() => timers.waits().includes(1_000));
    expect(status()).toBe('loading');
    timers.advance(1_000);
    await until(() => timers.waits().includes(5_000));
    expect(status()).toBe('ready');
    timers.advance(5_000);
    await until(() => candles.getState().bySymbol.AAPL?.bars.length === BARS.length);
    expect(timers.waits()).toEqual([]);
  });

  test('a history that is not to be had at the moment is a failure, not an empty day, and is asked for again when the server says', async () => {
    const timers = manualTimers();
    const away = () => new ApiError('UNAVAILABLE', 'Not now.', { answered: true, retryAfterMs: 2_000 });
    const answers: (typeof BARS | ApiError)[] = [away(), away(), BARS];
    const candles = createCandlesStore({
      timers,
      api: {
        async candles() {
          const answer = answers.shift()!;
          if (answer instanceof ApiError) throw answer;
          return [...answer];
        },
      },
    });
    const held = () => candles.getState().bySymbol.AAPL;
    candles.load('AAPL');
    await until(() => timers.waits().includes(2_000));
    expect(held()).toEqual({ status: 'failed', bars: [] });
    timers.advance(2_000);
    await until(() => timers.waits().includes(5_000));
    timers.advance(5_000);
    await until(() => held()?.status === 'ready');
    expect(held()?.bars).toHaveLength(BARS.length);
    expect(timers.waits()).toEqual([]);
  });

  test('a failed reload keeps the bars it has', async () => {
    let works = true;
    const candles = createCandlesStore({
      timers: manualTimers(),
      api: {
        candles: async () => {
          if (!works) throw new Error('away');
          return [...BARS];
        },
      },
    });
    candles.load('AAPL');
    await until(() => candles.getState().bySymbol.AAPL?.status === 'ready');
    works = false;
    candles.reload();
    await until(() => candles.getState().bySymbol.AAPL?.status === 'failed');
    expect(candles.getState().bySymbol.AAPL?.bars).toHaveLength(BARS.length);
  });
});
