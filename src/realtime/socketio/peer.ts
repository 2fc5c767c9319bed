import type { Server, Socket } from 'socket.io';
import { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import { SOCKET_CLOSE_CODES } from '../../protocol/connection.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../protocol/events.ts';
import { FIRST_WINDOW_BYTES, InFlight } from '../in-flight.ts';
import { CLOSE_GRACE_MS, type CloseReason, type EncodedEvent, type Peer } from '../peer.ts';
import type { Principal } from '../principal.ts';
import { toTextFrame } from '../websocket-frame.ts';
import { socketIoDialect } from './dialect.ts';
import {
  type EngineTransport,
  endTransport,
  type Line,
  lineOf,
  type Packet,
  pingOver,
  sizeOf,
  transportOf,
  writeBufferOf,
} from './engine.ts';

export type RealtimeServer = Server<ClientToServerEvents, ServerToClientEvents, object, Principal>;
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, object, Principal>;

/** The ping of engine.io, which every client answers. */
const PING_FRAME = toTextFrame('2');

/** The peer of a connection: with it one listener serves all of them, where each would have closures of its own. */
const PEER = Symbol('peer');
type Connection = RealtimeSocket['conn'] & { [PEER]?: SocketIoPeer };
function packetWritten(this: Connection, packet: Packet): void {
  this[PEER]?.packetWritten(packet);
}
function packetArrived(this: Connection, packet: Packet): void {
  this[PEER]?.packetArrived(packet);
}

/** The peer of a connected socket. */
export const peerOf = ({ conn }: RealtimeSocket): SocketIoPeer | undefined => (conn as Connection)[PEER];

/** A class, because its methods then cost nothing per connection. */
export class SocketIoPeer implements Peer {
  readonly id: string;
  readonly principal: Principal;
  readonly dialect = socketIoDialect;
  readonly appliesDeltas: boolean;
  readonly #socket: RealtimeSocket;
  readonly #clock: Clock;
  readonly #inFlight = new InFlight();
  #polls = 0;
  #heardAt: number;

  constructor(socket: RealtimeSocket, clock: Clock, appliesDeltas = false) {
    this.id = socket.id;
    this.principal = socket.data;
    this.appliesDeltas = appliesDeltas;
    this.#socket = socket;
    this.#clock = clock;
    this.#heardAt = clock.now();
    const conn: Connection = socket.conn;
    conn[PEER] = this;
    conn.on('packetCreate', packetWritten);
    conn.on('packet', packetArrived);
  }

  isOpen(): boolean {
    return this.#socket.connected;
  }

  room(): number {
    const { name, writable, socket } = this.#transport();
    if (!writable || writeBufferOf(this.#socket.conn).length > 0 || socket?._socket?.writableLength) return 0;
    // The next poll is the answer to the one before.
    return name === 'websocket' ? this.#inFlight.room(this.#clock) : FIRST_WINDOW_BYTES;
  }

  /** The queue of engine.io, and what `ws` could not pass on. */
  queuedBytes(): number {
    let bytes = this.#transport().socket?.bufferedAmount ?? 0;
    for (const packet of writeBufferOf(this.#socket.conn)) bytes += sizeOf(packet);
    return bytes;
  }

  /** A polling client is measured in answered polls instead of bytes. */
  takenBytes(): number {
    if (this.#inFlight.probes() > 0) return this.#inFlight.arrivedBytes();
    const stream = this.#transport().socket?._socket;
    return stream ? stream.bytesWritten - stream.writableLength : this.#polls;
  }

  write(events: readonly EncodedEvent[], joined?: Buffer, written?: () => void): void {
    const last = events.at(-1);
    if (!last) return;
    const { conn } = this.#socket;
    const { name, socket } = this.#transport();
    if (name === 'websocket') {
      const frame =
        joined ?? (events.length === 1 ? last.frame : Buffer.concat(events.map((event) => event.frame)));
      const line = lineOf(conn);
      if (line) this.#put(line, frame, written);
      else if (socket?.readyState !== WebSocket.CLOSING) {
        // engine.io would send the text if it could not use the frame; a WebSocket transport always can.
        const options = { wsPreEncodedFrame: [frame] } as never;
        conn.write(last.text, options, written && (() => this.#inFlight.whenRoomForEvents(written)));
      }
      return;
    }
    const polled = (): void => {
      this.#polls += 1;
      written?.();
    };
    for (const event of events) conn.write(event.text, undefined, event === last ? polled : undefined);
  }

  close(reason: CloseReason): void {
    if (reason === 'revoked' || reason === 'replaced') {
      // Unlike the end of the transport this makes a stock client stay away.
      this.#socket.disconnect(true);
      endTransport(this.#socket.conn, this.#clock, CLOSE_GRACE_MS);
      return;
    }
    const { name, socket } = this.#transport();
    if (reason === 'drain' || !socket) {
      // A polling client between two polls is dropped at once: engine.io would keep a timer for its next poll for
      // 30 seconds, and the process with it.
      this.#socket.conn.close(name === 'polling');
      return;
    }
    socket.close(SOCKET_CLOSE_CODES[reason], reason);
    this.#clock.after(CLOSE_GRACE_MS, () => socket.terminate());
    // Another service may emit into its rooms on and on: nothing is queued behind the close frame.
    if (reason === 'slow_consumer') this.#socket.conn.close(true);
  }

  heardAt(): number {
    return this.#heardAt;
  }

  ping(): void {
    pingOver(this.#socket.conn);
  }

  /** A packet is on its way, or waits for those before it. */
  packetWritten(packet: Packet): void {
    // engine.io sends pings of its own, and an answer does not say which one it is for: each is a probe.
    if (packet.type === 'ping') this.#inFlight.probe(this.#clock);
    else this.#inFlight.wrote(sizeOf(packet));
  }

  packetArrived({ type }: Packet): void {
    this.#heardAt = this.#clock.now();
    if (type === 'pong') this.#pong();
  }

  #put(line: Line, frame: Buffer, written?: () => void): void {
    const isProbed = this.#inFlight.isProbeDue(this.#clock, frame.length);
    this.#inFlight.wrote(frame.length);
    if (isProbed) line.cork();
    if (written) line.write(frame, (error) => error ?? this.#inFlight.whenRoomForEvents(written));
    else line.write(frame);
    if (!isProbed) return;
    line.write(PING_FRAME);
    line.uncork();
    this.#inFlight.probe(this.#clock);
  }

  #pong(): void {
    this.#inFlight.answered(this.#clock);
    if (this.#inFlight.isProbeDue(this.#clock)) pingOver(this.#socket.conn);
  }

  #transport(): EngineTransport {
    return transportOf(this.#socket.conn);
  }
}
