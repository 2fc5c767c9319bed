import type { Peer } from './peer.ts';
import { isVisitor } from './principal.ts';

/** The connected peers by user and by session: a revocation and the sweeps must not look at all peers. */
export interface PeerIndex {
  /** In the order in which they connected. */
  readonly peers: ReadonlySet<Peer>;
  /** The peers of each user, by user id; visitors are nobody's. */
  readonly byUser: ReadonlyMap<string, ReadonlySet<Peer>>;
  /** The peers of each session, by session hash. */
  readonly bySession: ReadonlyMap<string, ReadonlySet<Peer>>;
}

export interface MutablePeerIndex extends PeerIndex {
  add(peer: Peer): void;
  /** False where the peer was not in it. */
  delete(peer: Peer): boolean;
}

export function createPeerIndex(): MutablePeerIndex {
  const peers = new Set<Peer>();
  const byUser = new Map<string, Set<Peer>>();
  const bySession = new Map<string, Set<Peer>>();

  return {
    peers,
    byUser,
    bySession,
    add(peer) {
      peers.add(peer);
      if (isVisitor(peer.principal)) return;
      addTo(byUser, peer.principal.user.id, peer);
      addTo(bySession, peer.principal.sessionHash, peer);
    },
    delete(peer) {
      if (!peers.delete(peer)) return false;
      if (isVisitor(peer.principal)) return true;
      deleteFrom(byUser, peer.principal.user.id, peer);
      deleteFrom(bySession, peer.principal.sessionHash, peer);
      return true;
    },
  };
}

function addTo(index: Map<string, Set<Peer>>, key: string, peer: Peer): void {
  const known = index.get(key);
  if (known) known.add(peer);
  else index.set(key, new Set([peer]));
}

function deleteFrom(index: Map<string, Set<Peer>>, key: string, peer: Peer): void {
  const known = index.get(key);
  if (known?.delete(peer) && known.size === 0) index.delete(key);
}
