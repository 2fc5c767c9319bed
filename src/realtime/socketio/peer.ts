import type { Server, Socket } from 'socket.io';
import type { Clock } from '../../lib/clock.ts';
import { SOCKET_CLOSE_CODES } from '../../protocol/connection.ts';
import type { ClientToServerEvents, ServerEvent, ServerToClientEvents } from '../../protocol/events.ts';
import { CLOSE_GRACE_MS, type CloseReason, type EncodedEvent, type Peer } from '../peer.ts';
import type { Principal } from '../principal.ts';
import { socketIoDialect } from './dialect.ts';
import { type EngineTransport, endTransport, pingOver, transportOf, writeBufferOf } from './engine.ts';
import { roomOf } from './room-names.ts';

export type RealtimeServer = Server<ClientToServerEvents, ServerToClientEvents, object, Principal>;
export type RealtimeSocket = Socket<ClientToServerEvents, ServerToClientEvents, object, Principal>;

/** A class, because its methods then cost nothing per connection. */
export class SocketIoPeer implements Peer {
  readonly id: string;
  readonly principal: Principal;
  readonly dialect = socketIoDialect;
  readonly #socket: RealtimeSocket;
  readonly #clock: Clock;
  #polls = 0;
  #heardAt: number;
  #rooms: ReadonlySet<string> | null = null;

  constructor(socket: RealtimeSocket, clock: Clock) {
    this.id = socket.id;
    this.principal = socket.data;
    this.#socket = socket;
    this.#clock = clock;
    this.#heardAt = clock.now();
    socket.conn.on('packet', () => {
      this.#heardAt = clock.now();
    });
  }

  isOpen(): boolean {
    return this.#socket.connected;
  }

  isWritable(): boolean {
    return this.#transport().writable && writeBufferOf(this.#socket.conn).length === 0;
  }

  /** The queue of engine.io, and what `ws` could not pass on. */
  queuedBytes(): number {
    let bytes = this.#transport().socket?.bufferedAmount ?? 0;
    for (const packet of writeBufferOf(this.#socket.conn)) {
      const frames = packet.options?.wsPreEncodedFrame;
      if (frames) for (const frame of frames) bytes += frame.length;
      else if (typeof packet.data === 'string') bytes += packet.data.length;
    }
    return bytes;
  }

  /** A polling client is measured in answered polls instead of bytes. */
  takenBytes(): number {
    const stream = this.#transport().socket?._socket;
    return stream ? stream.bytesWritten - stream.writableLength : this.#polls;
  }

  write(events: readonly EncodedEvent[], joined?: Buffer, written?: () => void): void {
    const last = events.at(-1);
    if (!last) return;
    const { conn } = this.#socket;
    if (this.#transport().name === 'websocket') {
      const frame =
        joined ?? (events.length === 1 ? last.frame : Buffer.concat(events.map((event) => event.frame)));
      // engine.io would send the text if it could not use the frame; a WebSocket transport always can.
      conn.write(last.text, { wsPreEncodedFrame: [frame] } as never, written);
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
  }

  heardAt(): number {
    return this.#heardAt;
  }

  ping(): void {
    pingOver(this.#socket.conn);
  }

  /** Other services emit to everyone who watches a symbol. */
  watches(event: ServerEvent, symbols: ReadonlySet<string>): void {
    if (event !== 'quote:update') return;
    const before = this.#rooms;
    this.#rooms = symbols;
    for (const symbol of before ?? []) if (!symbols.has(symbol)) void this.#socket.leave(roomOf(symbol));
    void this.#socket.join([...symbols].filter((symbol) => !before?.has(symbol)).map(roomOf));
  }

  #transport(): EngineTransport {
    return transportOf(this.#socket.conn);
  }
}
