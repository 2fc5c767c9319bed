import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import { newYorkDate } from '../../../src/protocol/new-york.ts';
import type { Bar } from '../lib/bars.ts';
import { type TimeframeId, timeframeOf } from '../lib/timeframes.ts';
import { joinBars, type MarketTick, withTick } from './bar-lists.ts';
import { type BarPagesOptions, createPages, type NewestBars } from './bar-pages.ts';
import { createShelf } from './bar-shelf.ts';

/** What a chart holds and draws at most: beyond it a device gets slow, and nobody scrolls that far bar by bar. */
const MAX_BARS = 20_000;
/** The source needs a moment before it has a bar that is over. */
const SETTLE_MS = 4_000;

export interface Failure {
  readonly code: ErrorCode;
  readonly sentence: string;
}

export interface BarHistory {
  readonly symbol: string;
  readonly timeframe: TimeframeId;
  readonly status: 'loading' | 'ready' | 'failed';
  /** Why it failed, or why its newest bars could not be brought up to date. */
  readonly failure: Failure | null;
  /** Oldest first. */
  readonly bars: readonly Bar[];
  /** The start of the newest bar that the source has; those after it are of ticks alone. */
  readonly settled: number | undefined;
  /** Whether there are older ones. */
  readonly older: 'more' | 'loading' | 'end' | 'failed';
  /** The newest bars may be missing: neither the source nor the server has answered lately. */
  readonly stale: boolean;
}

export interface BarHistoryState {
  /** Of the open symbol and timeframe; null before the first. */
  readonly shown: BarHistory | null;
}

export interface BarHistoryStore extends StoreApi<BarHistoryState> {
  open(symbol: string, timeframe: TimeframeId): void;
  /** The next page to the left, unless there is none. */
  loadOlder(): void;
  /** Whatever failed, again. */
  retry(): void;
  /** Brings the newest bars up to date: some may be missing. */
  refresh(): void;
  /** All of it anew: after a split, bars of before are told in other shares. */
  reload(): void;
  /** The running bar grows, or the next one begins. With a new day, which may begin with a split, all bars are read anew. */
  apply(tick: MarketTick): void;
  stop(): void;
}

export interface BarHistoryOptions extends BarPagesOptions {
  /** The present of a symbol, if it is known. */
  latest(symbol: string): MarketTick | undefined;
}

/** Errors that another request would only get again. */
const FINAL: readonly ErrorCode[] = ['NOT_IN_PLAN', 'UNKNOWN_SYMBOL', 'UNSUPPORTED_INSTRUMENT', 'VALIDATION'];
export const isFinal = ({ code }: Failure): boolean => FINAL.includes(code);

const failureOf = (error: unknown): Failure =>
  error instanceof TradecastError
    ? { code: error.code, sentence: error.message }
    : { code: 'INTERNAL', sentence: 'The history could not be read.' };

const keyOf = (symbol: string, timeframe: TimeframeId): string => `${symbol} ${timeframe}`;

export const nothingOf = (symbol: string, timeframe: TimeframeId): BarHistory => ({
  symbol,
  timeframe,
  status: 'loading',
  failure: null,
  bars: [],
  settled: undefined,
  older: 'end',
  stale: false,
});

/** How much was traded between two ticks. */
function createVolumeCount() {
  let before: number | undefined;
  return {
    restart: (tick: MarketTick | undefined) => {
      before = tick?.volume;
    },
    since({ volume }: MarketTick): number {
      const base = before ?? volume;
      before = volume;
      // A new day counts from zero.
      return volume < base ? volume : volume - base;
    },
  };
}

/** Whether a tick is the first of its day, in New York. */
function createDayCount() {
  let newest: string | undefined;
  const dayOf = ({ timestamp }: MarketTick): string => newYorkDate(Date.parse(timestamp));
  return {
    restart: (tick: MarketTick | undefined) => {
      newest = tick && dayOf(tick);
    },
    begins(tick: MarketTick): boolean {
      const before = newest ?? dayOf(tick);
      newest = dayOf(tick);
      return newest > before;
    },
  };
}

/** What is requested side by side: the newest bars, and a page of older ones. */
type Request = 'newest' | 'older';

/** The open history: its parts, and the answers that arrive while nothing has taken their place. */
function createOpenHistory() {
  const store = createStore<BarHistoryState>(() => ({ shown: null }));
  /** Counts requests: the answer to any but the newest of its kind is dropped. */
  const turns: Record<Request, number> = { newest: 0, older: 0 };
  return {
    store,
    shown: () => store.getState().shown,
    show(shown: BarHistory) {
      turns.newest += 1;
      turns.older += 1;
      store.setState({ shown });
    },
    put: (part: Partial<BarHistory>) =>
      store.setState((state) => (state.shown ? { shown: { ...state.shown, ...part } } : state)),
    async during<T>(
      request: Request,
      answer: Promise<T>,
      done: (value: T) => void,
      fail: (failure: Failure, retryAfterMs: number | undefined) => void,
    ) {
      turns[request] += 1;
      const own = turns[request];
      try {
        const value = await answer;
        if (own === turns[request]) done(value);
      } catch (error) {
        const wait = error instanceof TradecastError ? error.retryAfterMs : undefined;
        if (own === turns[request]) fail(failureOf(error), wait);
      }
    },
  };
}

type OpenHistory = ReturnType<typeof createOpenHistory>;

