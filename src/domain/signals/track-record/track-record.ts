import { createAnswerCache } from '../../../lib/answer-cache.ts';
import type { Clock } from '../../../lib/clock.ts';
import { decimal, round, toNumber } from '../../../lib/decimal.ts';
import { inSlices } from '../../../lib/slices.ts';
import { newYorkDay } from '../../../protocol/new-york.ts';
import {
  type SourceRecord,
  TRACK_RECORD_DAYS,
  TRACK_RECORD_SIGNALS,
} from '../../../protocol/signal-reports.ts';
import type { SignalStream } from '../../../protocol/signals.ts';
import type { QuotedSignal, RecordedQuote, SignalQuoteLog } from './quote-log.ts';
import { createRatioOf, type RatioOf, shareOf } from './split-ratio.ts';
import { NEXT_QUOTE_WITHIN_MS } from './waiting.ts';

/** The records of the sources that say something in these streams; of one source where it is named. */
export type TrackRecord = (streams: readonly SignalStream[], source?: string) => Promise<SourceRecord[]>;

const DAY_MS = 86_400_000;
/** Every page asks again soon after a signal: thousands of them cost one look at the signals. */
const FRESH_MS = 1_000;
/** Answers of single sources are small, and few ask for them. */
const MAX_KEPT = 100;

/** A record is computed again when it is as old as this times the signals that it looks at, so that it costs little of the loop. */
const FRESH_PER_SIGNAL_MS = 5;
/** One step takes a few milliseconds. */
const SIGNALS_PER_STEP = 200;

export function createTrackRecord(
  quoteLog: Pick<SignalQuoteLog, 'sources' | 'quoted' | 'splits'>,
  clock: Clock,
): TrackRecord {
  const answers = createAnswerCache<SourceRecord[]>({
    clock,
    freshMs: FRESH_MS,
    ...{ staleMs: 0, keepErrorMs: () => 0, mayServeStale: () => false, maxWeight: MAX_KEPT },
  });
  /** By streams and source; only of sources that said something. */
  const kept = new Map<string, { readonly until: number; readonly record: SourceRecord }>();

  async function recordOf(streams: readonly SignalStream[], source: string): Promise<SourceRecord[]> {
    const key = `${streams.join(' ')}, ${source}`;
    const now = clock.now();
    const known = kept.get(key);
    if (known && now < known.until) return [known.record];
    const since = now - TRACK_RECORD_DAYS * DAY_MS;
    const signals = await quoteLog.quoted({ streams, source, since, limit: TRACK_RECORD_SIGNALS });
    const shares = [...new Set(signals.map(({ symbol }) => shareOf(symbol)))];
    const splits = await quoteLog.splits(shares, newYorkDay(since).date);
    const record = await inSlices(recordSteps(signals, now, createRatioOf(splits)));
    if (!record) kept.delete(key);
    else kept.set(key, { until: now + Math.max(FRESH_MS, signals.length * FRESH_PER_SIGNAL_MS), record });
    return record ? [record] : [];
  }

  return async (streams, source) => {
    const ask = async (): Promise<SourceRecord[]> => {
      const records: SourceRecord[] = [];
      // One after the other: each is read and computed in turns of its own.
      for (const name of source === undefined ? await quoteLog.sources(streams) : [source])
        records.push(...(await recordOf(streams, name)));
      return records;
    };
    return (await answers.get(`${streams.join(' ')}, ${source ?? ''}`, ask)).value;
  };
}

/** What a follower holds of one symbol. */
interface Position {
  readonly side: 'long' | 'short';
  readonly entry: RecordedQuote | null;
  /** Milliseconds since epoch. */
  readonly enteredAt: number;
  readonly symbol: string;
  /** The signal that it rests on now. */
  readonly signal: QuotedSignal;
}

/** Percent of the price at entry; null where a price was not recorded. */
type Result = number | null;

