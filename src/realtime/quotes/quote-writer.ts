import { changeOf, changePercentOf, type Quote } from '../../domain/market/quote.ts';
import type { EncodedEvent } from '../peer.ts';
import { FrameWriter } from './frame-writer.ts';
import { isoOf } from './iso-time.ts';

/**
 * Quotes are half of the work of a busy minute, so each dialect writes them by hand: the same bytes as its `encode`, at half
 * the cost. Null for a quote with a text that is not plain; `encode` has words for every quote.
 */
export type QuoteWriter = (quote: Quote) => EncodedEvent | null;

/** Longer ones, and those that JSON escapes or that are no ASCII, are not plain. */
const PLAIN = /^[ !#-[\]-~]{0,64}$/;

const writer = new FrameWriter();

/** An event whose text is read from its frame, which few ever ask for. */
class WrittenQuote implements EncodedEvent {
  readonly event = 'quote:update';
  readonly frame: Buffer;
  readonly #textAt: number;

  /** `headBytes` of the message are no part of the text. */
  constructor(frame: Buffer, headBytes: number) {
    this.frame = frame;
    this.#textAt = headBytes;
  }

  get text(): string {
    const header = this.frame[1]! < 126 ? 2 : 4;
    return this.frame.toString('latin1', header + this.#textAt);
  }
}

function optional(name: string, value: number | undefined): void {
  if (value === undefined) return;
  writer.text(name);
  writer.number(value);
}

function writeLast({ halted, lastOnly, state }: Quote): void {
  if (halted) writer.text(',"halted":true');
  if (lastOnly) writer.text(',"fillBasis":"last-trade"');
  writer.text(',"state":"');
  writer.text(state);
}

function writeFirst(quote: Quote): void {
  writer.text(quote.symbol);
  writer.text('","price":');
  writer.number(quote.price);
  writer.text(',"change":');
  writer.number(changeOf(quote));
  writer.text(',"changePercent":');
  writer.number(changePercentOf(quote));
  writer.text(',"volume":');
  writer.number(quote.volume);
}

const isPlain = ({ symbol, state }: Quote): boolean => PLAIN.test(symbol) && PLAIN.test(state);

/** engine.io `4`, Socket.IO `2`, and the payload of `quoteToPayload`. */
export const writeSocketIoQuote: QuoteWriter = (quote) => {
  if (!isPlain(quote)) return null;
  writer.begin();
  writer.text('42["quote:update",{"symbol":"');
  writeFirst(quote);
  writer.text(',"timestamp":"');
  writer.text(isoOf(quote.sourceTime));
  writer.text('"');
  optional(',"bid":', quote.bid);
  optional(',"ask":', quote.ask);
  optional(',"open":', quote.open);
  optional(',"high":', quote.high);
  optional(',"low":', quote.low);
  optional(',"previousClose":', quote.previousClose);
  writeLast(quote);
  writer.text('"}]');
  return new WrittenQuote(writer.end(), 1);
};

/** A flat object with a `type`, as `/api/socket` has it; `now` is when it is written. */
export function writePlainQuote(quote: Quote, now: number): EncodedEvent | null {
  if (!isPlain(quote)) return null;
  writer.begin();
  writer.text('{"type":"quote","symbol":"');
  writer.text(quote.symbol);
  writer.text('","data":{"symbol":"');
  writeFirst(quote);
  optional(',"open":', quote.open);
  optional(',"high":', quote.high);
  optional(',"low":', quote.low);
  optional(',"bid":', quote.bid);
  optional(',"ask":', quote.ask);
  writeLast(quote);
  writer.text('","timestamp":');
  writer.number(Math.trunc(quote.sourceTime));
  writer.text('},"timestamp":');
  writer.number(now);
  writer.text('}');
  return new WrittenQuote(writer.end(), 0);
}
