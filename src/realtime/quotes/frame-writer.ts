import { LENGTH_IN_16_BITS, WHOLE_TEXT } from '../websocket-frame.ts';

/** A message has at most this many bytes: what is longer is not for this writer. */
export const MAX_WRITTEN_BYTES = 1_024;
/** As Node's own pool: some 30 quotes share it, and the last of them that is kept keeps it. */
const SLAB_BYTES = 8 * 1_024;
/** The longest header of a message of that size. */
const HEADER_BYTES = 4;

const ZERO = 48;
const POINT = 46;
const DECIMALS = 10_000;
/** A number of four decimals below this has fifteen digits at most, so no shorter text reads as the same number. */
const MAX_SCALED = 1e15;
const MAX_SMALL = 0x7fff_ffff;

/** Writes messages of ASCII, each with its WebSocket header, into memory that they share. */
export class FrameWriter {
  #bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #begin = 0;
  #at = 0;

  begin(): void {
    if (this.#at + HEADER_BYTES + MAX_WRITTEN_BYTES > SLAB_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#at = 0;
    }
    this.#begin = this.#at;
    this.#at += HEADER_BYTES;
  }

  /** The message with its header: complete bytes of the line. */
  end(): Buffer {
    const bytes = this.#bytes;
    const length = this.#at - this.#begin - HEADER_BYTES;
    let begin = this.#begin;
    if (length < LENGTH_IN_16_BITS) {
      begin += 2;
      bytes[begin + 1] = length;
    } else {
      bytes[begin + 1] = LENGTH_IN_16_BITS;
      bytes[begin + 2] = length >> 8;
      bytes[begin + 3] = length & 0xff;
    }
    bytes[begin] = WHOLE_TEXT;
    return bytes.subarray(begin, this.#at);
  }

  /** Of ASCII. */
  text(text: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  /** As JSON writes it. Prices have few decimals: their digits are written without a text in between. */
  number(value: number): void {
    const scaled = Math.round(value * DECIMALS);
    if (!(scaled >= 0 && scaled < MAX_SCALED && scaled / DECIMALS === value)) this.#anyNumber(value);
    else {
      const whole = Math.floor(scaled / DECIMALS);
      if (whole > MAX_SMALL) this.text(`${whole}`);
      else this.#digits(whole);
      const decimals = scaled - whole * DECIMALS;
      if (decimals > 0) this.#decimals(decimals);
    }
  }

  #anyNumber(value: number): void {
    this.text(Number.isFinite(value) ? `${value}` : 'null');
  }

  /** From the last one to the first. */
  #digits(value: number): void {
    const bytes = this.#bytes;
    const end = this.#at + lengthOf(value);
    let at = end;
    let rest = value;
    do {
      const tens = (rest / 10) | 0;
      bytes[--at] = ZERO + rest - tens * 10;
      rest = tens;
    } while (rest > 0);
    this.#at = end;
  }

  #decimals(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = POINT;
    for (let unit = DECIMALS / 10, rest = value; rest > 0; unit /= 10) {
      const digit = (rest / unit) | 0;
      bytes[at++] = ZERO + digit;
      rest -= digit * unit;
    }
    this.#at = at;
  }
}

function lengthOf(value: number): number {
  let length = 1;
  for (let limit = 10; value >= limit; limit *= 10) length += 1;
  return length;
}
