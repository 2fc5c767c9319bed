/** One upstream event → one tick of the domain, or undefined where it is none. Nothing throws. */
import type { BarTick, DayTick, HaltTick, NbboTick, TradeTick } from '../../domain/market/feed.ts';
import { isLate } from '../../domain/market/lateness.ts';
import { withoutPrice } from '../../domain/market/trade-effects.ts';
import { FINRA } from '../../domain/off-exchange/print.ts';
import type { Reading } from './clusters.ts';
import {
  asCount,
  isCount,
  isOptionalPrice,
  isPrice,
  isSize,
  isTime,
  type SymbolCheck,
} from './event-checks.ts';
import { decimalOr, fieldsOf, isDecimal, timeOf, timeOfEvent } from './fields.ts';
import { snapshotToDayTick } from './snapshot.ts';

/** One upstream event as JSON.parse gave it: every field may be anything. */
export type RawEvent = Readonly<Record<string, unknown>>;

const orNone = (value: number | undefined | null): number | undefined => value || undefined;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** True for a trade that is off-exchange, or may be: its exchange or its facility can't be read. Asked of every trade. */
export const mayBePrint = ({ x, trfi }: RawEvent): boolean =>
  Number.isSafeInteger(x) ? x === FINRA && trfi !== 0 && !isAbsent(trfi) : !isAbsent(x);

/** False where nobody can say whether, for how many shares, or with which number a trade that may be a print is one. */
const isReadablePrint = ({ x, trfi, s, ds, q }: RawEvent): boolean =>
  x === FINRA &&
  isCount(trfi) &&
  (isCount(q) || q === 0 || isAbsent(q)) &&
  (isAbsent(ds) || isDecimal(ds) || (s !== 0 && ds === ''));

/** One that can't be read may be the one that keeps a trade out of the price, or out of the sums. */
const isConditions = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((condition) => typeof condition === 'number');

/** The reporter's time of the trade, else the facility's; a clock ahead of the consolidated tape's is not believed. */
function participantTimeOf({ pt, trft, t }: RawEvent): number {
  const time = timeOfEvent(pt) ?? timeOfEvent(trft) ?? (t as number);
  return Math.min(time, t as number);
}

/** A number names a trade as its text does, unless a double has it for several. */
const idOf = (id: unknown): string =>
  typeof id === 'string' ? id : Number.isSafeInteger(id) ? String(id) : '';

export function readTrade(
  event: RawEvent,
  receivedAt: number,
  isSymbol: SymbolCheck,
  effectsOf: Reading['effectsOf'],
): TradeTick | undefined {
  const { sym, p, t, c, i } = event;
  const { s = 0, ds } = event;
  const size = decimalOr(ds, s);
  if (!isSymbol(sym) || !isPrice(p) || !isSize(size) || !isSize(s) || !isTime(t, receivedAt))
    return undefined;
  if (mayBePrint(event) && !isReadablePrint(event)) return undefined;
  const conditions = c ?? undefined;
  if (conditions !== undefined && !isConditions(conditions)) return undefined;
  const trf = asCount(event.trfi);
  const participantTime = trf > 0 ? participantTimeOf(event) : t;
  const effects = effectsOf(conditions);
  return {
    symbol: sym,
    sourceTime: t,
    receivedAt,
    price: p,
    size,
    // Lit trades need neither: most frames are spared the look.
    decimalSize: trf > 0 && !Number.isInteger(size) && isDecimal(ds) ? ds : '',
    participantTime,
    exchange: asCount(event.x),
    trf,
    tradeId: idOf(i),
    sequence: asCount(event.q),
    effects: isLate({ sourceTime: t, participantTime }) ? withoutPrice(effects) : effects,
  };
}

export function readNbbo(event: RawEvent, receivedAt: number, isSymbol: SymbolCheck): NbboTick | undefined {
  const { sym, bp, ap, bs, as, t } = event;
  if (!isSymbol(sym) || !isOptionalPrice(bp) || !isOptionalPrice(ap) || !isTime(t, receivedAt)) {
    return undefined;
  }
  const bid = orNone(bp);
  const ask = orNone(ap);
  // Sizes are shares, whatever the specification says of round lots.
  const bidSize = bid === undefined || !isSize(bs) ? undefined : bs;
  const askSize = ask === undefined || !isSize(as) ? undefined : as;
  return { symbol: sym, sourceTime: t, receivedAt, bid, bidSize, ask, askSize };
}

