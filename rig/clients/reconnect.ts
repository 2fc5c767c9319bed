/** As socket.io-client comes back by default: after half a second to one and a half, doubled up to five seconds. */
export const RECONNECT = { firstMs: 1_000, mostMs: 5_000, jitter: 0.5, attemptMs: 20_000 } as const;

/** The pause before attempt number `attempt`, from 0. */
export function reconnectDelay(attempt: number): number {
  const base = Math.min(RECONNECT.firstMs * 2 ** attempt, RECONNECT.mostMs);
  return base * (1 - RECONNECT.jitter + 2 * RECONNECT.jitter * Math.random());
}

/** Where a client without the library opens its WebSocket. */
export const SOCKET_IO_PATH = '/socket.io/?EIO=4&transport=websocket';