/** A follower of one stream and symbol. */
interface Walk {
  readonly symbol: string;
  readonly ratioOf: RatioOf;
  readonly position: Position | null;
  readonly results: Result[];
}

/** A buyer pays the ask and sells at the bid; a short seller the other way round. A share that was split is several now. */
function resultOf(held: Position, exit: RecordedQuote | null, exitedAt: number, ratioOf: RatioOf): Result {
  const { side, entry } = held;
  if (!entry || !exit) return null;
  const ratio = ratioOf(held.symbol, held.enteredAt, exitedAt);
  if (!ratio) return null;
  const begin = side === 'long' ? entry.ask : entry.bid;
  const end = ratio.times(side === 'long' ? exit.bid : exit.ask);
  const gain = side === 'long' ? end.minus(begin) : decimal(begin).minus(end);
  return toNumber(round(gain.times(100).div(begin), 4));
}

/** The next signal, by the rules of TRACK_RECORD_RULES. */
function follow(walk: Walk, signal: QuotedSignal): Position | null {
  const { symbol, results, ratioOf } = walk;
  const { acceptedAt } = signal;
  const position = expire(walk, acceptedAt);
  if (signal.isEdit) return position?.signal.id === signal.id ? { ...position, signal } : position;
  const side = signal.action === 'close' ? null : signal.action === 'buy' ? 'long' : 'short';
  if (position?.side === side) return position && { ...position, signal };
  if (position) results.push(resultOf(position, signal.accepted, acceptedAt, ratioOf));
  return side && { side, entry: signal.accepted, enteredAt: acceptedAt, symbol, signal };
}

/** Whether a trade goes on at this time; one that has expired by then adds its result. */
function isOpenAt(walk: Walk, now: number): boolean {
  // The quote after the expiry may still come.
  const over = walk.position?.signal.expired ? now : now - NEXT_QUOTE_WITHIN_MS;
  return expire(walk, over) !== null;
}

/** What is still held at this moment; a trade that has expired by then adds its result. */
function expire({ position, results, ratioOf }: Walk, at: number): Position | null {
  if (!position) return null;
  const { expiresAt, expired } = position.signal;
  if (expiresAt === null || expiresAt > at) return position;
  results.push(resultOf(position, expired, expiresAt, ratioOf));
  return null;
}

/**
 * The record of one source, from its signals, oldest first; null where none of them is a publication. What one stream says
 * never shows in another: each is followed by itself. An edit belongs to the symbol that its signal was published for.
 */
export function* recordSteps(
  signals: readonly QuotedSignal[],
  now: number,
  ratioOf: RatioOf,
): Generator<void, SourceRecord | null> {
  const published = signals.filter(({ isEdit }) => !isEdit);
  const [first] = published;
  if (!first) return null;
  const symbols = new Map(published.map(({ id, symbol }) => [id, symbol]));
  const walks = new Map<string, Walk>();
  for (const [index, signal] of signals.entries()) {
    if (index > 0 && index % SIGNALS_PER_STEP === 0) yield;
    const symbol = symbols.get(signal.id);
    // Where its publication is too old to count, no trade rests on it.
    if (symbol === undefined) continue;
    const key = `${signal.stream} ${symbol}`;
    const walk = walks.get(key) ?? { symbol, ratioOf, position: null, results: [] };
    walks.set(key, { ...walk, position: follow(walk, signal) });
  }
  yield;
  return { source: first.source, ...summaryOf([...walks.values()], now), ...beginOf(published) };
}

const beginOf = (published: readonly QuotedSignal[]) => ({
  signals: published.length,
  since: new Date(Math.min(...published.map(({ acceptedAt }) => acceptedAt))).toISOString(),
});

function summaryOf(walks: readonly Walk[], now: number): Omit<SourceRecord, 'source' | 'signals' | 'since'> {
  const open = walks.filter((walk) => isOpenAt(walk, now)).length;
  const results = walks.flatMap((walk) => walk.results);
  const known = results.filter((result) => result !== null);
  const won = known.filter((result) => result > 0).length;
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
