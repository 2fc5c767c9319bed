import { describe, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import type { LastQuote } from '../../src/domain/market/discreet.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import type { Split } from '../../src/domain/market/splits.ts';
import { isFresh } from '../../src/domain/market/staleness.ts';
import { signalsTopic } from '../../src/domain/signals/topics.ts';
import { ASK_AFTER_MS } from '../../src/domain/signals/track-record/asked-quotes.ts';
import type {
  DueQuote,
  NextQuote,
  QuotedSignal,
  RecordedQuote,
} from '../../src/domain/signals/track-record/quote-log.ts';
import { startQuoteRecorder } from '../../src/domain/signals/track-record/quote-recorder.ts';
import { createRatioOf } from '../../src/domain/signals/track-record/split-ratio.ts';
import { createTrackRecord, recordSteps } from '../../src/domain/signals/track-record/track-record.ts';
import { NEXT_QUOTE_WITHIN_MS } from '../../src/domain/signals/track-record/waiting.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import type { SourceRecord } from '../../src/protocol/signal-reports.ts';
import { createManualClock } from '../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T18:00:00Z');
const OPEN = Date.parse('2026-01-02T15:00:00Z');
const MINUTE_MS = 60_000;

/** A quote two dollars wide. */
const around = (price: number): RecordedQuote => ({ bid: price - 1, ask: price + 1 });
function signal(
  minute: number,
  action: QuotedSignal['action'],
  of: Partial<QuotedSignal> = {},
): QuotedSignal {
  const acceptedAt = OPEN + minute * MINUTE_MS;
  return {
    ...{
      id: `${minute} ${action}`,
      isEdit: false,
      source: 'momentum',
      stream: 'free',
      symbol: 'AAPL',
      action,
      acceptedAt,
    },
    ...{ expiresAt: null, accepted: around(100), expired: null, ...of },
  };
}
/** One record per source, computed in one turn. */
const toRecords = (
  signals: readonly QuotedSignal[],
  now: number,
  splits: readonly Split[] = [],
): SourceRecord[] =>
  [...Map.groupBy(signals, ({ source }) => source).values()].flatMap((own) => {
    const steps = recordSteps(own, now, createRatioOf(splits));
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value ?? [];
  });
const recordOf = (...signals: QuotedSignal[]) => toRecords(signals, NOW)[0]!;
const RESULTS = ['finished', 'won', 'open', 'notRecorded', 'winRate', 'averagePercent', 'reason'] as const;
const resultsOf = (...signals: QuotedSignal[]) => {
  const record = recordOf(...signals);
  return Object.fromEntries(RESULTS.map((key) => [key, record[key]]));
};