/** The bars of the chart's symbol: pages of the past, and the present as it comes. */
export function createBarHistoryStore({ latest, ...sources }: BarHistoryOptions): BarHistoryStore {
  const open = createOpenHistory();
  const { store, shown, show, put } = open;
  const shelf = createShelf<BarHistory>(sources.timers);
  const volume = createVolumeCount();
  const days = createDayCount();
  let cancel = () => {};

  function after(ms: number, run: () => void) {
    cancel();
    cancel = sources.timers.after(ms, run);
  }
  const requests = createRequests({
    open,
    pages: createPages(sources),
    retryIn: (ms) => after(ms, retry),
    onBars(bars, symbol, timeframe) {
      const tick = latest(symbol);
      volume.restart(tick);
      days.restart(tick);
      return tick ? withTick(bars, tick, timeframeOf(timeframe).size, 0) : bars;
    },
  });

  function retry() {
    const { status, older, stale } = shown() ?? {};
    if (status === 'failed') requests.load();
    else if (older === 'failed') {
      put({ older: 'more' });
      requests.loadOlder();
    } else if (stale) requests.refresh();
  }

  return {
    ...store,
    loadOlder: requests.loadOlder,
    refresh: requests.refresh,
    reload: requests.reload,
    retry,
    open(symbol, timeframe) {
      const before = shown();
      if (before?.symbol === symbol && before.timeframe === timeframe) return;
      cancel();
      if (before?.status === 'ready') {
        const older = before.older === 'loading' ? 'more' : before.older;
        shelf.put(keyOf(before.symbol, before.timeframe), { ...before, older });
      }
      const held = shelf.take(keyOf(symbol, timeframe));
      volume.restart(undefined);
      days.restart(undefined);
      show(held ?? nothingOf(symbol, timeframe));
      if (held) requests.refresh();
      else requests.load();
    },
    apply(tick) {
      const held = shown();
      if (held?.status !== 'ready') return;
      if (days.begins(tick)) requests.reload();
      const bars = withTick(held.bars, tick, timeframeOf(held.timeframe).size, volume.since(tick));
      if (bars === held.bars) return;
      put({ bars });
      // A bar is over: the source knows it better than ticks do.
      if (bars.length > held.bars.length && held.bars.length > 0) after(SETTLE_MS, requests.refresh);
    },
    stop: () => cancel(),
  };
}

interface RequestParts {
  readonly open: OpenHistory;
  readonly pages: ReturnType<typeof createPages>;
  /** The server names a wait where the history is missing only for the moment. */
  retryIn(ms: number): void;
  /** New bars are here; answers with what is shown of them. */
  onBars(bars: readonly Bar[], symbol: string, timeframe: TimeframeId): readonly Bar[];
}

/** What is requested for the open history: its newest bars, what they lack by now, and older ones. */
function createRequests({ open, pages, retryIn, onBars }: RequestParts) {
  const { shown, show, put, during } = open;
  /** Which history is to be read anew, until it was: newer bars beside the old ones would be of other shares. */
  let renewed = '';

  function take(bars: readonly Bar[], { settled, stale }: NewestBars) {
    const { symbol, timeframe, ...before } = shown()!;
    put({
      status: 'ready',
      failure: null,
      stale,
      settled: settled ?? before.settled,
      bars: onBars(bars, symbol, timeframe),
    });
  }

  function askWhole(missing: Partial<BarHistory>) {
    const { symbol, timeframe } = shown()!;
    void during(
      'newest',
      pages.newest(symbol, timeframeOf(timeframe)),
      (newest) => {
        renewed = '';
        put({ older: newest.bars.length === 0 ? 'end' : 'more' });
        take(newest.bars, newest);
      },
      (failure, wait) => {
        put({ ...missing, failure });
        if (wait !== undefined) retryIn(wait);
      },
    );
  }

  function load() {
    put({ status: 'loading', failure: null });
    askWhole({ status: 'failed' });
  }

  function refresh() {
    const history = shown();
    if (history?.status !== 'ready') return;
    if (renewed === keyOf(history.symbol, history.timeframe)) return reload();
    const from = history.settled ?? history.bars[0]?.time;
    if (from === undefined) return load();
    void during(
      'newest',
      pages.since(history.symbol, timeframeOf(history.timeframe), from),
      (newest) => take(joinBars(shown()?.bars ?? [], newest.bars), newest),
      (failure, wait) => {
        put({ failure, stale: true });
        if (wait !== undefined) retryIn(wait);
      },
    );
  }

  /** What is shown stays until the answer takes its place. A page of before that is on its way is dropped. */
  function reload() {
    const history = shown();
    if (history?.status !== 'ready') return;
    renewed = keyOf(history.symbol, history.timeframe);
    show({ ...history, older: history.older === 'loading' ? 'more' : history.older });
    askWhole({ stale: true });
  }

  return { load, reload, refresh, loadOlder: createOlder(open, pages) };
}

/** The next page to the left. */
function createOlder({ shown, put, during }: OpenHistory, pages: RequestParts['pages']) {
  return () => {
    const history = shown();
    const first = history?.bars[0];
    if (history?.status !== 'ready' || history.older !== 'more' || !first) return;
    put({ older: 'loading' });
    void during(
      'older',
      pages.before(history.symbol, timeframeOf(history.timeframe), first.time),
      (page) => {
        const bars = joinBars(shown()?.bars ?? [], page);
        put({ bars, older: page.length === 0 || bars.length >= MAX_BARS ? 'end' : 'more' });
      },
      (failure) => put({ older: isFinal(failure) ? 'end' : 'failed' }),
    );
  };
}
