/**
 * Upstream events → domain ticks: the one normalisation that live, recorded and replayed data go through. This is
 * the hot path, so the checks are written by hand; what fails one is counted and dropped, nothing throws.
 */
import type { FeedSink } from '../../domain/market/feed.ts';
import { MAX_AHEAD_MS } from '../../domain/market/staleness.ts';
import { isStockSymbol } from '../../protocol/symbol.ts';
import { snapshotToDayTick } from './snapshot.ts';

/** The largest frame the official client accepts; a larger one is not market data. */
export const MAX_FRAME_CHARS = 1_000_000;
/** Ten times the dearest share there is; above it a price is an error. */
const MAX_PRICE = 10_000_000;
/** More shares than any company has. */
const MAX_SIZE = 1e11;

/** One upstream event as JSON.parse gave it: every field may be anything. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** `{"ev":"status"}`: answers to what we asked, and refusals. */
export interface StatusEvent {
  readonly status: string;
  readonly message: string;
}

export type TickSink = Pick<FeedSink, 'trade' | 'nbbo' | 'bar' | 'day' | 'dropped'>;

export interface FrameReader {
  /** Parses a frame (an array of events, or one event as a recording has it) and takes its events. */
  read(text: string, receivedAt: number): void;
  /** The frame's events, unchecked; undefined (and counted) where it is none. */
  parse(text: string): readonly RawEvent[] | RawEvent | undefined;
  /** Turns one event into a tick for the sink. */
  take(event: RawEvent, receivedAt: number): void;
}

const isPrice = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= MAX_PRICE;
const isSize = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_SIZE;
/** Absent, null and 0 mean "none"; anything else must be a price. */
const isOptionalPrice = (value: unknown): value is number | undefined | null =>
  value === undefined || value === null || value === 0 || isPrice(value);
const orNone = (value: number | undefined | null): number | undefined => value || undefined;
const asCount = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

export function createFrameReader(sink: TickSink, onStatus: (event: StatusEvent) => void): FrameReader {
  // Testing a symbol once is enough; the set is bounded by the symbols that exist.
  const symbols = new Set<unknown>();

  const isSymbol = (value: unknown): value is string => {
    if (symbols.has(value)) return true;
    if (typeof value !== 'string' || !isStockSymbol(value)) return false;
    if (symbols.size > 50_000) symbols.clear();
    symbols.add(value);
    return true;
  };
  const isTime = (value: unknown, receivedAt: number): value is number =>
    typeof value === 'number' && value > 0 && value <= receivedAt + MAX_AHEAD_MS;

  /** Whole shares in `s`; below one share `s` is 0 and the decimal text `ds` has the size. */
  const tradeSize = (event: RawEvent): unknown => {
    const { s, ds } = event;
    return s === 0 && typeof ds === 'string' && /^\d+(\.\d+)?$/.test(ds) ? Number(ds) : s;
  };

  const trade = (event: RawEvent, receivedAt: number): boolean => {
    const { sym, p, t, c, i } = event;
    const size = tradeSize(event);
    if (!isSymbol(sym) || !isPrice(p) || !isSize(size) || !isTime(t, receivedAt)) return false;
    const conditions = c ?? undefined;
    if (conditions !== undefined && !Array.isArray(conditions)) return false;
    sink.trade({
      symbol: sym,
      sourceTime: t,
      receivedAt,
      price: p,
      size,
      exchange: asCount(event.x),
      trf: asCount(event.trfi),
      tradeId: typeof i === 'string' ? i : '',
      sequence: asCount(event.q),
      conditions,
    });
    return true;
  };

  const nbbo = (event: RawEvent, receivedAt: number): boolean => {
    const { sym, bp, ap, bs, as, t } = event;
    if (!isSymbol(sym) || !isOptionalPrice(bp) || !isOptionalPrice(ap) || !isTime(t, receivedAt))
      return false;
    const bid = orNone(bp);
    const ask = orNone(ap);
    // Sizes are shares, whatever the specification says of round lots.
    const bidSize = bid === undefined || !isSize(bs) ? undefined : bs;
    const askSize = ask === undefined || !isSize(as) ? undefined : as;
    sink.nbbo({ symbol: sym, sourceTime: t, receivedAt, bid, bidSize, ask, askSize });
    return true;
  };

  const bar = (event: RawEvent, seconds: 1 | 60, receivedAt: number): boolean => {
    const { sym, o, h, l, c, v, av, op, s, e } = event;
    if (!isSymbol(sym) || !isPrice(o) || !isPrice(h) || !isPrice(l) || !isPrice(c) || !isSize(v))
      return false;
    if (!isTime(s, receivedAt) || !isTime(e, receivedAt) || !(e > s) || !(h >= l)) return false;
    sink.bar({
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
    });
    return true;
  };

  const day = (event: RawEvent, receivedAt: number): boolean => {
    const tick = snapshotToDayTick(event.ticker, receivedAt);
    if (tick === undefined || !isSymbol(tick.symbol) || !isTime(tick.sourceTime, receivedAt)) return false;
    sink.day(tick);
    return true;
  };

  const status = ({ status, message }: RawEvent): boolean => {
    if (typeof status !== 'string') return false;
    onStatus({ status, message: typeof message === 'string' ? message : '' });
    return true;
  };

  /** False for what should have been a tick and is none. Event types we have no use for are fine. */
  const takeEvent = (event: RawEvent, receivedAt: number): boolean => {
    switch (event.ev) {
      case 'T':
        return trade(event, receivedAt);
      case 'Q':
        return nbbo(event, receivedAt);
      case 'A':
        return bar(event, 1, receivedAt);
      case 'AM':
        return bar(event, 60, receivedAt);
      case 'status':
        return status(event);
      case 'snapshot':
        return day(event, receivedAt);
      default:
        return typeof event.ev === 'string';
    }
  };

  const take = (event: RawEvent, receivedAt: number): void => {
    if (typeof event !== 'object' || event === null || !takeEvent(event, receivedAt)) sink.dropped(1);
  };
  const parse = (text: string): readonly RawEvent[] | RawEvent | undefined => {
    if (text.length <= MAX_FRAME_CHARS) {
      try {
        const frame: unknown = JSON.parse(text);
        if (typeof frame === 'object' && frame !== null) return frame as RawEvent | RawEvent[];
      } catch {
        // Not JSON: counted below like any other frame that is none.
      }
    }
    sink.dropped(1);
    return undefined;
  };

  return {
    parse,
    take,
    read(text, receivedAt) {
      const frame = parse(text);
      if (frame === undefined) return;
      if (Array.isArray(frame)) for (const event of frame) take(event, receivedAt);
      else take(frame as RawEvent, receivedAt);
    },
  };
}
