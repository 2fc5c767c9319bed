import type { Cancel, Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { createScope } from '../../lib/scope.ts';
import type { QuoteState } from '../../protocol/quotes.ts';
import type { Bus } from '../bus/bus.ts';
import { createEnginePulse } from '../market/engine-pulse.ts';
import type { SumsScope } from './sums-scope.ts';
import type { Totals } from './symbol-sums.ts';
import { totalsAskedTopic, totalsTopic } from './topics.ts';
import type { TotalsMessage, TotalsRow } from './totals-message.ts';

/** What a replica asks for and does not get is requested again this often. */
const ASK_INTERVAL_MS = 1_000;

/** An order by notional serves this long: it is asked for by every subscription, page and poll. */
export const RANKING_MS = 1_000;

/** A symbol's totals of the day, as this replica received them. An unchanged one is the same object as before. */
export interface BoardTotals {
  readonly symbol: string;
  readonly totals: Totals;
  /** The feed's time of the last print, milliseconds since epoch. */
  readonly updatedAt: number;
  /** `stale` where upstream does not send the symbol's prints, or nobody can say. */
  readonly state: QuoteState;
  readonly arrives: boolean;
}

/** The day's totals of every symbol with prints, on every replica. */
export interface TotalsBoard {
  get(symbol: string): BoardTotals | undefined;
  /** Those with the most notional, most first; the order is up to RANKING_MS old. */
  heaviest(count: number): BoardTotals[];
  /** YYYY-MM-DD in New York; null before the first print. */
  day(): string | null;
  /** Whether prints arrive, as the engine reports it; false where no engine does. */
  isFlowing(): boolean;
  /** What the engine sums; null until it has said so. */
  scope(): SumsScope | null;
  /** Called with the totals of one bus message, or with those whose state has changed; behind the doubt where there is one. */
  onChange(listener: (changed: readonly BoardTotals[]) => void): Cancel;
  /**
   * Called when the board has been told all totals anew, or what it told before is void: after a missed message, with
   * another engine, another day. Whoever adds up differences begins again.
   */
  onDoubt(listener: () => void): Cancel;
  /** This replica may have missed something: asks the engine for everything. */
  resync(): void;
  start(): void;
  stop(): void;
}

export interface TotalsBoardOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly replica: string;
  /** The highest number of an engine that the database knows; null where it was not asked yet. */
  readonly newestLease: () => number | null;
}

/** What stands on the board. */
interface Shown extends Pick<TotalsMessage, 'lease' | 'edition' | 'day' | 'state'> {
  readonly scope: SumsScope | null;
}

const totalsOf = ({ bullish, bearish, unknown, prints }: TotalsRow): Totals => ({
  bullish: BigInt(bullish),
  bearish: BigInt(bearish),
  unknown: BigInt(unknown),
  prints,
});
const toBoard = (row: TotalsRow, state: QuoteState): BoardTotals => ({
  symbol: row.symbol,
  totals: totalsOf(row),
  updatedAt: row.updatedAt,
  state,
  arrives: row.arrives,
});
const notionalOf = ({ totals }: BoardTotals): bigint => totals.bullish + totals.bearish + totals.unknown;

export function createTotalsBoard(options: TotalsBoardOptions): TotalsBoard {
  const { bus, clock } = options;
  const board = new Map<string, BoardTotals>();
  const changes = createEmitter<[changed: readonly BoardTotals[]]>();
  const doubts = createEmitter();
  const pulse = createEnginePulse({ clock, newestLease: options.newestLease });
  const running = createScope();
  const asking = createAsking(options);
  const ranking = createRanking(clock, board);
  let shown: Shown = { lease: 0, edition: 0, day: '', state: 'stale', scope: null };

  const post = (changed: readonly BoardTotals[], isDoubtful = false): void => {
    for (const one of changed) board.set(one.symbol, one);
    // First: to who begins again these are no changes.
    if (isDoubtful) doubts.emit();
    if (changed.length > 0) changes.emit(changed);
  };
  /** True where what was shown before is void. */
  const turnPage = ({ lease, edition }: TotalsMessage): boolean => {
    if (lease === shown.lease && edition === shown.edition) return false;
    board.clear();
    ranking.forget();
    return true;
  };
  const stateOf = (arrives: boolean): QuoteState => (arrives ? shown.state : 'stale');
  /** What stands on the board in another state than that of the feed now. */
  const otherStates = (): BoardTotals[] =>
    [...board.values()].flatMap((one) => {
      const state = stateOf(one.arrives);
      return state === one.state ? [] : { ...one, state };
    });
  const receive = (message: TotalsMessage): void => {
    const verdict = pulse.receive(message);
    if (!verdict.isNew) return;
    const isVoid = turnPage(message);
    const { lease, edition, day, state, scope } = message;
    const isOther = state !== shown.state;
    shown = { lease, edition, day, state, scope };
    if (verdict.missed) asking.begin();
    else if (message.whole) asking.end();
    post(
      message.rows.map((row) => toBoard(row, stateOf(row.arrives))),
      isVoid || message.whole,
    );
    if (isOther) post(otherStates());
  };
  const watchEngine = (): void => {
    if (pulse.newSilence() !== 'engine') return;
    shown = { ...shown, state: 'stale' };
    post(otherStates());
  };

  return {
    get: (symbol) => board.get(symbol),
    heaviest: ranking.heaviest,
    day: () => shown.day || null,
    isFlowing: () => shown.state !== 'stale',
    scope: () => shown.scope,
    onChange: changes.on,
    onDoubt: doubts.on,
    resync: asking.begin,
    start() {
      pulse.begin();
      running.add(
        bus.subscribe(totalsTopic, receive),
        clock.every(ASK_INTERVAL_MS, () => {
          // An engine that was silent may have published what did not arrive.
          watchEngine();
          asking.repeat();
        }),
      );
      asking.begin();
    },
    stop: running.end,
  };
}

/** The order by notional, once for all who ask within a second; at once where another symbol is there. */
function createRanking(clock: Clock, board: ReadonlyMap<string, BoardTotals>) {
  let ranked: string[] = [];
  let rankedAt = Number.NEGATIVE_INFINITY;
  const isOld = (): boolean => {
    const age = clock.now() - rankedAt;
    return ranked.length !== board.size || !(age >= 0 && age < RANKING_MS);
  };
  const rank = (): void => {
    ranked = [...board.values()]
      .map((one) => [notionalOf(one), one.symbol] as const)
      .sort(([a], [b]) => (a === b ? 0 : a < b ? 1 : -1))
      .map(([, symbol]) => symbol);
    rankedAt = clock.now();
  };
  return {
    heaviest(count: number): BoardTotals[] {
      if (isOld()) rank();
      return ranked.slice(0, count).flatMap((symbol) => board.get(symbol) ?? []);
    },
    /** The board begins again, maybe with as many other symbols. */
    forget(): void {
      rankedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Asks for everything, at most once a second, until it has come. */
function createAsking({ bus, clock, replica }: Pick<TotalsBoardOptions, 'bus' | 'clock' | 'replica'>) {
  let isDue = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  const repeat = (): void => {
    const since = clock.now() - askedAt;
    if (!isDue || (since >= 0 && since < ASK_INTERVAL_MS)) return;
    askedAt = clock.now();
    bus.publish(totalsAskedTopic, { replica });
  };
  return {
    begin() {
      isDue = true;
      repeat();
    },
    repeat,
    end() {
      isDue = false;
    },
  };
}
