import { createAnswerCache } from '../../../lib/answer-cache.ts';
import type { Clock } from '../../../lib/clock.ts';
import { decimal, round, toNumber } from '../../../lib/decimal.ts';
import {
  type SourceRecord,
  TRACK_RECORD_DAYS,
  TRACK_RECORD_SIGNALS,
} from '../../../protocol/signal-reports.ts';
import type { SignalStream } from '../../../protocol/signals.ts';
import type { QuotedSignal, RecordedQuote, SignalQuoteLog } from './quote-log.ts';
import { NEXT_QUOTE_WITHIN_MS } from './quote-recorder.ts';

/** The records of the sources that say something in these streams; of one source where it is named. */
export type TrackRecord = (streams: readonly SignalStream[], source?: string) => Promise<SourceRecord[]>;

const DAY_MS = 86_400_000;
/** Every page asks again soon after a signal: thousands of them cost one look at the signals. */
const FRESH_MS = 1_000;
/** Answers of single sources are small, and few ask for them. */
const MAX_KEPT = 100;

export function createTrackRecord(quoteLog: Pick<SignalQuoteLog, 'quoted'>, clock: Clock): TrackRecord {
  const answers = createAnswerCache<SourceRecord[]>({
    clock,
    freshMs: FRESH_MS,
    ...{ staleMs: 0, keepErrorMs: () => 0, mayServeStale: () => false, maxWeight: MAX_KEPT },
  });
  return async (streams, source) => {
    const ask = async (): Promise<SourceRecord[]> => {
      const now = clock.now();
      const since = now - TRACK_RECORD_DAYS * DAY_MS;
      return toRecords(await quoteLog.quoted({ streams, source, since, limit: TRACK_RECORD_SIGNALS }), now);
    };
    return (await answers.get(`${streams.join(' ')}, ${source ?? ''}`, ask)).value;
  };
}

/** What a follower holds of one symbol. */
interface Position {
  readonly side: 'long' | 'short';
  readonly entry: RecordedQuote | null;
  /** The signal that it rests on now. */
  readonly signal: QuotedSignal;
}

/** Percent of the price at entry; null where a price was not recorded. */
type Result = number | null;

interface Walk {
  readonly results: readonly Result[];
  readonly open: number;
}

/** A buyer pays the ask and sells at the bid; a short seller the other way round. */
function resultOf({ side, entry }: Position, exit: RecordedQuote | null): Result {
  if (!entry || !exit) return null;
  const [begin, end] = side === 'long' ? [entry.ask, exit.bid] : [entry.bid, exit.ask];
  const gain = side === 'long' ? decimal(end).minus(begin) : decimal(begin).minus(end);
  return toNumber(round(gain.times(100).div(begin), 4));
}

/** Follows the signals of one source, stream and symbol, oldest first, by the rules of TRACK_RECORD_RULES. */
function follow(signals: readonly QuotedSignal[], now: number): Walk {
  const results: Result[] = [];
  const last = signals.reduce<Position | null>((held, signal) => {
    const position = expire(held, signal.acceptedAt, results);
    if (signal.isEdit) return position?.signal.id === signal.id ? { ...position, signal } : position;
    const side = signal.action === 'close' ? null : signal.action === 'buy' ? 'long' : 'short';
    if (position?.side === side) return position && { ...position, signal };
    if (position) results.push(resultOf(position, signal.accepted));
    return side && { side, entry: signal.accepted, signal };
  }, null);
  // The quote after the expiry may still come.
  const over = last?.signal.expired ? now : now - NEXT_QUOTE_WITHIN_MS;
  return { open: expire(last, over, results) ? 1 : 0, results };
}

/** What is still held at this moment; a trade that has expired by then adds its result. */
function expire(position: Position | null, at: number, results: Result[]): Position | null {
  if (!position || !isOver(position, at)) return position;
  results.push(resultOf(position, position.signal.expired));
  return null;
}

const isOver = ({ signal: { expiresAt } }: Position, at: number): boolean =>
  expiresAt !== null && expiresAt <= at;

/** One record per source, by name. What one stream says never shows in another: each is followed by itself. */
export function toRecords(signals: readonly QuotedSignal[], now: number): SourceRecord[] {
  const bySource = [...Map.groupBy(signals, ({ source }) => source)].sort(([a], [b]) => (a < b ? -1 : 1));
  return bySource.flatMap(([source, own]) => {
    const published = own.filter(({ isEdit }) => !isEdit);
    if (published.length === 0) return [];
    const walks = [...Map.groupBy(own, ({ stream, symbol }) => `${stream} ${symbol}`).values()].map((some) =>
      follow(some, now),
    );
    return [{ source, ...summaryOf(walks), ...beginOf(published) }];
  });
}

const beginOf = (published: readonly QuotedSignal[]) => ({
  signals: published.length,
  since: new Date(Math.min(...published.map(({ acceptedAt }) => acceptedAt))).toISOString(),
});

function summaryOf(walks: readonly Walk[]): Omit<SourceRecord, 'source' | 'signals' | 'since'> {
  const results = walks.flatMap((walk) => walk.results);
  const known = results.filter((result) => result !== null);
  const won = known.filter((result) => result > 0).length;
  const open = walks.reduce((sum, walk) => sum + walk.open, 0);
  const counts = { open, notRecorded: results.length - known.length, finished: known.length, won };
  if (known.length === 0) {
    const reason = results.length > 0 ? 'PRICES_NOT_RECORDED' : 'NOTHING_FINISHED';
    return { ...counts, winRate: null, averagePercent: null, bestPercent: null, worstPercent: null, reason };
  }
  const sum = known.reduce((total, result) => total.plus(result), decimal(0));
  return {
    ...counts,
    winRate: toNumber(round(decimal(won * 100).div(known.length), 1)),
    averagePercent: toNumber(round(sum.div(known.length), 4)),
    bestPercent: Math.max(...known),
    worstPercent: Math.min(...known),
  };
}
