/** Prints that did not arrive are requested and counted, each once: also where they arrived a moment later after all. */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { TradeTick } from '../market/feed.ts';
import type { Coverage } from './coverage.ts';
import type { PastPrints } from './past-prints.ts';
import { isOffExchange } from './print.ts';
import type { OffExchangeSums } from './sums.ts';
import type { Gap } from './sums-store.ts';

/** A longer gap stays: its requests would take the account's share for hours. */
export const LONGEST_FETCHED_MS = 30 * 60_000;
/** Clocks differ, and each symbol is confirmed a moment after the login: so much around a gap is requested with it. */
export const MARGIN_MS = 10_000;
/** Upstream has a trade for requests a moment after it was streamed. */
const SETTLED_MS = 2_000;
/** Those with the most notional; at five requests a second a round of them takes two minutes. */
const MAX_SYMBOLS = 500;
/** While upstream does not answer. */
const RETRY_MS = 30_000;
const MAX_ROUNDS = 40;

export interface Recovery {
  /** Prints may be missing from now on: what was counted before is known not to be among them. */
  brace(): void;
  /** The gaps that have ended; at the start of an engine before its first print. */
  begin(gaps: readonly Gap[]): void;
  /** Each trade as it arrives, before it is counted. */
  saw(tick: TradeTick): void;
  /** Gaps whose prints are being requested. */
  fetching(): number;
  end(): void;
}

export interface RecoveryOptions {
  /** Null where the market has no past. */
  readonly past: PastPrints | null;
  readonly sums: Pick<OffExchangeSums, 'sequences' | 'recover' | 'heaviest' | 'day'>;
  readonly coverage: Pick<Coverage, 'fill'>;
  /** Symbols whose prints arrive, also where none has yet. */
  readonly followed: () => Iterable<string>;
  /** All prints of one symbol and gap are there after all. */
  readonly onFilled: () => unknown;
  readonly clock: Clock;
  readonly log: Log;
}

/** A gap, and what tells its prints from those that were counted. */
interface Hole {
  readonly gap: Gap;
  /** The highest number of each symbol that was counted before it. */
  readonly floors: ReadonlyMap<string, number>;
  /** Prints that were counted although they may be requested as well. */
  readonly live: Set<string>;
}

/** What is known at the beginning of a gap, and since. */
interface Break extends Pick<Hole, 'floors' | 'live'> {
  readonly day: string | null;
}

/** What became of one symbol: `later` may be tried again. */
type Outcome = 'filled' | 'later' | 'never';

const identityOf = ({ symbol, trf, tradeId, sequence }: TradeTick): string =>
  `${symbol}|${trf}|${tradeId || `#${sequence}`}`;

function note({ gap, live }: Hole, tick: TradeTick): void {
  if (tick.sourceTime < gap.to + MARGIN_MS) live.add(identityOf(tick));
}

export function createRecovery(options: RecoveryOptions): Recovery {
  const { past, sums, coverage, followed, onFilled, clock, log } = options;
  const ended = new AbortController();
  const { signal } = ended;
  /** Those whose prints still arrive live as well. */
  const open = new Set<Hole>();
  const breaks = createBreaks(sums);
  let queue: Promise<unknown> = Promise.resolve();
  let isInPlan = true;

  async function fillOne({ gap, floors, live }: Hole, symbol: string, source: PastPrints): Promise<Outcome> {
    const ticks = await source.read(symbol, gap.from - MARGIN_MS, gap.to + MARGIN_MS, signal);
    // Another day has begun: this one is stored as it is.
    if (ticks === null || signal.aborted || (sums.day() ?? gap.day) > gap.day) return 'never';
    const floor = floors.get(symbol) ?? 0;
    for (const tick of ticks) {
      if (tick.sequence <= floor || live.has(identityOf(tick))) continue;
      sums.recover(tick);
      for (const other of open) note(other, tick);
      breaks.note(tick);
    }
    // In the same turn: sums and gap are stored together, or neither is.
    coverage.fill(gap, symbol);
    onFilled();
    return 'filled';
  }
  async function attempt(hole: Hole, symbol: string, source: PastPrints): Promise<Outcome> {
    try {
      return await fillOne(hole, symbol, source);
    } catch (error) {
      if (signal.aborted) return 'never';
      const code = error instanceof TradecastError ? error.code : null;
      if (code === 'NOT_IN_PLAN') isInPlan = false;
      if (code !== 'UNAVAILABLE') log.warn({ err: error, symbol }, 'prints of a gap could not be fetched');
      return code === 'UNAVAILABLE' ? 'later' : 'never';
    }
  }
  /** The symbols that are left for another round. */
  async function round(hole: Hole, symbols: readonly string[], source: PastPrints): Promise<string[]> {
    const later: string[] = [];
    for (const symbol of symbols) {
      if (signal.aborted || !isInPlan) return [];
      if ((await attempt(hole, symbol, source)) === 'later') later.push(symbol);
    }
    return later;
  }
  async function fill(hole: Hole, source: PastPrints): Promise<void> {
    await pause(clock, MARGIN_MS + SETTLED_MS, signal);
    let symbols = [...new Set([...sums.heaviest(MAX_SYMBOLS), ...followed()])].slice(0, MAX_SYMBOLS);
    for (let rounds = 0; symbols.length > 0 && rounds < MAX_ROUNDS; rounds++) {
      if (rounds > 0) await pause(clock, RETRY_MS, signal);
      symbols = await round(hole, symbols, source);
    }
    open.delete(hole);
    if (symbols.length > 0) log.warn({ symbols: symbols.length }, 'prints of a gap were never delivered');
  }

  return {
    brace() {
      if (past !== null) breaks.begin();
    },
    begin(gaps) {
      if (past === null) return;
      for (const hole of holesOf(gaps, breaks.end())) {
        open.add(hole);
        queue = queue.then(() => fill(hole, past));
      }
    },
    saw(tick) {
      if ((open.size === 0 && !breaks.isOpen()) || !isOffExchange(tick)) return;
      breaks.note(tick);
      for (const hole of open) note(hole, tick);
    },
    fetching: () => open.size,
    end: () => ended.abort(),
  };
}

/** Gaps that are worth their requests. */
function holesOf(gaps: readonly Gap[], { day, floors, live }: Break): Hole[] {
  return gaps
    .filter(({ from, to }) => to - from <= LONGEST_FETCHED_MS)
    .map((gap) => ({
      gap,
      // Each day numbers from the beginning: what was counted on the day before says nothing of it.
      floors: gap.day === day ? floors : new Map<string, number>(),
      live: new Set(live),
    }));
}

/** What was counted at the beginning of the gap that goes on, and what since. */
function createBreaks(sums: Pick<OffExchangeSums, 'sequences' | 'day'>) {
  let broken: Break | null = null;
  const now = (): Break => ({ day: sums.day(), floors: sums.sequences(), live: new Set() });
  return {
    begin(): void {
      broken ??= now();
    },
    isOpen: () => broken !== null,
    note: (tick: TradeTick): unknown => broken?.live.add(identityOf(tick)),
    /** Where none was begun, the gap is that of the engine before. */
    end(): Break {
      const ended = broken ?? now();
      broken = null;
      return ended;
    },
  };
}
