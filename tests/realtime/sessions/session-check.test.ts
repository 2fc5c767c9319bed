import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ActiveSession } from '../../../src/domain/accounts/session.ts';
import type { Peer } from '../../../src/realtime/peer.ts';
import { createPrincipal } from '../../../src/realtime/principal.ts';
import { createSessionCheck } from '../../../src/realtime/sessions/session-check.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer, testUser } from '../../support/memory-peer.ts';

const clock = createManualClock('2026-03-02T15:00:00.000Z');
const session: ActiveSession = {
  user: testUser(),
  expiresAt: Number.POSITIVE_INFINITY,
};
let asked: string[];
let answer: () => Promise<ActiveSession | null>;
const check = createSessionCheck({
  clock,
  sessions: {
    find(id) {
      asked.push(id);
      return answer();
    },
  },
});
const peerOf = (sessionId: string): Peer => createMemoryPeer(createPrincipal(testUser(), sessionId));
beforeEach(() => {
  asked = [];
  answer = async () => session;
});

describe('the session behind a command', () => {
  test('is asked for once per half second and connection', async () => {
    const [one, other] = [peerOf('s1'), peerOf('s2')];
    await Promise.all([check(one), check(one), check(other)]);
    clock.advance(500);
    await check(one);
    expect(asked).toEqual(['s1', 's2']);
    clock.advance(1);
    await check(one);
    expect(asked).toEqual(['s1', 's2', 's1']);
  });

  test('counts as ended from the first answer that says so', async () => {
    const peer = peerOf('s1');
    await check(peer);
    answer = async () => null;
    clock.advance(501);
    await expect(check(peer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(check(peer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is asked for again where the answer took so long that it may be untrue by now', async () => {
    let slow = 2;
    answer = async () => {
      if (slow-- > 0) clock.advance(1_001);
      return session;
    };
    await check(peerOf('s1'));
    expect(asked).toHaveLength(3);
  });

  test('is not believed in where every answer takes too long, or none comes', async () => {
    answer = async () => {
      clock.advance(1_001);
      return session;
    };
    await expect(check(peerOf('s1'))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
    const peer = peerOf('s2');
    answer = async () => {
      throw new Error('no database');
    };
    await expect(check(peer)).rejects.toThrow('no database');
    answer = async () => session;
    await check(peer);
  });
});
