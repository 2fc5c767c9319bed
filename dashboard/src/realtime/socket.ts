import { io, type Socket } from 'socket.io-client';
import type {
  AckFailure,
  ClientEvent,
  ClientToServerEvents,
  ServerToClientEvents,
} from '../../../src/protocol/events.ts';
import { CONNECT_TIMEOUT_MS } from '../../../src/protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/version.ts';

export type TradecastSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface SocketAuth {
  sessionID: string;
  userId: string;
  userName: string;
}

/** A socket that waits to be told to connect: when to try again is the connection's decision. */
export const openSocket = (auth: SocketAuth, url?: string): TradecastSocket =>
  io(url ?? '', {
    auth: { ...auth, protocol: PROTOCOL_VERSION },
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_TIMEOUT_MS,
    transports: ['websocket', 'polling'],
    // Where a proxy swallows WebSockets, long polling still gets through.
    tryAllTransports: true,
    withCredentials: true,
  });

export type Answer = ({ ok: true } & Record<string, unknown>) | AckFailure;

/** Longer than any healthy server takes; then the question counts as not answered. */
const ACK_TIMEOUT_MS = 10_000;

/** Emits with an ack. `done` gets the answer, or null where none came in time. */
export function ask(
  socket: TradecastSocket,
  event: ClientEvent,
  args: readonly unknown[],
  done: (answer: Answer | null) => void,
): void {
  // socket.io's types do not see an ack that is declared optional.
  const timed = socket.timeout(ACK_TIMEOUT_MS) as unknown as {
    emit(event: string, ...args: unknown[]): void;
  };
  timed.emit(event, ...args, (error: Error | null, answer?: Answer) => done(error ? null : (answer ?? null)));
}
