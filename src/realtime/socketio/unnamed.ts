import type { IncomingMessage } from 'node:http';
import { addressOf } from '../../lib/address.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Strangers } from '../strangers.ts';
import { endTransport } from './engine.ts';

/** What is needed of a connection of engine.io. */
export interface EngineConnection {
  /** Undefined as soon as the client has tried to sign in. */
  readonly request: IncomingMessage | undefined;
  readonly transport: unknown;
  close(): void;
  on(event: 'data' | 'close', listener: (this: EngineConnection, data: unknown) => void): unknown;
}

export interface UnnamedParts {
  readonly strangers: Strangers;
  readonly trustProxy: number;
  readonly clock: Clock;
}

/** A CONNECT to any namespace but the main one. Socket.IO refuses it by itself, and no middleware sees it. */
const FOREIGN_NAMESPACE = /^0\/[^,]/;

/**
 * Follows connections whose clients have not said who they are. One that asks for a namespace which does not exist is
 * closed behind the refusal. One that ends unnamed, by a flood too, counts as a refusal of its address.
 */
export function createUnnamed({ strangers, trustProxy, clock }: UnnamedParts) {
  // Read at the start: the line of a connection that has ended has no address any more.
  const addresses = new WeakMap<EngineConnection, string>();

  // One listener of each kind for all connections.
  function read(this: EngineConnection, data: unknown): void {
    if (typeof data === 'string' && FOREIGN_NAMESPACE.test(data)) endTransport(this, clock);
  }
  function left(this: EngineConnection): void {
    const address = addresses.get(this);
    if (this.request !== undefined && address !== undefined) void strangers.refused(address, 'NO_SESSION_ID');
  }

  return (conn: EngineConnection): void => {
    if (conn.request) addresses.set(conn, addressOf(conn.request, trustProxy));
    conn.on('data', read);
    conn.on('close', left);
  };
}
