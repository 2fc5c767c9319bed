import type { Clock } from '../../lib/clock.ts';
import { createEmitter } from '../../lib/emitter.ts';
import { createScope } from '../../lib/scope.ts';
import { isContract } from '../../protocol/symbol.ts';
import type { Bus } from '../bus/bus.ts';
import { createEnginePulse } from './engine-pulse.ts';
import { onDayOf, type Quote, toStale } from './quote.ts';
import type { QuotesMessage } from './quotes-message.ts';
import type { MarketTopics } from './topics.ts';

const SILENCE_CHECK_MS = 1_000;
/** A contract that nobody wants here stays so long after its last quote: there are millions, of which few are watched. */
export const UNWANTED_KEPT_MS = 5 * 60_000;
const FORGET_MS = 60_000;

/** The latest quotes as this replica received them on the bus. */
export interface QuoteBoard {
  /**
   * As it can be trusted in this moment, with the numbers of today: stale where its engine has been silent for too long.
   */
  get(symbol: string): Quote | undefined;
  /** Called with the quotes of one bus message, or with those that became stale. Returns what ends it. */
  onChange(listener: (quotes: readonly Quote[]) => void): () => void;
  /** The symbols whose latest quote says so, with the source's time of that quote. */
  halted(): ReadonlyMap<string, number>;
  /** This replica was absent: no quote is the market's price now, until the engine publishes it again. */
  distrust(): void;
  /** Bus messages dropped since the start: of an engine that has been replaced, or too old (or from the future). */
  readonly drops: Readonly<{ lease: number; late: number }>;
  start(): void;
  stop(): void;
}

export interface QuoteBoardOptions {
  readonly bus: Bus;
  readonly topics: Pick<MarketTopics, 'quotes'>;
  readonly clock: Clock;
  /** The highest number of an engine that the database knows; null where it was not asked yet. */
  readonly newestLease?: () => number | null;
  /** Whether somebody on this replica watches the symbol. */
  readonly isWanted: (symbol: string) => boolean;
  /** Called when the engine's count shows that a message was missed: the latest of everything must be requested. */
  readonly onMissed?: () => void;
}

interface Posted {
  readonly quote: Quote;
  /** Of the engine that published it. */
  readonly lease: number;
  /** Milliseconds since epoch, by our clock. */
  readonly postedAt: number;
}

export function createQuoteBoard(options: QuoteBoardOptions): QuoteBoard {
  const { bus, topics, clock, isWanted, onMissed, newestLease = () => null } = options;
  const board = new Map<string, Posted>();
  const changes = createEmitter<[quotes: readonly Quote[]]>();
  const drops = { lease: 0, late: 0 };
  const pulse = createEnginePulse({ clock, newestLease });
  const running = createScope();

  const post = (quotes: readonly Quote[], lease: number): void => {
    const postedAt = clock.now();
    for (const quote of quotes) board.set(quote.symbol, { quote, lease, postedAt });
    if (quotes.length > 0) changes.emit(quotes);
  };
  const postStale = (which: (posted: Posted) => boolean, lease: number): void =>
    post(
      [...board.values()]
        .filter((posted) => posted.quote.state !== 'stale' && which(posted))
        .map(({ quote }) => toStale(quote)),
      lease,
    );

  const receive = (message: QuotesMessage): void => {
    const verdict = pulse.receive(message);
    if (!verdict.isNew) {
      if (verdict.reason !== 'repeated') drops[verdict.reason] += 1;
      return;
    }
    const now = clock.now();
    post(
      message.quotes.map((quote) => onDayOf(now, quote)),
      message.lease,
    );
    if (verdict.missed) onMissed?.();
  };

  const check = (): void => {
    const turned = turnDays(board, clock.now());
    if (turned.length > 0) changes.emit(turned);
    const lease = pulse.lease();
    const silence = pulse.newSilence();
    if (silence !== null) postStale((posted) => silence === 'engine' || posted.lease < lease, lease);
  };

  /** The engine publishes a contract anew to a replica that wants it again. */
  const forget = (): void => {
    const before = clock.now() - UNWANTED_KEPT_MS;
    for (const [symbol, { postedAt }] of board)
      if (postedAt < before && !isWanted(symbol) && isContract(symbol)) board.delete(symbol);
  };

  return {
    get(symbol) {
      const posted = board.get(symbol);
      if (!posted) return undefined;
      const { quote, lease } = posted;
      const today = onDayOf(clock.now(), quote);
      return today.state !== 'stale' && pulse.isSilent(lease) ? toStale(today) : today;
    },
    onChange: changes.on,
    halted: () =>
      new Map(
        [...board].flatMap(([symbol, { quote }]) => (quote.halted ? [[symbol, quote.sourceTime]] : [])),
      ),
    distrust: () => postStale(() => true, pulse.lease()),
    drops,
    start() {
      pulse.begin();
      running.add(
        bus.subscribe(topics.quotes, receive),
        clock.every(SILENCE_CHECK_MS, check),
        clock.every(FORGET_MS, forget),
      );
    },
    stop: running.end,
  };
}

/** Ends the days that are over by the calendar: at midnight the engine may be silent. Answers with their quotes. */
function turnDays(board: Map<string, Posted>, now: number): Quote[] {
  const turned: Quote[] = [];
  for (const [symbol, posted] of board) {
    const quote = onDayOf(now, posted.quote);
    if (quote === posted.quote) continue;
    board.set(symbol, { ...posted, quote });
    turned.push(quote);
  }
  return turned;
}
