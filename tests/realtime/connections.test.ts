import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { type Connections, createConnections } from '../../src/realtime/connections.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryPeer, type MemoryPeer } from '../support/memory-peer.ts';

describe('the end of a connection', () => {
  let connections: Connections;
  let peer: MemoryPeer;
  const reasons: string[] = [];
  const asked: string[] = [];

  beforeEach(() => {
    reasons.length = 0;
    asked.length = 0;
    connections = createConnections({
      replica: 'replica-test',
      placeSecrets: { issue: () => 'a-secret' },
      lane: { add() {}, remove() {} },
      joined() {},
      left() {},
      isDraining: () => false,
      send(one, event, payload) {
        const encoded = one.dialect.encode(event, payload);
        if (encoded) one.write([encoded]);
      },
      clock: createManualClock('2026-03-02T15:00:00.000Z'),
      metrics: { connectionClosed: (reason) => void reasons.push(reason) },
      log: silentLog,
    });
    // A transport that waits for its peer to read on: the close is asked for and comes later.
    peer = { ...createMemoryPeer(), close: (reason) => void asked.push(reason) };
    connections.join(peer);
  });

  test('a revocation ends a peer that is closing for another reason, once', () => {
    connections.close(peer, 'slow_consumer');
    connections.revoke(peer, 'banned');
    connections.revoke(peer, 'expired');
    expect(asked).toEqual(['slow_consumer', 'revoked']);
    expect(peer.payloads('session:revoked')).toEqual([{ reason: 'banned' }]);
    connections.leave(peer);
    expect(reasons).toEqual(['revoked']);
  });

  test('a peer that is replaced is told, and closed for good', () => {
    connections.replace(peer);
    connections.close(peer, 'flood');
    expect(asked).toEqual(['replaced']);
    expect(peer.payloads('session:replaced')).toEqual([{}]);
    connections.leave(peer);
    expect(reasons).toEqual(['replaced']);
  });

  test('the first reason counts among the others', () => {
    connections.close(peer, 'flood');
    connections.close(peer, 'drain');
    expect(asked).toEqual(['flood']);
    connections.leave(peer);
    expect(reasons).toEqual(['flood']);
  });

  test('a peer that has left is not closed, nor remembered when it joins again', () => {
    connections.leave(peer);
    connections.close(peer, 'flood');
    connections.revoke(peer, 'banned');
    expect(asked).toEqual([]);
    connections.join(peer);
    connections.leave(peer);
    expect(reasons).toEqual(['client', 'client']);
  });
});
