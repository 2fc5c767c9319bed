import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import { InFlight } from '../in-flight.ts';
import type { CloseReason, Dialect, EncodedEvent, Peer } from '../peer.ts';
import type { Principal } from '../principal.ts';
import { toTextFrame } from '../websocket-frame.ts';
import { CODE_OF_REASON, closeWith } from './close.ts';

export interface PlainPeerParts {
  readonly id: string;
  readonly principal: Principal;
  readonly dialect: Dialect;
  readonly ws: WebSocket;
  /** The line beneath it. Frames are written to it as they are: `ws` would frame them anew for each peer. */
  readonly line: Socket;
  readonly clock: Clock;
}

/**
 * FIN and opcode 9: pings of the WebSocket protocol, each with its number. A client may answer the last of several alone
 * (RFC 6455, section 5.5.3).
 */
const PING_FRAMES = Array.from({ length: 256 }, (_, number) => Buffer.from([0x89, 1, number]));

/** A class, because its methods then cost nothing per connection. */
export class PlainPeer implements Peer {
  readonly id: string;
  readonly principal: Principal;
  readonly dialect: Dialect;
  readonly #ws: WebSocket;
  readonly #line: Socket;
  readonly #clock: Clock;
  readonly #inFlight = new InFlight();
  /** Pings so far. */
  #pings = 0;

  constructor({ id, principal, dialect, ws, line, clock }: PlainPeerParts) {
    this.id = id;
    this.principal = principal;
    this.dialect = dialect;
    this.#ws = ws;
    this.#line = line;
    this.#clock = clock;
  }

  isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  room(): number {
    return this.isOpen() && this.#line.writableLength === 0 ? this.#inFlight.room(this.#clock) : 0;
  }

  queuedBytes(): number {
    return this.#line.writableLength;
  }

  takenBytes(): number {
    if (this.#inFlight.probes() > 0) return this.#inFlight.arrivedBytes();
    return this.#line.bytesWritten - this.#line.writableLength;
  }

  /** Bytes written, and not known to have arrived. */
  inFlightBytes(): number {
    return this.#inFlight.bytes();
  }

  /** Whether everything that is written now will arrive late. */
  isLate(): boolean {
    return this.#inFlight.isLate(this.#clock);
  }

  write(events: readonly EncodedEvent[], joined?: Buffer, written?: () => void): void {
    const [first] = events;
    if (!first || !this.isOpen()) return;
    const frame =
      joined ?? (events.length === 1 ? first.frame : Buffer.concat(events.map((event) => event.frame)));
    this.#put(frame, written);
  }

  /** Writes an answer of the transport's own. */
  reply(text: string): void {
    if (this.isOpen()) this.#put(toTextFrame(text));
  }

  /** Complete frames that many peers share. */
  writeFrames(frames: Buffer): void {
    if (this.isOpen()) this.#put(frames);
  }

  /** Asks the client for a sign of life. A probe that is on its way asks already. */
  ping(): void {
    if (this.isOpen() && this.#inFlight.probes() === 0) this.#probe();
  }

  /** The client has answered the ping with this number. Any other answer is none of ours. */
  ponged(data: Buffer): void {
    const pings = this.#inFlight.probes();
    const [number] = data;
    if (number === undefined || data.length > 1) return;
    const later = (this.#pings - 1 - number) & 0xff;
    if (later >= pings) return;
    this.#inFlight.answered(this.#clock, pings - later);
    if (this.isOpen() && this.#inFlight.isProbeDue(this.#clock)) this.#probe();
  }

  /** Reads nothing further from the line until `resume`: what the client sends waits on its side. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(reason: CloseReason): void {
    closeWith(this.#ws, CODE_OF_REASON[reason], reason, this.#clock);
  }

  #put(frame: Buffer, written?: () => void): void {
    const isProbed = this.#inFlight.isProbeDue(this.#clock, frame.length);
    this.#inFlight.wrote(frame.length);
    if (isProbed) this.#line.cork();
    if (written) this.#line.write(frame, (error) => error ?? this.#inFlight.whenRoomForEvents(written));
    else this.#line.write(frame);
    if (!isProbed) return;
    this.#probe();
    this.#line.uncork();
  }

  #probe(): void {
    this.#line.write(PING_FRAMES[this.#pings & 0xff]!);
    this.#pings += 1;
    this.#inFlight.probe(this.#clock);
  }
}
