import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { FencedError } from '../../src/domain/engine/fenced.ts';
import type { NbboTick, PriceOrigin, TradeTick } from '../../src/domain/market/feed.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { dollarsOf } from '../../src/domain/off-exchange/amount.ts';
import type { DayChanges } from '../../src/domain/off-exchange/changes.ts';
import { createOffExchangeKeeper } from '../../src/domain/off-exchange/keeper.ts';
import type { PastPrints } from '../../src/domain/off-exchange/past-prints.ts';
import type { SummedSymbols } from '../../src/domain/off-exchange/sums-scope.ts';
import type { Gap, SumsCommit, SumsStore } from '../../src/domain/off-exchange/sums-store.ts';
import type { MinuteTotals, SymbolDay } from '../../src/domain/off-exchange/symbol-sums.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { createManualClock } from './manual-clock.ts';
import { nbbo, trade } from './ticks.ts';

const unavailable = () =>
  new TradecastError('UNAVAILABLE', 'The database does not answer right now. Try again.');

/** Sums in memory, fenced like those of the database. */
function createMemoryStore(newestLease: () => number) {
  const symbols = new Map<string, SymbolDay>();
  /** By symbol, start and part. */
  const minutes = new Map<string, MinuteTotals>();
  const gaps = new Map<number, Gap>();
  const follows = new Map<string, number>();
  let day: string | null = null;
  let coveredUntil: number | null = null;
  let summed: SummedSymbols | null = null;
  let wholeMarket: SumsCommit['wholeMarket'] = null;
  let failures = 0;
  let loads = 0;
  /** So many more commits succeed. */
  let commitsLeft = Number.POSITIVE_INFINITY;
  let commits = 0;
  const refused = new Set<string>();
  let isBroken = false;
  const requireLease = (fencing: number): void => {
    if (fencing !== newestLease()) throw new FencedError('another replica is the engine now');
  };
  const apply = (change: DayChanges, part: number): void => {
    day = change.day;
    for (const { minutes: changed, ...one } of change.symbols) {
      const largest = one.largest ?? symbols.get(one.symbol)?.largest ?? [];
      symbols.set(one.symbol, { ...one, largest });
      for (const minute of changed) minutes.set(`${one.symbol} ${minute.start} ${part}`, minute);
    }
  };
  const ofSymbol = (symbol: string) =>
    [...minutes].filter(([key]) => key.startsWith(`${symbol} `)).map(([, minute]) => minute);
  const store: SumsStore = {
    async load(fencing) {
      requireLease(fencing);
      loads += 1;
      if (failures > 0) {
        failures -= 1;
        throw unavailable();
      }
      return {
        newest: day === null ? null : { day, symbols: [...symbols.values()] },
        coveredUntil,
        summed,
        wholeMarketSince: wholeMarket?.since ?? null,
      };
    },
    async commit(fencing, commit) {
      requireLease(fencing);
      if (commitsLeft <= 0) throw unavailable();
      const names = commit.changes.flatMap((change) => change.symbols.map(({ symbol }) => symbol));
      if (isBroken || names.some((name) => refused.has(name))) throw new Error('invalid input syntax');
      commitsLeft -= 1;
      commits += 1;
      for (const change of commit.changes) apply(change, commit.part);
      for (const gap of commit.gaps) gaps.set(gap.from, gap);
      for (const { day, symbol, since } of commit.follows) follows.set(`${symbol} ${day}`, since);
      coveredUntil = commit.coveredUntil ?? coveredUntil;
      if (commit.coveredUntil !== null) summed = commit.summed;
      wholeMarket = commit.wholeMarket ?? wholeMarket;
    },
    symbolDay: () => Promise.reject(new Error('nobody reads here')),
  };
  return {
    store,
    /** Prints that are stored. */
    prints: (symbol: string) => ofSymbol(symbol).reduce((sum, { prints }) => sum + prints, 0),
    /** Stored amounts by side, in thousands of dollars; sides without one are left out. */
    sides: (symbol: string) => {
      const sides: Record<string, number> = {};
      for (const minute of ofSymbol(symbol))
        for (const side of ['bullish', 'bearish', 'unknown'] as const)
          if (minute[side] > 0n) sides[side] = (sides[side] ?? 0) + dollarsOf(minute[side]) / 1_000;
      return sides;
    },
    failLoads: (count: number): unknown => (failures = count),
    /** How often the stored day was read. */
    loads: () => loads,
    /** Nothing can be stored, or can be again. */
    setAway: (away: boolean): unknown => (commitsLeft = away ? 0 : Number.POSITIVE_INFINITY),
    /** What is of this symbol is refused for good. */
    refuse: (symbol: string): unknown => refused.add(symbol),
    /** The database refuses everything, or does so no longer. */
    setBroken: (broken: boolean): unknown => (isBroken = broken),
    failCommitsAfter: (count: number): unknown => (commitsLeft = count),
    commits: () => commits,
    gaps: () => [...gaps.values()].map(({ from, to }) => [from, to] as const),
    filled: () => [...gaps.values()].map(({ filled }) => filled),
    /** By symbol and day. */
    follows: () => Object.fromEntries(follows),
    coveredUntil: () => coveredUntil,
  };
}

