/**
 * Upstream frames → domain ticks: the one normalisation that live, recorded and replayed data go through. What fails a
 * check is counted and dropped, nothing throws.
 */
import type { FeedSink } from '../../domain/market/feed.ts';
import { type Reading, STOCKS } from './clusters.ts';
import { readContract } from './contract-ticks.ts';
import { createSymbolCheck } from './event-checks.ts';
import {
  mayBePrint,
  type RawEvent,
  readBar,
  readDay,
  readHalt,
  readNbbo,
  readPreviousClose,
  readTrade,
} from './events.ts';

/** The largest frame the official client accepts; a larger one is not market data. */
export const MAX_FRAME_CHARS = 1_000_000;

/** `{"ev":"status"}`: answers to what we asked, and refusals. */
export interface StatusEvent {
  readonly status: string;
  readonly message: string;
}

export type TickSink = Pick<FeedSink, 'trade' | 'nbbo' | 'halt' | 'bar' | 'day' | 'dropped'>;

export interface FrameReader {
  /** Parses a frame (an array of events, or one event as a recording has it) and delivers its events. */
  read(text: string, receivedAt: number): void;
  /** The frame's events, unchecked; undefined (and counted) where it is none. */
  parse(text: string): readonly RawEvent[] | RawEvent | undefined;
  /** Delivers one event as a tick. */
  take(event: RawEvent, receivedAt: number): void;
}

/** False for what should have been a tick and is none. Event types without a use here are fine. */
type TakeEvent = (event: RawEvent, receivedAt: number) => boolean;

// A function of its own for each kind of event keeps every call site monomorphic: one shared function is slower here.
function createTakers(
  sink: TickSink,
  { isSymbol: isSymbolText, effectsOf }: Reading,
  readsTrade: (event: RawEvent) => boolean,
) {
  const isSymbol = createSymbolCheck(isSymbolText);
  return {
    trade(event: RawEvent, receivedAt: number): boolean {
      if (!readsTrade(event)) return true;
      const tick = readTrade(event, receivedAt, isSymbol, effectsOf);
      if (tick === undefined) return false;
      sink.trade(tick);
      return true;
    },
    nbbo(event: RawEvent, receivedAt: number): boolean {
      const tick = readNbbo(event, receivedAt, isSymbol);
      if (tick === undefined) return false;
      sink.nbbo(tick);
      return true;
    },
    halt(event: RawEvent, receivedAt: number): boolean {
      const tick = readHalt(event, receivedAt, isSymbol);
      if (tick) sink.halt(tick);
      return tick !== undefined;
    },
    bar(event: RawEvent, seconds: 1 | 60, receivedAt: number): boolean {
      const tick = readBar(event, seconds, receivedAt, isSymbol);
      if (tick === undefined) return false;
      sink.bar(tick);
      return true;
    },
    day(event: RawEvent, receivedAt: number): boolean {
      const tick = readDay(event, receivedAt, isSymbol);
      if (tick === undefined) return false;
      sink.day(tick);
      return true;
    },
    previousClose(event: RawEvent, receivedAt: number): boolean {
      const tick = readPreviousClose(event, receivedAt, isSymbol);
      if (tick === undefined) return false;
      sink.day(tick);
      return true;
    },
    contract(event: RawEvent, receivedAt: number): boolean {
      const ticks = readContract(event, receivedAt, isSymbol);
      if (ticks === undefined) return false;
      sink.day(ticks.day);
      if (ticks.nbbo) sink.nbbo(ticks.nbbo);
      return true;
    },
  };
}

function createTakeEvent(
  sink: TickSink,
  onStatus: (event: StatusEvent) => void,
  reading: Reading,
  readsTrade: (event: RawEvent) => boolean,
): TakeEvent {
  const take = createTakers(sink, reading, readsTrade);

  const takeStatus = ({ status, message }: RawEvent): boolean => {
    if (typeof status !== 'string') return false;
    onStatus({ status, message: typeof message === 'string' ? message : '' });
    return true;
  };

  return (event, receivedAt) => {
    switch (event.ev) {
      case 'T':
        return take.trade(event, receivedAt);
      case 'Q':
        return take.nbbo(event, receivedAt);
      case 'LULD':
        return take.halt(event, receivedAt);
      case 'A':
        return take.bar(event, 1, receivedAt);
      case 'AM':
        return take.bar(event, 60, receivedAt);
      case 'status':
        return takeStatus(event);
      case 'snapshot':
        return take.day(event, receivedAt);
      case 'previousClose':
        return take.previousClose(event, receivedAt);
      case 'contract':
        return take.contract(event, receivedAt);
      default:
        return typeof event.ev === 'string';
    }
  };
}

export function createFrameReader(
  sink: TickSink,
  onStatus: (event: StatusEvent) => void,
  reading: Reading = STOCKS,
  /** False for a trade that nobody needs: it is passed by before it costs more. */
  readsTrade: (event: RawEvent) => boolean = () => true,
): FrameReader {
  const takeEvent = createTakeEvent(sink, onStatus, reading, readsTrade);

  const take = (event: RawEvent, receivedAt: number): void => {
    if (typeof event !== 'object' || event === null) sink.dropped(1, true);
    else if (!takeEvent(event, receivedAt))
      sink.dropped(1, typeof event.ev !== 'string' || (event.ev === 'T' && mayBePrint(event)));
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
    sink.dropped(1, true);
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