describe('the track record of a source', () => {
  test('is what a follower gets who pays the ask, sells at the bid, and leaves at the close', () => {
    const record = recordOf(signal(0, 'buy'), signal(10, 'close', { accepted: around(112.1) }));
    // 111.1 - 101 of 101.
    expect(record).toEqual({
      ...{ source: 'momentum', signals: 2, since: '2026-01-02T15:00:00.000Z' },
      ...{ finished: 1, won: 1, open: 0, notRecorded: 0, winRate: 100 },
      ...{ averagePercent: 10, bestPercent: 10, worstPercent: 10 },
    });
  });

  test('counts a share that was split between begin and end as the several that it became', () => {
    const day = 24 * 60;
    // Bought at 101; four shares are worth 111.1 in all.
    const split = { symbol: 'AAPL', day: '2026-01-03', from: 1, to: 4 };
    const sold = { accepted: { bid: 27.775, ask: 28 } };
    const result = (of: Partial<QuotedSignal>, splits: readonly Split[]) => {
      const signals = [signal(0, 'buy', of), signal(day, 'close', { ...sold, ...of, ...sold })];
      return toRecords(signals, NOW + 2 * day * MINUTE_MS, splits)[0];
    };
    expect(result({}, [split])).toMatchObject({ finished: 1, won: 1, averagePercent: 10 });
    // It was over before the trade began, or is of another share.
    for (const other of [{ day: '2026-01-02' }, { symbol: 'MSFT' }])
      expect(result({}, [{ ...split, ...other }])).toMatchObject({ finished: 1, averagePercent: -72.5 });
    // What a contract stands for since is another thing.
    expect(result({ symbol: 'O:AAPL281215C00150000' }, [split])).toMatchObject({
      finished: 0,
      notRecorded: 1,
    });
  });

  test('counts a sell as short, and an opposite signal as the end of one trade and the begin of another', () => {
    // Short at 99, back at 111 (−12.1212 %), long at 111, sold at 99 (−10.8108 %).
    expect(
      resultsOf(signal(0, 'sell'), signal(5, 'buy', { accepted: around(110) }), signal(9, 'sell')),
    ).toMatchObject({ finished: 2, won: 0, open: 1, averagePercent: -11.466 });
  });

  test('does not add to a trade; the newer signal says when it expires', () => {
    const expiresAt = OPEN + 30 * MINUTE_MS;
    expect(
      resultsOf(
        signal(0, 'buy', { expiresAt: OPEN + 10 * MINUTE_MS, expired: around(50) }),
        signal(5, 'buy', { accepted: around(200), expiresAt, expired: around(112.1) }),
      ),
    ).toMatchObject({ finished: 1, averagePercent: 10, open: 0 });
  });

  test('leaves at the next quote after the expiry, and a close without a trade does nothing', () => {
    const expiresAt = OPEN + 10 * MINUTE_MS;
    expect(
      resultsOf(
        signal(0, 'buy', { expiresAt, expired: around(112.1) }),
        signal(20, 'close', { accepted: around(1) }),
      ),
    ).toMatchObject({ finished: 1, averagePercent: 10 });
  });

  test('has no result where a price was not recorded, and says why nothing is there', () => {
    const unknown = { finished: 0, won: 0, winRate: null, averagePercent: null };
    expect(resultsOf(signal(0, 'buy', { accepted: null }), signal(1, 'close'))).toMatchObject({
      ...unknown,
      ...{ notRecorded: 1, reason: 'PRICES_NOT_RECORDED' },
    });
    expect(resultsOf(signal(0, 'buy'), signal(1, 'close', { accepted: null }))).toMatchObject({
      ...unknown,
      notRecorded: 1,
    });
    expect(resultsOf(signal(0, 'buy'))).toMatchObject({ ...unknown, open: 1, reason: 'NOTHING_FINISHED' });
  });

  test('counts an edit of a signal neither as another signal nor as a trade, whatever side it names', () => {
    const bought = signal(0, 'buy', { id: 'one' });
    const edit = (minute: number, action: QuotedSignal['action'], of: object = {}) =>
      signal(minute, action, { id: 'one', isEdit: true, accepted: around(50), ...of });
    const close = signal(10, 'close', { accepted: around(112.1) });
    const record = recordOf(
      bought,
      edit(2, 'sell'),
      edit(3, 'close'),
      edit(4, 'buy', { symbol: 'MSFT' }),
      close,
    );
    expect(record).toMatchObject({ signals: 2, finished: 1, open: 0, averagePercent: 10 });
    expect(toRecords([edit(2, 'sell')], NOW)).toEqual([]);
    // Only the signal that a trade rests on says when it ends.
    const second = signal(1, 'buy', { id: 'two' });
    const expiring = { expiresAt: OPEN + 5 * MINUTE_MS, expired: around(1) };
    expect(resultsOf(bought, second, edit(2, 'buy', expiring))).toMatchObject({ open: 1, finished: 0 });
  });

  test('ends a trade when the newest edit of its signal says; one that comes after the end changes nothing', () => {
    const bought = signal(0, 'buy', {
      ...{ id: 'one', expiresAt: OPEN + 10 * MINUTE_MS, expired: around(50) },
    });
    const edit = (minute: number) =>
      signal(minute, 'buy', {
        ...{ id: 'one', isEdit: true, expiresAt: OPEN + 30 * MINUTE_MS, expired: around(112.1) },
      });
    expect(resultsOf(bought, edit(5))).toMatchObject({ finished: 1, won: 1, averagePercent: 10 });
    expect(resultsOf(bought, edit(11))).toMatchObject({ finished: 1, won: 0 });
  });

  test('is computed once for many that ask within a second, and apart for what each may read', async () => {
    const clock = createManualClock(NOW);
    const asked: string[] = [];
    const trackRecord = createTrackRecord(
      {
        sources: async () => ['momentum'],
        splits: async () => [],
        async quoted({ streams, source }) {
          asked.push(`${streams} ${source}`);
          return streams.map((stream) => signal(0, 'buy', { stream }));
        },
      },
      clock,
    );
    const askAll = () =>
      Promise.all([trackRecord(['free']), trackRecord(['free']), trackRecord(['free', 'premium'])]);
    const [first, second, both] = await askAll();
    expect([first, second, both].map((records) => records?.[0]?.signals)).toEqual([1, 1, 2]);
    await trackRecord(['free'], 'momentum');
    expect(asked).toEqual(['free momentum', 'free,premium momentum']);
    clock.advance(1_000);
    await askAll();
    expect(asked).toHaveLength(4);
  });

  test('of a source with many signals is computed in many turns, and again after ten seconds', async () => {
    const clock = createManualClock(NOW);
    let [asked, turns] = [0, 0];
    const many = Array.from({ length: 2_000 }, (_, i) =>
      signal(i / 20, i % 2 ? 'close' : 'buy', { id: `${i}` }),
    );
    const trackRecord = createTrackRecord(
      {
        sources: async () => ['momentum', 'reversal'],
        splits: async () => [],
        async quoted({ source }) {
          asked += 1;
          return source === 'momentum' ? many : [signal(0, 'buy', { source })];
        },
      },
      clock,
    );
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const records = await trackRecord(['free']);
    isDone = true;
    expect(records.map(({ source, finished }) => [source, finished])).toEqual([
      ['momentum', 1_000],
      ['reversal', 0],
    ]);
    expect(turns).toBeGreaterThanOrEqual(10);
    clock.advance(9_999);
    await trackRecord(['free']);
    expect(asked).toBe(3);
    clock.advance(1_000);
    await trackRecord(['free']);
    expect(asked).toBe(5);
  });

  test('a trade ends at the expiry of the newest edit of its signal, whatever symbol the edit names', () => {
    const bought = signal(0, 'buy', { id: 'one' });
    const ending = { expiresAt: OPEN + 10 * MINUTE_MS, expired: around(112.1) };
    const edit = signal(5, 'buy', { ...ending, id: 'one', isEdit: true, symbol: 'MSFT' });
    expect(resultsOf(bought, edit)).toMatchObject({ finished: 1, averagePercent: 10, open: 0 });
  });

  test('waits a minute for the quote after an expiry before it calls it missing', () => {
    const expiring = (ago: number) => signal(0, 'buy', { expiresAt: NOW - ago });
    expect(resultsOf(expiring(NEXT_QUOTE_WITHIN_MS - 1))).toMatchObject({ open: 1, notRecorded: 0 });
    expect(resultsOf(expiring(NEXT_QUOTE_WITHIN_MS))).toMatchObject({ open: 0, notRecorded: 1 });
  });

  test('follows each source, stream and symbol by itself', () => {
    const records = toRecords(
      [
        signal(0, 'buy'),
        signal(1, 'close', { stream: 'premium' }),
        signal(2, 'close', { symbol: 'MSFT' }),
        signal(3, 'close', { source: 'reversal' }),
      ],
      NOW,
    );
    expect(records.map(({ source, signals, open }) => [source, signals, open])).toEqual([
      ['momentum', 3, 1],
      ['reversal', 1, 0],
    ]);
  });
});

