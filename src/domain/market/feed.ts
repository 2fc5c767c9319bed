/** The port of market data: one upstream connection, shared by everyone. */
import type { FeedHealth } from '../../protocol/health-payloads.ts';
import type { Candle } from './candle.ts';
import type { VendorGreeks } from './quote.ts';

/** Where a feed's prices come from. Quotes of an invented or a recorded market say so in their state. */
export type PriceOrigin = 'market' | 'simulated' | 'replay';

export interface FeedStatus {
  readonly state: FeedHealth['state'];
  /** A sentence for the operator where the state needs one: a refused key, a wrong plan, the end of a file. */
  readonly detail?: string;
  /** True where upstream gave our one connection to an outsider. The feed does not return by itself. */
  readonly lost?: boolean;
  /** True where the plan of upstream, or the recording, has neither bid nor ask. */
  readonly withoutQuotes?: true;
}

/**
 * What every tick has: the symbol, the venue's time and our receive time, both milliseconds since epoch. Its numbers
 * have been checked: finite, prices above zero, no time in the future.
 */
interface Tick {
  readonly symbol: string;
  readonly sourceTime: number;
  readonly receivedAt: number;
}

export interface TradeTick extends Tick {
  readonly price: number;
  /** Shares; may be a fraction, may be 0. */
  readonly size: number;
  /** The same exactly, as plain decimal text; empty where `size` is exact. Only off-exchange trades have it. */
  readonly decimalSize: string;
  /** When the trade was made, as its participant says; `sourceTime` where nobody says. Never later than that. */
  readonly participantTime: number;
  /** The vendor's number of the exchange: with `trf` it distinguishes trades of the same id. */
  readonly exchange: number;
  /** The vendor's number of the trade reporting facility; 0 for a trade on an exchange. */
  readonly trf: number;
  /** Unique per symbol, exchange and trf within a day; empty where upstream gave none. */
  readonly tradeId: string;
  /** Rises per symbol within a day, with gaps; 0 where upstream gave none. */
  readonly sequence: number;
  /** What the trade may move: flags of trade-effects.ts. */
  readonly effects: number;
}

/** National best bid and offer; a missing side is undefined. Sizes are shares. */
export interface NbboTick extends Tick {
  readonly bid: number | undefined;
  readonly bidSize: number | undefined;
  readonly ask: number | undefined;
  readonly askSize: number | undefined;
}

/** Trading in the symbol is halted, or paused by its price limits (true), or goes on (false). */
export interface HaltTick extends Tick {
  readonly halted: boolean;
  /** It can't be read whether and since when: the next trade on an exchange shows that it is no halt. */
  readonly isDoubtful?: true;
}

/** Upstream's own bar; `sourceTime` is its exclusive end. */
export interface BarTick extends Tick, Candle {
  readonly seconds: 1 | 60;
  /** Shares of the whole day so far. */
  readonly dayVolume: number | undefined;
  /** Official opening price. */
  readonly dayOpen: number | undefined;
}

/** State of the day from a snapshot: a symbol has its numbers before its next tick. */
export interface DayTick extends Tick {
  readonly previousClose: number | undefined;
  /** The previous close counts a split of today: it is in shares of after it. */
  readonly isAdjusted?: true;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly volume: number | undefined;
  /** Last price of the snapshot. */
  readonly last: number | undefined;
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  /** Of a contract; where it is missing, the values of before stand. */
  readonly openInterest?: number | undefined;
  readonly greeks?: VendorGreeks | undefined;
}

/**
 * What a feed delivers beyond the wanted symbols, for sums over the whole market: every off-exchange trade, and all trades
 * and quotes of the symbols in `quoted`.
 */
export interface FeedScope {
  readonly quoted: ReadonlySet<string>;
}

/** Trades on exchanges that a feed with a scope passed by, since the process started: nobody follows their symbols. */
export interface ShedTrades {
  readonly trades: number;
  /** Milliseconds since epoch; null before the first. */
  readonly lastAt: number | null;
}

/** Where a feed delivers. Called on the hot path: no method may throw or wait. */
export interface FeedSink {
  trade(tick: TradeTick): void;
  nbbo(tick: NbboTick): void;
  halt(tick: HaltTick): void;
  bar(tick: BarTick): void;
  day(tick: DayTick): void;
  /** Finished minutes of the current day, oldest first: those of before the subscription. */
  candles(symbol: string, candles: readonly Candle[]): void;
  /** Upstream sends the symbol's ticks (true), or does so no longer or not yet (false). */
  confirmed(symbol: string, flowing: boolean): void;
  /**
   * `count` frames or ticks were dropped: malformed or implausible. `mayBePrints` where off-exchange prints may have been
   * among them: a whole frame, or a trade that can't be read.
   */
  dropped(count: number, mayBePrints?: boolean): void;
  /** The source begins again (a replay looped): earlier ticks no longer count. */
  restarted(): void;
  status(status: FeedStatus): void;
  /** Ticks of the scope whose symbols nobody wants. */
  readonly tape?: Pick<FeedSink, 'trade' | 'nbbo'>;
}

/** The terms on which a feed may use the one place that upstream gives the account. */
export interface FeedTerms {
  /** It asks for the place no earlier, milliseconds since epoch: an outsider has just taken it. */
  readonly notBefore: number;
  /** Called right before it asks for the place: false where another replica is the engine now. */
  mayConnect(): boolean;
}

export interface MarketFeed {
  /** Its name, as FEED has it. */
  readonly source: string;
  readonly origin: PriceOrigin;
  /** Begins to deliver; at most one sink at a time. Problems are reported as a status, never thrown. */
  start(sink: FeedSink, terms?: FeedTerms): void;
  /** Ends the connection and every timer; nothing more is delivered. May be started again. */
  stop(): Promise<void>;
  /** The whole set of symbols wanted from now on, the most recently wanted last. */
  setSymbols(symbols: ReadonlySet<string>): void;
  /** What comes beside the wanted symbols from now on; null for nothing. Absent where a feed has no other symbols. */
  setScope?(scope: FeedScope | null): void;
  /** Absent where a feed delivers whatever it reads. */
  shed?(): ShedTrades;
  /**
   * What upstream sent before has arrived, as far as anybody can tell: the last sign of it, milliseconds since epoch.
   * Absent where a feed makes or reads its ticks itself.
   */
  heardAt?(): number;
  status(): FeedStatus;
}
