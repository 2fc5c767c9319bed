/**
 * Upstream frames → domain ticks: the one normalisation that live, recorded and replayed data go through. What fails a
 * check is counted and dropped, nothing throws.
 */
import type { FeedSink } from '../../domain/market/feed.ts';
import { createSymbolCheck } from './event-checks.ts';
import { type RawEvent, readBar, readDay, readNbbo, readTrade } from './events.ts';

/** The largest frame the official client accepts; a larger one is not market data. */
export const MAX_FRAME_CHARS = 1_000_000;

/** `{"ev":"status"}`: answers to what we asked, and refusals. */
export interface StatusEvent {
  readonly status: string;
  readonly message: string;
}

export type TickSink = Pick<FeedSink, 'trade' | 'nbbo' | 'bar' | 'day' | 'dropped'>;

export interface FrameReader {
  /** Parses a frame (an array of events, or one event as a recording has it) and delivers its events. */
  read(text: string, receivedAt: number): void;
  /** The frame's events, unchecked; undefined (and counted) where it is none. */
  parse(text: string): readonly RawEvent[] | RawEvent | undefined;
  /** Delivers one event as a tick. */
  take(event: RawEvent, receivedAt: number): void;
}

export function createFrameReader(sink: TickSink, onStatus: (event: StatusEvent) => void): FrameReader {
  const isSymbol = createSymbolCheck();

  const takeStatus = ({ status, message }: RawEvent): boolean => {
    if (typeof status !== 'string') return false;
    onStatus({ status, message: typeof message === 'string' ? message : '' });
    return true;
  };

  // A function of its own for each kind of event keeps every call site monomorphic: one shared function is slower here.
  const takeTrade = (event: RawEvent, receivedAt: number): boolean => {
    const tick = readTrade(event, receivedAt, isSymbol);
    if (tick === undefined) return false;
    sink.trade(tick);
    return true;
  };
  const takeNbbo = (event: RawEvent, receivedAt: number): boolean => {
    const tick = readNbbo(event, receivedAt, isSymbol);
    if (tick === undefined) return false;
    sink.nbbo(tick);
    return true;
  };
  const takeBar = (event: RawEvent, seconds: 1 | 60, receivedAt: number): boolean => {
    const tick = readBar(event, seconds, receivedAt, isSymbol);
    if (tick === undefined) return false;
    sink.bar(tick);
    return true;
  };
  const takeDay = (event: RawEvent, receivedAt: number): boolean => {
    const tick = readDay(event, receivedAt, isSymbol);
    if (tick === undefined) return false;
    sink.day(tick);
    return true;
  };

  /** False for what should have been a tick and is none. Event types without a use here are fine. */
  const takeEvent = (event: RawEvent, receivedAt: number): boolean => {
    switch (event.ev) {
      case 'T':
        return takeTrade(event, receivedAt);
      case 'Q':
        return takeNbbo(event, receivedAt);
      case 'A':
        return takeBar(event, 1, receivedAt);
      case 'AM':
        return takeBar(event, 60, receivedAt);
      case 'status':
        return takeStatus(event);
      case 'snapshot':
        return takeDay(event, receivedAt);
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