describe('the recorder of quotes', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  function start({ isEngine = true, covers = 'AAPL' } = {}) {
    const clock = createManualClock(NOW);
    const bus = createLocalBus(silentLog);
    const recorded: NextQuote[] = [];
    const asked: [from: number, to: number][] = [];
    const state = {
      due: [] as DueQuote[],
      wanted: [] as string[],
      see: (_: readonly Quote[]): void => {},
      fails: false,
      refused: 0,
      questions: [] as string[],
      answer: (): LastQuote | undefined => undefined,
    };
    startQuoteRecorder({
      quoteLog: {
        async due(from, to) {
          asked.push([from, to]);
          return state.due;
        },
        async record(quotes) {
          if (state.fails) throw new TradecastError('UNAVAILABLE', 'the database is away');
          if (quotes.some(({ seq }) => seq === state.refused)) throw new Error('refused for good');
          recorded.push(...quotes);
        },
      },
      markets: [
        {
          covers: (symbol) => symbol === covers,
          fits: (quote) => isFresh(quote, clock.now()),
          board: {
            onChange(listener) {
              state.see = listener;
              return () => {};
            },
          },
          demand: {
            set(_part, symbols) {
              state.wanted = [...symbols];
            },
          },
        },
      ],
      questions: {
        async lastQuote(symbol) {
          state.questions.push(symbol);
          return state.answer();
        },
      },
      bus,
      isEngine: () => isEngine,
      clock,
      log: silentLog,
    });
    const quote = (price: number, of: Partial<Quote> = {}): void =>
      state.see([
        {
          ...{
            symbol: 'AAPL',
            price,
            ...around(price),
            volume: 1,
            sourceTime: clock.now(),
            receivedAt: clock.now(),
            nbboReceivedAt: clock.now(),
          },
          ...{ state: 'live', ...of },
        },
      ]);
    const notice = (
      seq: number,
      expiresAt?: number,
      {
        premium = false,
        symbol = 'AAPL',
        event = 'signal:new',
      }: { premium?: boolean; symbol?: string; event?: 'signal:new' | 'signal:updated' } = {},
    ): void => {
      const stream = premium ? ('premium' as const) : ('free' as const);
      const payload = {
        ...{ id: `one-${seq}`, revision: 1, symbol, action: 'buy' as const, source: 'momentum' },
        ...{ premium, timestamp: new Date(clock.now()).toISOString(), stream },
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      };
      const records = [{ seq, event, payload, receivedAt: clock.now() }];
      bus.publish(signalsTopic, { stream, epoch: 'one', records });
    };
    const look = async (): Promise<void> => {
      clock.advance(1_000);
      await settled();
    };
    return { clock, recorded, asked, state, quote, notice, look };
  }
  const due = (seq: number, at: number): DueQuote => ({
    stream: 'free',
    seq,
    moment: 'expired',
    symbol: 'AAPL',
    at,
  });

  test('takes the first quote after the signal, and no earlier, stale or half one', async () => {
    const { clock, recorded, state, quote, notice, look } = start();
    notice(1);
    expect(state.wanted).toEqual(['AAPL']);
    quote(100);
    clock.advance(1);
    quote(101, { state: 'stale' });
    quote(102, { ask: undefined as never });
    quote(103);
    quote(104);
    await look();
    expect(recorded).toEqual([
      { stream: 'free', seq: 1, moment: 'accepted', at: NOW, ...around(103), quotedAt: NOW + 1 },
    ]);
  });

  test('does not take the bid and ask of before the signal for its next quote when a trade moves the price', async () => {
    const { clock, recorded, quote, notice, look } = start();
    const before = clock.now() - 1;
    notice(1);
    clock.advance(1);
    quote(101, { nbboReceivedAt: before });
    quote(102, { nbboReceivedAt: undefined as never });
    clock.advance(1);
    quote(103);
    await look();
    expect(recorded).toEqual([
      { stream: 'free', seq: 1, moment: 'accepted', at: NOW, ...around(103), quotedAt: NOW + 2 },
    ]);
  });

  test.each([
    ['takes a quote of a minute after the signal', 0, 1],
    ['takes none that is later, also before it has looked again', 1, 0],
  ])('%s', async (_what, late, taken) => {
    const { clock, recorded, quote, notice, look } = start();
    notice(1);
    for (let second = 0; second < 60; second++) await look();
    clock.advance(late);
    quote(100);
    await look();
    expect(recorded).toHaveLength(taken);
  });

  test('takes the first quote after an expiry that is over before the database is asked again', async () => {
    const { clock, recorded, quote, notice, look } = start();
    await look();
    notice(1, clock.now() + 2_500);
    quote(100, { nbboReceivedAt: clock.now() + 1 });
    await look();
    await look();
    clock.advance(500);
    quote(101);
    clock.advance(1);
    quote(102);
    await look();
    expect(recorded.map(({ moment, bid }) => [moment, bid])).toEqual([
      ['accepted', 99],
      ['expired', 101],
    ]);
  });

  test('asks the database which symbol an edit belongs to that ends soon', async () => {
    const { clock, asked, recorded, state, quote, notice, look } = start();
    await look();
    notice(1, clock.now() + 2_500, { event: 'signal:updated' });
    state.due = [due(1, clock.now() + 2_500)];
    await look();
    expect(asked).toHaveLength(2);
    await look();
    await look();
    quote(101);
    await look();
    expect(recorded).toMatchObject([{ seq: 1, moment: 'expired', ...around(101) }]);
  });

  test('asks the feed for no symbol whose signal expires much later', async () => {
    const { clock, state, quote, notice, look } = start();
    await look();
    notice(1, clock.now() + 60_000);
    clock.advance(1);
    quote(100);
    await look();
    expect(state.wanted).toEqual([]);
  });

  test('finds in the database what expires, and what no notice told of', async () => {
    const { recorded, asked, state, quote, look } = start();
    state.due = [due(1, NOW + 500)];
    await look();
    expect(asked).toEqual([[NOW + 1_000 - NEXT_QUOTE_WITHIN_MS, NOW + 21_000]]);
    quote(100);
    state.due = [];
    await look();
    expect(recorded).toMatchObject([{ seq: 1, moment: 'expired', ...around(100) }]);
    expect(state.wanted).toEqual([]);
  });

  test('asks the database every ten seconds, and gives up a signal without a quote after a minute', async () => {
    const { recorded, asked, state, quote, notice, look } = start();
    notice(1);
    for (let second = 0; second < 60; second++) await look();
    expect(asked).toHaveLength(6);
    expect(state.wanted).toEqual(['AAPL']);
    await look();
    expect(state.wanted).toEqual([]);
    quote(100);
    await look();
    expect(recorded).toEqual([]);
  });

  const PREMIUM = { premium: true };
  const seconds = async (look: () => Promise<void>, count: number): Promise<void> => {
    for (let second = 0; second < count; second++) await look();
  };

  test('never asks the feed for the symbol of a premium signal, nor of its expiry; a free one beside it does', async () => {
    const { clock, state, notice, look } = start();
    notice(1, clock.now() + 2_000, PREMIUM);
    expect(state.wanted).toEqual([]);
    state.due = [{ ...due(1, NOW + 2_000), stream: 'premium' }];
    await seconds(look, 5);
    expect(state.wanted).toEqual([]);
    notice(1);
    expect(state.wanted).toEqual(['AAPL']);
  });

  test('takes the quote of a premium signal from the feed where others watch its symbol', async () => {
    const { clock, recorded, state, quote, notice, look } = start();
    notice(1, undefined, PREMIUM);
    clock.advance(1);
    quote(101);
    await seconds(look, 3);
    expect(recorded).toEqual([
      { stream: 'premium', seq: 1, moment: 'accepted', at: NOW, ...around(101), quotedAt: NOW + 1 },
    ]);
    expect(state.questions).toEqual([]);
  });

  test('asks the source by itself until it has a quote of after the premium signal, and records that', async () => {
    const { clock, recorded, state, notice, look } = start();
    state.answer = () => ({ ...around(99), time: NOW });
    notice(1, undefined, PREMIUM);
    await seconds(look, 4);
    expect(state.questions).toHaveLength(2);
    state.answer = () => ({ ...around(103), time: clock.now() - 1 });
    await seconds(look, 3);
    expect(recorded).toEqual([
      { stream: 'premium', seq: 1, moment: 'accepted', at: NOW, ...around(103), quotedAt: NOW + 4_999 },
    ]);
    await seconds(look, 60);
    expect(state.questions).toHaveLength(3);
  });

  test('asks five times in a minute, and once a second for all symbols together', async () => {
    const { state, notice, look } = start();
    notice(1, undefined, PREMIUM);
    await seconds(look, 70);
    expect(state.questions).toHaveLength(ASK_AFTER_MS.length);
    state.questions = [];
    for (let seq = 2; seq < 12; seq++) notice(seq, undefined, { ...PREMIUM, symbol: `S${seq}` });
    await seconds(look, 5);
    expect(state.questions).toHaveLength(5);
    expect(new Set(state.questions).size).toBe(5);
  });

  test('asks for one symbol at a time, however slow the source is, and goes on where it refuses', async () => {
    const { state, notice, look } = start();
    const slow = Promise.withResolvers<undefined>();
    state.answer = () => slow.promise as never;
    notice(1, undefined, PREMIUM);
    await seconds(look, 10);
    expect(state.questions).toHaveLength(1);
    slow.reject(new TradecastError('NOT_IN_PLAN', 'no'));
    await seconds(look, 1);
    expect(state.questions).toHaveLength(2);
  });

  test('keeps what it could not write for the next time', async () => {
    const { recorded, state, clock, quote, notice, look } = start();
    notice(1);
    clock.advance(1);
    quote(100);
    state.fails = true;
    await look();
    expect(recorded).toEqual([]);
    state.fails = false;
    await look();
    expect(recorded).toHaveLength(1);
  });

  test('goes on where the database refuses a quote, and writes those beside it', async () => {
    const { recorded, asked, state, clock, quote, notice, look } = start();
    for (const seq of [1, 2, 3]) notice(seq);
    clock.advance(1);
    quote(100);
    state.refused = 2;
    await look();
    expect(recorded.map(({ seq }) => seq)).toEqual([1, 3]);
    await look();
    expect(recorded).toHaveLength(2);
    expect(asked).toHaveLength(1);
  });

  test('renews its wishes and asks the database also while it cannot write', async () => {
    const { asked, state, clock, quote, notice, look } = start();
    notice(1);
    clock.advance(1);
    quote(100);
    state.fails = true;
    await look();
    expect([asked.length, state.wanted]).toEqual([1, []]);
  });

  test('rests where another replica is the engine', async () => {
    const { recorded, asked, clock, quote, notice, look } = start({ isEngine: false });
    notice(1);
    clock.advance(1);
    quote(100);
    await look();
    expect([recorded, asked]).toEqual([[], []]);
  });
});
