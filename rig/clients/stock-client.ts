/** socket.io-client as it comes, with what tests, drills and benchmarks do with it. */
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import type { PayloadOf, ServerEvent } from '../../src/protocol/events.ts';
import { STEP_MS } from '../patience.ts';
import type { ClientSocket } from './ask.ts';

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;

/** Begins to connect, over WebSocket and once only unless the options say otherwise. */
export const openSocket = (url: string, options: ClientOptions): ClientSocket =>
  io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });

/** Resolves when it is connected; rejects with the refusal, and where the connection ends before it is admitted. */
export const connected = (socket: ClientSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
    // Socket.IO calls this no error.
    if (!socket.io.reconnection())
      socket.once('disconnect', (reason) => reject(new Error(`ended before it was admitted: ${reason}`)));
  });

/** Resolves with the reason when the connection ends; fails after a while. */
export const disconnected = (socket: ClientSocket): Promise<string> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off('disconnect', ended);
      reject(new Error(`still connected after ${STEP_MS} ms`));
    }, STEP_MS).unref();
    const ended = (reason: string): void => {
      clearTimeout(timer);
      resolve(reason);
    };
    socket.once('disconnect', ended);
  });

/** The next `event` that satisfies `fits`; fails after a while, naming what it waited for. */
export function next<E extends ServerEvent>(
  socket: ClientSocket,
  event: E,
  fits: (payload: PayloadOf<E>) => boolean = () => true,
): Promise<PayloadOf<E>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off(event, listener as never);
      reject(new Error(`no fitting ${event} within ${STEP_MS} ms`));
    }, STEP_MS).unref();
    const listener = (payload: PayloadOf<E>): void => {
      if (!fits(payload)) return;
      clearTimeout(timer);
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });
}

/** Everything of these events from now on, in order of arrival. */
export function collect<E extends ServerEvent>(
  socket: ClientSocket,
  ...events: readonly E[]
): { [K in E]: { event: K; payload: PayloadOf<K> } }[E][] {
  const collected: { event: E; payload: PayloadOf<E> }[] = [];
  for (const event of events)
    socket.on(event, ((payload: PayloadOf<E>) => void collected.push({ event, payload })) as never);
  return collected;
}
