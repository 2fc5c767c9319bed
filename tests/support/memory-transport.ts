import type { PeerHost, TransportFactory } from '../../src/realtime/connections.ts';
import { createMemoryPeer, type MemoryPeer } from './memory-peer.ts';

/** A second way to connect, in the memory of the test: JSON lines, no acks. */
export interface MemoryTransport {
  readonly factory: TransportFactory;
  connect(sessionId: string): Promise<MemoryClient>;
}

/** The client's end of a memory peer. */
export interface MemoryClient extends Pick<MemoryPeer, 'payloads' | 'pause' | 'resume' | 'leave'> {
  readonly peer: MemoryPeer;
  emit(event: string, payload?: unknown): void;
  /** Resolves with the reason of the service; `client` where the client left. */
  readonly closed: Promise<string>;
}

export function createMemoryTransport(): MemoryTransport {
  const peers = new Set<MemoryPeer>();
  let host: PeerHost | undefined;
  let connectionCount = 0;

  return {
    factory(createdFor) {
      host = createdFor;
      return {
        async stop() {
          for (const peer of peers) peer.leave();
        },
      };
    },
    async connect(sessionId) {
      if (!host) throw new Error('the service has not been created yet');
      const { admit, release, join, receive, leave } = host;
      const id = `memory-${++connectionCount}`;
      const principal = await admit(id, { sessionId });
      const peer = createMemoryPeer(principal, id);
      peers.add(peer);
      const closed = new Promise<string>((resolve) => {
        peer.onEnd = () => {
          peers.delete(peer);
          release(principal, id);
          leave(peer);
          resolve(peer.closedFor ?? 'client');
        };
      });
      join(peer);
      return {
        peer,
        payloads: peer.payloads,
        pause: peer.pause,
        resume: peer.resume,
        leave: peer.leave,
        closed,
        emit: (event, payload) => receive(peer, event, payload === undefined ? [] : [payload]),
      };
    },
  };
}
