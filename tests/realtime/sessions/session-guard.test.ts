import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { ActiveSession, Sessions } from '../../../src/domain/accounts/session.ts';
import { revokedTopic } from '../../../src/domain/accounts/topics.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import { SESSION_CHECK_INTERVAL_MS } from '../../../src/protocol/limits.ts';
import type { Peer } from '../../../src/realtime/peer.ts';
import { createPeerIndex, type MutablePeerIndex } from '../../../src/realtime/peer-index.ts';
import { createPrincipal } from '../../../src/realtime/principal.ts';
import { guardSessions } from '../../../src/realtime/sessions/session-guard.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer, testUser } from '../../support/memory-peer.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the guard of sessions', () => {
  let clock: ManualClock;
  let bus: Bus;
  let index: MutablePeerIndex;
  let active: Set<string>;
  let asked: string[][];
  let revoked: string[];
  let stop: () => void;

  function connect(userId: string, sessionId: string, id: string): Peer {
    const peer = createMemoryPeer(createPrincipal(testUser(userId), sessionId), id);
    index.add(peer);
    return peer;
  }

  const sessions: Pick<Sessions, 'findMany' | 'touch'> = {
    async findMany(ids) {
      asked.push([...ids]);
      const session: ActiveSession = { user: testUser(), expiresAt: Number.POSITIVE_INFINITY };
      return new Map(ids.filter((id) => active.has(id)).map((id) => [id, session]));
    },
    touch: async () => {},
  };

  beforeEach(() => {
    clock = createManualClock('2026-03-02T15:00:00.000Z');
    bus = createLocalBus(silentLog);
    index = createPeerIndex();
    active = new Set(['s1', 's2', 's3']);
    asked = [];
    revoked = [];
    stop = guardSessions({
      index,
      sessions,
      bus,
      clock,
      log: silentLog,
      revoke(peer, reason) {
        revoked.push(`${peer.id} ${reason}`);
        // A transport may end the connection at once.
        index.delete(peer);
      },
    });
    connect('ada', 's1', 'ada-1');
    connect('ada', 's1', 'ada-2');
    connect('ada', 's2', 'ada-phone');
    connect('bob', 's3', 'bob-1');
  });
  afterEach(() => stop());

  test('ends every connection of a banned user and of no other', () => {
    bus.publish(revokedTopic, { userId: 'ada', reason: 'banned' });
    expect(revoked).toEqual(['ada-1 banned', 'ada-2 banned', 'ada-phone banned']);
  });

  test('ends the connections of the session that signed out, and not its user on another device', () => {
    const { sessionHash } = createPrincipal(testUser('ada'), 's1');
    bus.publish(revokedTopic, { sessionHash, reason: 'logout' });
    expect(revoked).toEqual(['ada-1 logout', 'ada-2 logout']);
    bus.publish(revokedTopic, { sessionHash, reason: 'logout' });
    bus.publish(revokedTopic, { userId: 'eve', reason: 'banned' });
    expect(revoked).toHaveLength(2);
  });

  test('asks the database once for each session, and ends the connections of those that have ended', async () => {
    active.delete('s1');
    clock.advance(SESSION_CHECK_INTERVAL_MS);
    await endOfTurn();
    expect(asked).toEqual([['s1', 's2', 's3']]);
    expect(revoked).toEqual(['ada-1 expired', 'ada-2 expired']);
  });

  test('asks for no session without connections', async () => {
    for (const peer of [...index.peers]) index.delete(peer);
    expect([index.byUser.size, index.bySession.size]).toEqual([0, 0]);
    clock.advance(SESSION_CHECK_INTERVAL_MS);
    await endOfTurn();
    expect(asked).toEqual([]);
  });
});