const HALTED = 17;
const RESUMED = 18;

/** As numbers, decimal texts, or a list of either; null where nobody can say what they mean. */
function indicatorsOf(i: unknown): readonly number[] | null {
  if (isAbsent(i)) return [];
  const list: readonly unknown[] = Array.isArray(i) ? i : [i];
  const numbers = list.map((one) => (isDecimal(one) ? Number(one) : one));
  return numbers.every((one) => typeof one === 'number') ? numbers : null;
}

/**
 * `{"ev":"LULD","T":…}`: the ticker is in `T`, and `t` is nanoseconds. Null for price limits that say nothing of a halt. What
 * can't be read may be a halt, and is one until a trade shows that it is not.
 */
export function readHalt(
  { T, i, t }: RawEvent,
  receivedAt: number,
  isSymbol: SymbolCheck,
): HaltTick | null | undefined {
  if (!isSymbol(T)) return undefined;
  const sourceTime = timeOfEvent(t);
  const isTimed = isTime(sourceTime, receivedAt);
  const indicators = indicatorsOf(i);
  const halted = indicators === null || indicators.includes(HALTED);
  if (halted && (!isTimed || indicators === null))
    return { symbol: T, sourceTime: isTimed ? sourceTime : receivedAt, receivedAt, halted, isDoubtful: true };
  if (!isTimed) return undefined;
  return halted || indicators.includes(RESUMED) ? { symbol: T, sourceTime, receivedAt, halted } : null;
}

export function readBar(
  event: RawEvent,
  seconds: 1 | 60,
  receivedAt: number,
  isSymbol: SymbolCheck,
): BarTick | undefined {
  const { sym, o, h, l, c, op, s, e } = event;
  const v = decimalOr(event.dv, event.v);
  const av = decimalOr(event.dav, event.av);
  if (!isSymbol(sym) || !isPrice(o) || !isPrice(h) || !isPrice(l) || !isPrice(c) || !isSize(v)) {
    return undefined;
  }
  if (!isTime(s, receivedAt) || !isTime(e, receivedAt) || !(e > s) || !(h >= l)) return undefined;
  return {
    symbol: sym,
    sourceTime: e,
    receivedAt,
    seconds,
    start: s,
    open: o,
    high: h,
    low: l,
    close: c,
    volume: v,
    dayVolume: isSize(av) ? av : undefined,
    dayOpen: isPrice(op) ? op : undefined,
  };
}

/**
 * `{"ev":"snapshot","ticker":…,"t":…}`: what REST said of a stock at `t`, put among the events so that a recording has it.
 * Older recordings have no `t`: there upstream's own time has to do.
 */
export function readDay(event: RawEvent, receivedAt: number, isSymbol: SymbolCheck): DayTick | undefined {
  const { ticker, t = timeOf(fieldsOf(ticker).updated) } = event;
  const tick = snapshotToDayTick(ticker, receivedAt, isTime(t, receivedAt) ? t : receivedAt);
  return tick !== undefined && isSymbol(tick.symbol) && isTime(tick.sourceTime, receivedAt)
    ? tick
    : undefined;
}

/** `{"ev":"previousClose","sym":…}`: the close of the day before, asked for as a day begins; a recording has it, too. */
export function readPreviousClose(
  { sym, c, t }: RawEvent,
  receivedAt: number,
  isSymbol: SymbolCheck,
): DayTick | undefined {
  if (!isSymbol(sym) || !isPrice(c) || !isTime(t, receivedAt)) return undefined;
  return { symbol: sym, sourceTime: t, receivedAt, previousClose: c, isAdjusted: true, ...NOTHING_OF_TODAY };
}

const NOTHING_OF_TODAY = {
  open: undefined,
  high: undefined,
  low: undefined,
  volume: undefined,
  last: undefined,
  bid: undefined,
  ask: undefined,
};
