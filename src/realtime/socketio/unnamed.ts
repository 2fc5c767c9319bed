import type { IncomingMessage } from 'node:http';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { MAX_UNIDENTIFIED_PER_ADDRESS, MAX_UNIDENTIFIED_SOCKETS } from '../../protocol/limits.ts';
import type { Caller, Strangers } from '../strangers.ts';
import { createWaitingRoom } from '../waiting-room.ts';
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
  readonly clock: Clock;
}

/** A CONNECT to any namespace but the main one. Socket.IO refuses it by itself, and no middleware sees it. */
const FOREIGN_NAMESPACE = /^0\/[^,]/;
/**
 * A stock client signs in with its first packet, a round trip after the handshake. Many of one address may do so at once,
 * so that only who is silent for longer needs a place among the silent.
 */
const FIRST_WORD_MS = 1_000;

interface Unnamed {
  readonly caller: Caller;
  /** Ends the wait for the first word, or gives back the place among the silent. */
  leave: Cancel;
}

/**
 * Follows connections whose clients have not said who they are. One that stays silent needs a place among the silent of
 * its address and of the replica, and is closed where none is free. One that asks for a namespace which does not exist
 * is closed behind the refusal. One that ends unnamed, by a flood too, counts as a refusal of its caller.
 */
export function createUnnamed({ strangers, clock }: UnnamedParts) {
  const silent = createWaitingRoom({
    perAddress: MAX_UNIDENTIFIED_PER_ADDRESS,
    inAll: MAX_UNIDENTIFIED_SOCKETS,
  });
  // Read at the start: the line of a connection that has ended has no address any more.
  const unnamed = new WeakMap<EngineConnection, Unnamed>();

  // One listener of each kind for all connections.
  function read(this: EngineConnection, data: unknown): void {
    unnamed.get(this)?.leave();
    if (typeof data === 'string' && FOREIGN_NAMESPACE.test(data)) endTransport(this, clock);
  }
  function left(this: EngineConnection): void {
    const known = unnamed.get(this);
    known?.leave();
    if (this.request !== undefined && known) void strangers.refused(known.caller, 'NO_SESSION_ID');
  }

  function staySilent(conn: EngineConnection, known: Unnamed): void {
    const leave = silent.enter(known.caller.name);
    if (leave) known.leave = leave;
    else endTransport(conn, clock);
  }

  return (conn: EngineConnection): void => {
    if (conn.request) {
      const caller = strangers.callerOf(conn.request);
      const known: Unnamed = { caller, leave: clock.after(FIRST_WORD_MS, () => staySilent(conn, known)) };
      unnamed.set(conn, known);
    }
    conn.on('data', read);
    conn.on('close', left);
  };
}
