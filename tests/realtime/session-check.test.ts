import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ActiveSession } from '../../src/domain/accounts/session.ts';
import { createSessionCheck } from '../../src/realtime/session-check.ts';
import { keepSessionId, type RealtimeSocket } from '../../src/realtime/socket.ts';
import { createManualClock } from '../support/manual-clock.ts';

const clock = createManualClock('2026-03-02T15:00:00.000Z');
const session: ActiveSession = {
  user: { id: 'u1', username: 'ada', name: 'Ada', tier: 'member', banned: false },
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
const socketOf = (sessionId: string): RealtimeSocket => {
  const socket = {} as RealtimeSocket;
  keepSessionId(socket, sessionId);
  return socket;
};
beforeEach(() => {
  asked = [];
  answer = async () => session;
});

describe('the session behind a command', () => {
  test('is asked for once per half second and socket', async () => {
    const [one, other] = [socketOf('s1'), socketOf('s2')];
    await Promise.all([check(one), check(one), check(other)]);
    clock.advance(500);
    await check(one);
    expect(asked).toEqual(['s1', 's2']);
    clock.advance(1);
    await check(one);
    expect(asked).toEqual(['s1', 's2', 's1']);
  });

  test('counts as ended from the first answer that says so', async () => {
    const socket = socketOf('s1');
    await check(socket);
    answer = async () => null;
    clock.advance(501);
    await expect(check(socket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(check(socket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is asked for again where the answer took so long that it may be untrue by now', async () => {
    let slow = 2;
    answer = async () => {
      if (slow-- > 0) clock.advance(1_001);
      return session;
    };
    await check(socketOf('s1'));
    expect(asked).toHaveLength(3);
  });

  test('is not believed in where every answer takes too long, or none comes', async () => {
    answer = async () => {
      clock.advance(1_001);
      return session;
    };
    await expect(check(socketOf('s1'))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
    const socket = socketOf('s2');
    answer = async () => {
      throw new Error('no database');
    };
    await expect(check(socket)).rejects.toThrow('no database');
    answer = async () => session;
    await check(socket);
  });
});
