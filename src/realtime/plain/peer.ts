import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
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

/** A class, because its methods then cost nothing per connection. */
export class PlainPeer implements Peer {
  readonly id: string;
  readonly principal: Principal;
  readonly dialect: Dialect;
  readonly #ws: WebSocket;
  readonly #line: Socket;
  readonly #clock: Clock;

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

  isWritable(): boolean {
    return this.isOpen() && this.#line.writableLength === 0;
  }

  queuedBytes(): number {
    return this.#line.writableLength;
  }

  takenBytes(): number {
    return this.#line.bytesWritten - this.#line.writableLength;
  }

  write(events: readonly EncodedEvent[], joined?: Buffer, written?: () => void): void {
    const [first] = events;
    if (!first || !this.isOpen()) return;
    const frame =
      joined ?? (events.length === 1 ? first.frame : Buffer.concat(events.map((event) => event.frame)));
    if (written) this.#line.write(frame, (error) => error ?? written());
    else this.#line.write(frame);
  }

  /** Writes an answer of the transport's own. */
  reply(text: string): void {
    if (this.isOpen()) this.#line.write(toTextFrame(text));
  }

  /** Complete frames that many peers share. */
  writeFrames(frames: Buffer): void {
    if (this.isOpen()) this.#line.write(frames);
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
}
