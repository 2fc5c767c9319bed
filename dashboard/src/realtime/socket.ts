import { io, type Socket } from 'socket.io-client';
import type {
  AnswerTo,
  ClientEvent,
  ClientToServerEvents,
  CommandArgs,
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

/** A socket that connects only when asked: when to try again is the connection's decision. */
export const openSocket = (auth: SocketAuth, url?: string): TradecastSocket =>
  io(url ?? '', {
    auth: { ...auth, protocol: PROTOCOL_VERSION, delta: true },
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_TIMEOUT_MS,
    transports: ['websocket', 'polling'],
    // Where a proxy swallows WebSockets, long polling still gets through.
    tryAllTransports: true,
    withCredentials: true,
  });

/** Longer than any healthy server takes; then the question counts as not answered. */
const ACK_TIMEOUT_MS = 10_000;

/** Emits with an ack. `done` gets the answer, or null where none came in time. */
export function ask<E extends ClientEvent>(
  socket: TradecastSocket,
  event: E,
  args: CommandArgs<E>,
  done: (answer: AnswerTo<E> | null) => void,
): void {
  // socket.io's own types give a callback with a timeout only to acks that are not optional.
  const timed = socket.timeout(ACK_TIMEOUT_MS) as unknown as {
    emit(event: E, ...args: [...CommandArgs<E>, (error: Error | null, answer?: AnswerTo<E>) => void]): void;
  };
  timed.emit(event, ...args, (error, answer) => done(error ? null : (answer ?? null)));
}
