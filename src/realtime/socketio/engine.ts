import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';

/** What the peer needs of the line beneath a WebSocket. */
export type Line = Pick<Socket, 'bytesWritten' | 'writableLength' | 'write' | 'cork' | 'uncork'>;

/** What the peer needs of engine.io and is missing from its types. */
export interface EngineTransport {
  readonly name: string;
  readonly writable: boolean;
  /** The `ws` socket of a WebSocket transport. */
  readonly socket?: {
    readonly bufferedAmount: number;
    readonly readyState: number;
    /** The line beneath it, until that has ended. */
    readonly _socket?: Line | null;
    close(code: number, reason: string): void;
    terminate(): void;
    once(event: 'close', listener: () => void): void;
  };
}

export interface Packet {
  readonly type: string;
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: readonly Buffer[] };
}

export const transportOf = (conn: { readonly transport: unknown }): EngineTransport =>
  conn.transport as EngineTransport;

/** Bytes of a packet on the line. */
export function sizeOf({ data, options }: Packet): number {
  const frames = options?.wsPreEncodedFrame;
  if (!frames) return typeof data === 'string' ? data.length : 0;
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  return bytes;
}

/** Packets that engine.io has not passed to the transport yet. */
export const writeBufferOf = (conn: object): readonly Packet[] =>
  (conn as { readonly writeBuffer: readonly Packet[] }).writeBuffer;

/**
 * The line beneath an open WebSocket, where nothing waits to be written by engine.io before: complete frames may be
 * written to it as they are. That a frame passes engine.io and `ws` would cost as much as the write itself.
 */
export function lineOf(conn: { readonly transport: unknown; readonly readyState: string }): Line | null {
  const { name, socket } = transportOf(conn);
  const isOpen = name === 'websocket' && conn.readyState === 'open' && socket?.readyState === WebSocket.OPEN;
  return isOpen && writeBufferOf(conn).length === 0 ? (socket._socket ?? null) : null;
}

/** Time in which a client that has left, or was refused, may answer the close frame. */
const END_GRACE_MS = 1_000;

/** Closes a connection that has no place any more. Where the client does not answer, it is cut after `graceMs`. */
export function endTransport(
  conn: { readonly transport: unknown; close(): void },
  clock: Clock,
  graceMs = END_GRACE_MS,
): void {
  const { socket } = transportOf(conn);
  conn.close();
  if (!socket) return;
  const cancelCut = clock.after(graceMs, () => socket.terminate());
  socket.once('close', cancelCut);
}

/** Pings a client before it is due; the answer counts as one to the engine's own ping. */
export const pingOver = (conn: object): void =>
  (conn as { sendPacket(type: 'ping'): void }).sendPacket('ping');

type AnyListener = (...args: never[]) => void;
/** What `onAny` and `onAnyOutgoing` keep: in each socket an array with room for seventeen. */
interface AnyListeners {
  readonly _anyListeners?: readonly AnyListener[];
  readonly _anyOutgoingListeners?: readonly AnyListener[];
}

/** One list for all sockets. Socket.IO copies it before it calls, with the socket as `this`. */
export const hearAny = (
  socket: object,
  incoming: readonly AnyListener[],
  outgoing: readonly AnyListener[],
): void =>
  void Object.assign(socket, {
    _anyListeners: incoming,
    _anyOutgoingListeners: outgoing,
  } satisfies AnyListeners);
