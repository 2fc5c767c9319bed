import type { Quote } from '../domain/market/quote.ts';
import type { CloseReason as EndReason, RealtimeMetrics } from '../metrics/realtime.ts';
import type { PayloadOf, ServerEvent } from '../protocol/events.ts';
import type { Principal } from './principal.ts';

/** One server event as one dialect spells it, encoded once for every peer that reads it. */
export interface EncodedEvent {
  readonly event: ServerEvent;
  /** The message, for a transport that frames messages itself. */
  readonly text: string;
  /** The same as complete bytes of the line; frames may be concatenated. */
  readonly frame: Buffer;
}

/** How peers of one kind spell events. Each dialect is one object for the life of the process. */
export interface Dialect {
  /** Null for an event that the dialect has no words for; its peers do not receive it. */
  encode<E extends ServerEvent>(event: E, payload: PayloadOf<E>): EncodedEvent | null;
  /** A faster `encode` of quotes: the same bytes. Null for a quote that it is not made for. */
  encodeQuote?(quote: Quote): EncodedEvent | null;
}

/** Why the service closes a connection. */
export type CloseReason = Exclude<EndReason, 'client'>;

/** A peer reads the close frame behind everything it has not read yet; after this the connection is cut. */
export const CLOSE_GRACE_MS = 5_000;

/** One connection of a user, whatever its transport. */
export interface Peer {
  /** Unique over all replicas. */
  readonly id: string;
  readonly principal: Principal;
  readonly dialect: Dialect;
  /** The client applies `portfolio:delta`, and has said so. */
  readonly appliesDeltas?: boolean;
  /** False once the connection has ended. */
  isOpen(): boolean;
  /**
   * Bytes of state that may be written now. None while the operating system has yet to accept what was written before,
   * or the client to answer for it: state that waits in a kernel grows old there.
   */
  room(): number;
  /** Bytes that wait for this peer in the memory of this process. */
  queuedBytes(): number;
  /** Rises as long as the peer reads, in bytes or in any other measure of its transport. */
  takenBytes(): number;
  /**
   * Writes events in order, in one piece where the transport can. `joined` is the concatenation of their frames
   * where the caller shares it between peers; it holds until the end of this turn unless `queuedBytes` rises.
   * `written` is called when more events may follow: the transport has accepted the last byte, and not too many are on
   * their way. It is never called if the connection ends before.
   */
  write(events: readonly EncodedEvent[], joined?: Buffer, written?: () => void): void;
  /** A client comes back by itself, except after `revoked` and `replaced`. */
  close(reason: CloseReason): void;
  /** When the client last sent anything, milliseconds since epoch, for a transport whose connections may be replaced. */
  heardAt?(): number;
  /** Asks the client for a sign of life. */
  ping?(): void;
}

/** Writes one event at once: replies and notices, which belong to neither lane. */
export type Send = <E extends ServerEvent>(peer: Peer, event: E, payload: PayloadOf<E>) => void;

export const createSend =
  (metrics: Pick<RealtimeMetrics, 'messageSent'>): Send =>
  (peer, event, payload) => {
    const encoded = peer.dialect.encode(event, payload);
    if (!encoded) return;
    metrics.messageSent(event);
    peer.write([encoded]);
  };