/** What a timer begins is settled before the next second's. */
const STEP_MS = 500;

export interface EngineOptions {
  /** Milliseconds since epoch. */
  readonly start: number;
  readonly origin?: PriceOrigin;
  readonly past?: PastPrints | null;
  readonly symbols?: SummedSymbols;
}

/** A replica with off-exchange sums, whose lease, feed and time the test moves. */
export function createOffExchangeEngine({
  start,
  origin = 'market',
  past = null,
  symbols = '*',
}: EngineOptions) {
  const clock = createManualClock(start);
  let lease: number | null = null;
  let newest = 0;
  let heardAt = start;
  const memory = createMemoryStore(() => newest);
  const keeper = createOffExchangeKeeper({
    bus: createLocalBus(silentLog),
    store: memory.store,
    clock,
    log: silentLog,
    hours: createMarketHours('us-equities'),
    origin,
    sums: { minNotional: 0, tapeNotional: 100_000 },
    scope: () => ({ symbols, quoted: 0, shed: 0, shedAt: null }),
    past,
    heardAt: () => (origin === 'simulated' ? clock.now() : heardAt),
    onRestored() {},
    flushIntervalMs: 50,
    current: () => lease,
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  };
  let sequence = 0;
  return {
    ...memory,
    clock,
    keeper,
    tap: keeper.tap,
    /** The lease is this replica's; every engine has raised the number. */
    async win(): Promise<void> {
      newest += 1;
      lease = newest;
      keeper.begin(newest);
      await settle();
    },
    /** The lease is over; it may be another replica's from now on. */
    async lose(isTaken = false): Promise<void> {
      lease = null;
      if (isTaken) newest += 1;
      await keeper.end();
    },
    /** The lease ends in an orderly way. */
    end: () => keeper.end(),
    /** Upstream gave a sign. */
    hear(): void {
      heardAt = clock.now();
    },
    /** A print of 100 shares, made and reported now, or so long ago. */
    print(fields: Partial<TradeTick> = {}): TradeTick {
      sequence += 1;
      const sourceTime = clock.now();
      const own = { exchange: 4, trf: 202, tradeId: String(sequence), sequence, participantTime: sourceTime };
      const tick = trade({ price: 10, size: 100, ...own, sourceTime, ...fields });
      keeper.tap.trade(tick);
      return tick;
    },
    quote(bid: number, ask: number, fields: Partial<NbboTick> = {}): void {
      keeper.tap.nbbo(nbbo({ bid, ask, sourceTime: clock.now(), ...fields }));
    },
    /** Moves the time on, in which what waits is stored. */
    async pass(ms: number): Promise<void> {
      await settle();
      for (let left = ms; left > 0; left -= STEP_MS) {
        clock.advance(Math.min(left, STEP_MS));
        await settle();
      }
    },
  };
}
