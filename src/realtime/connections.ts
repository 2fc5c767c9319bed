import type { PlaceSecrets } from '../domain/accounts/place-secrets.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import type { SessionRevokedPayload } from '../protocol/connection.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Admission } from './admission.ts';
import type { Dispatch } from './commands/dispatch.ts';
import type { Gate } from './commands/gate.ts';
import type { CloseReason, Peer, Send } from './peer.ts';
import { createPeerIndex, type PeerIndex } from './peer-index.ts';
import { ownerOf } from './principal.ts';
import type { Selections } from './selection.ts';
import type { StateLane } from './state-lane/lane.ts';

/** What a transport does with its connections: admit, join, receive, leave. */
export interface PeerHost extends Admission, Pick<Dispatch, 'receive'> {
  /** The peer is connected: it is greeted, and served from now on. */
  join(peer: Peer): void;
  leave(peer: Peer): void;
  /** Who is in a room of other services; null for a name that is of none. */
  members(room: string): Iterable<Peer> | null;
}

/** The same for a transport whose dialect has commands of its own. */
export interface DialectHost extends Omit<PeerHost, 'receive'>, Omit<Gate, 'answered'> {
  readonly selections: Selections;
}

/** A stop waits this long for clients that do not read and for requests in flight. */
export const STOP_GRACE_MS = 2_000;

/** A way for peers to connect. */
export interface Transport {
  /** Closes every connection and accepts no more; resolves within `STOP_GRACE_MS`. */
  stop(): Promise<void>;
}
export type TransportFactory = (host: PeerHost & DialectHost) => Transport;

/** The connected peers, and the end of each. */
export interface Connections {
  readonly index: PeerIndex;
  join(peer: Peer): void;
  leave(peer: Peer): void;
  /** The first reason counts. */
  close(peer: Peer, reason: CloseReason): void;
  /** Ends the peer at once, also where it is closing for another reason. */
  revoke(peer: Peer, reason: SessionRevokedPayload['reason']): void;
  /** Ends a silent peer, whose client has come back on another connection. */
  replace(peer: Peer): void;
}

export interface ConnectionsParts {
  /** Name of this replica, which `connected` carries. */
  readonly replica: string;
  readonly placeSecrets: Pick<PlaceSecrets, 'issue'>;
  readonly lane: Pick<StateLane, 'add' | 'remove'>;
  readonly joined: (peer: Peer) => void;
  readonly left: (peer: Peer) => void;
  readonly isDraining: () => boolean;
  readonly send: Send;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'connectionClosed'>;
  readonly log: Log;
}

export function createConnections(parts: ConnectionsParts): Connections {
  const { lane, send, clock, metrics, log } = parts;
  const index = createPeerIndex();
  const { peers } = index;
  const closing = new Map<Peer, CloseReason>();

  function close(peer: Peer, reason: CloseReason): void {
    // A peer that has left needs no end, and an entry for it would stay for good.
    if (!peers.has(peer) || closing.has(peer)) return;
    closing.set(peer, reason);
    if (reason === 'slow_consumer' || reason === 'flood')
      log.warn({ socketId: peer.id, userId: peer.principal.user.id, reason }, 'closing a connection');
    peer.close(reason);
  }

  return {
    index,
    close,
    join(peer) {
      const userId = peer.principal.user.id;
      index.add(peer);
      lane.add(peer);
      send(peer, 'connected', {
        socketId: peer.id,
        userId,
        replica: parts.replica,
        protocol: PROTOCOL_VERSION,
        serverTime: new Date(clock.now()).toISOString(),
        secret: parts.placeSecrets.issue(peer.id, ownerOf(peer.principal)),
      });
      parts.joined(peer);
      log.debug({ socketId: peer.id, userId }, 'WebSocket connected');
    },
    leave(peer) {
      if (!index.delete(peer)) return;
      parts.left(peer);
      lane.remove(peer);
      const reason = closing.get(peer) ?? (parts.isDraining() ? 'drain' : 'client');
      closing.delete(peer);
      metrics.connectionClosed(reason);
      log.debug({ socketId: peer.id, userId: peer.principal.user.id, reason }, 'WebSocket disconnected');
    },
    revoke(peer, reason) {
      if (!peer.isOpen() || !peers.has(peer) || closing.get(peer) === 'revoked') return;
      // A slow close waits for the peer to read on. A revoked one may not be served until then.
      closing.set(peer, 'revoked');
      send(peer, 'session:revoked', { reason });
      peer.close('revoked');
    },
    replace(peer) {
      if (!peer.isOpen() || !peers.has(peer)) return;
      closing.set(peer, 'replaced');
      send(peer, 'session:replaced', {});
      peer.close('replaced');
    },
  };
}
