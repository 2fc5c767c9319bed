/** Recorded days through the replay's normalisation, in a process of its own. */
import { silentLog } from '../../rig/log.ts';
import { serve } from '../../rig/processes/child.ts';
import { leanTradeLines } from '../../rig/recordings/lean-days.ts';
import { writeLines } from '../../rig/recordings/write-lines.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { STOCKS } from '../../src/adapters/massive/clusters.ts';
import { createFrameReader, type FrameReader } from '../../src/adapters/massive/frames.ts';
import { createScopeRouting } from '../../src/adapters/massive/scope.ts';
import { createReplayFeed } from '../../src/adapters/replay/feed.ts';
import { readLines } from '../../src/adapters/replay/lines.ts';
import type { FeedSink } from '../../src/domain/market/feed.ts';
import { createMarket } from '../../src/domain/market/market.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { createQuoteBook } from '../../src/domain/market/quote-book.ts';
import { STOCK_TOPICS } from '../../src/domain/market/topics.ts';
import { createOffExchangeSums, type OffExchangeSums } from '../../src/domain/off-exchange/sums.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** What a replay file is made from. */
export interface ReplayDays {
  /** The folder that holds `lean/`. */
  readonly root: string;
  readonly days: readonly string[];
  readonly symbols: readonly string[];
}

function* tradesOf({ root, days, symbols }: ReplayDays): Generator<string> {
  for (const day of days) yield* leanTradeLines(root, day, { symbols });
}

/** Runs `take` over the lines of the file; answers with the seconds spent in it, reading and splitting apart. */
async function timeLines(file: string, take: (lines: readonly string[]) => void): Promise<number> {
  let spent = 0;
  for await (const lines of readLines(file)) {
    const startedAt = performance.now();
    take(lines);
    spent += performance.now() - startedAt;
  }
  return spent / 1_000;
}

export interface PrintSeconds {
  readonly parse: number;
  readonly sums: number;
  /** Prints that count. */
  readonly prints: number;
}

/** Upstream puts about as many trades into one frame when the market is busy. */
const TRADES_PER_FRAME = 50;

function framesOf(lines: readonly string[]): string[] {
  const events = lines.filter((line) => line !== '');
  const count = Math.ceil(events.length / TRADES_PER_FRAME);
  return Array.from({ length: count }, (_, i) => {
    const first = i * TRADES_PER_FRAME;
    return `[${events.slice(first, first + TRADES_PER_FRAME).join()}]`;
  });
}

function secondsOf(frames: readonly string[], take: (frame: string) => void): number {
  const startedAt = performance.now();
  for (const frame of frames) take(frame);
  return (performance.now() - startedAt) / 1_000;
}

/** The reader of a connection that has every trade of the market, with nothing but the sums behind it. */
function readerOfAll(sums: OffExchangeSums, quoted: ReadonlySet<string>): FrameReader {
  const nobody = new Set<string>();
  const sink = { ...DEAF, tape: { trade: sums.trade, nbbo: sums.nbbo } };
  const routing = createScopeRouting({
    sink,
    wanted: () => nobody,
    scope: () => ({ quoted }),
    shed: { trades: 0, lastAt: null },
    clock: systemClock,
    log: silentLog,
  });
  routing.stop();
  return createFrameReader({ ...sink, ...routing.sink }, () => {}, STOCKS, routing.readsTrade);
}

/** Nothing is wanted: all goes to the tape. */
const DEAF: FeedSink = {
  trade() {},
  nbbo() {},
  halt() {},
  bar() {},
  day() {},
  candles() {},
  confirmed() {},
  dropped() {},
  restarted() {},
  status() {},
};

const methods = {
  /** Writes the days' trades as upstream events; answers with how many lines. */
  write: ({ file, ...days }: ReplayDays & { file: string }): number => writeLines(file, tradesOf(days)),

  /**
   * Seconds of the same trades as frames of every trade of the market: JSON.parse of the frames alone, and from their text
   * to the sums. `followed` are the symbols whose trades on exchanges are read as well.
   */
  async prints({ file, followed }: { file: string; followed: readonly string[] }): Promise<PrintSeconds> {
    const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
    const reader = readerOfAll(sums, new Set(followed));
    const spent = { parse: 0, sums: 0 };
    for await (const lines of readLines(file)) {
      const frames = framesOf(lines);
      const receivedAt = Date.now();
      spent.parse += secondsOf(frames, (frame) => JSON.parse(frame));
      spent.sums += secondsOf(frames, (frame) => reader.read(frame, receivedAt));
    }
    return { ...spent, prints: sums.counters.counted };
  },

  /** Seconds that JSON.parse of every line takes. */
  parse: (file: string): Promise<number> =>
    timeLines(file, (lines) => {
      for (const line of lines) if (line !== '') JSON.parse(line);
    }),

  /** Seconds from the text of every line to the quote book, and how many trades arrived there. */
  async book(file: string): Promise<{ seconds: number; trades: number }> {
    const book = createQuoteBook();
    let trades = 0;
    const reader = createFrameReader(
      {
        halt: book.halt,
        trade(tick) {
          if (book.trade(tick)) trades += 1;
        },
        nbbo: book.nbbo,
        bar: book.bar,
        day: book.day,
        dropped() {},
      },
      () => {},
    );
    const seconds = await timeLines(file, (lines) => {
      const receivedAt = Date.now();
      for (const line of lines) if (line !== '') reader.read(line, receivedAt);
      // The market asks for what changed on every tick.
      book.takeChanged(() => 'replay');
    });
    return { seconds, trades };
  },

  /** Seconds that the whole engine takes at REPLAY_SPEED=max: file, normalisation, quote book, candles, ticks on the bus. */
  async engine(file: string): Promise<number> {
    const feed = createReplayFeed({ file, speed: 'max', loop: false, clock: systemClock, log: silentLog });
    const startedAt = performance.now();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const market = createMarket({
      topics: STOCK_TOPICS,
      feed: {
        ...feed,
        start: (sink) => feed.start(withStatus(sink, () => feed.status().state === 'ended' && end())),
      },
      bus: createLocalBus(silentLog),
      clock: systemClock,
      hours: createMarketHours('always'),
      log: silentLog,
      replica: 'bench',
      flushIntervalMs: 50,
      current: () => 1,
      halts: null,
    });
    market.start(1);
    await ended;
    const seconds = (performance.now() - startedAt) / 1_000;
    await market.stop();
    return seconds;
  },
};
export type ReplayMethods = typeof methods;

/** The sink itself, with a listener to changes of its status. */
function withStatus(sink: FeedSink, onStatus: () => void): FeedSink {
  return {
    ...sink,
    status(status) {
      sink.status(status);
      onStatus();
    },
  };
}

serve(methods);
