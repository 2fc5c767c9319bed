import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { sign } from 'cookie-signature';
import { createLocalRateLimiter } from '../../src/adapters/local/rate-limiter.ts';
import { SESSION_COOKIE } from '../../src/domain/accounts/session-cookie.ts';
import type { ConnectCode } from '../../src/protocol/errors.ts';
import { type Caller, createStrangers } from '../../src/realtime/strangers.ts';
import { createManualClock } from '../support/manual-clock.ts';

const SECRET = 'a secret of the session cookie';
const SHARED = '192.0.2.1';

function start({ alone = 3, together = 30 } = {}) {
  const clock = createManualClock(0);
  const limits = {
    refused: { points: alone, seconds: 600 },
    'address:refused': { points: together, seconds: 600 },
  };
  const limiter = createLocalRateLimiter(limits);
  const strangers = createStrangers({ limiter, sessionSecrets: () => [SECRET], trustProxy: 0, clock });
  const callerAt = (remoteAddress: string, session?: string): Caller => {
    const cookie = session && `${SESSION_COOKIE}=${encodeURIComponent(`s:${sign(session, SECRET)}`)}`;
    return strangers.callerOf({ headers: { cookie }, socket: { remoteAddress } } as IncomingMessage);
  };
  const refuse = async (caller: Caller, code: ConnectCode, times: number) => {
    for (let time = 0; time < times; time++) await strangers.refused(caller, code);
  };
  return { clock, callerAt, refuse, atDoor: strangers.refusalAtDoor };
}

test.each<ConnectCode>([
  'NO_SESSION_ID',
  'INVALID_SESSION',
  'USER_MISMATCH',
  'UNSUPPORTED_PROTOCOL',
  'RATE_LIMITED',
  'TOO_MANY_CONNECTIONS',
])('an address is shut out after too many refusals with %s, and no other address is', async (code) => {
  const { callerAt, refuse, atDoor } = start();
  await refuse(callerAt(SHARED), code, 3);
  expect(atDoor(callerAt(SHARED))).toBeNull();
  await refuse(callerAt(SHARED), code, 1);
  expect(atDoor(callerAt(SHARED))).toBe('SHUT_OUT');
  expect(atDoor(callerAt('192.0.2.2'))).toBeNull();
});

test('who shows a signed cookie answers for no neighbour, and no neighbour for them', async () => {
  const { callerAt, refuse, atDoor } = start();
  await refuse(callerAt(SHARED), 'NO_SESSION_ID', 4);
  expect(atDoor(callerAt(SHARED, 'ada'))).toBeNull();
  await refuse(callerAt(SHARED, 'mallory'), 'RATE_LIMITED', 4);
  expect(atDoor(callerAt(SHARED, 'mallory'))).toBe('SHUT_OUT');
  expect(atDoor(callerAt(SHARED, 'ada'))).toBeNull();
  expect(atDoor(callerAt('192.0.2.2', 'mallory'))).toBeNull();
});

test('a forged cookie is none', async () => {
  const { callerAt, refuse, atDoor } = start();
  await refuse(callerAt(SHARED), 'NO_SESSION_ID', 4);
  const forged = {
    headers: { cookie: `${SESSION_COOKIE}=s%3Aada.forged` },
    socket: { remoteAddress: SHARED },
  };
  const { callerOf, refusalAtDoor } = createStrangers({
    limiter: createLocalRateLimiter({}),
    sessionSecrets: () => [SECRET],
    trustProxy: 0,
    clock: createManualClock(0),
  });
  expect(callerOf(forged as unknown as IncomingMessage)).toEqual(callerAt(SHARED));
  expect([atDoor(callerAt(SHARED)), refusalAtDoor(callerAt(SHARED))]).toEqual(['SHUT_OUT', null]);
});

test('many sessions of one address are bounded together', async () => {
  const { callerAt, refuse, atDoor } = start();
  for (let session = 0; session < 10; session++)
    await refuse(callerAt(SHARED, `session ${session}`), 'TOO_MANY_CONNECTIONS', 3);
  expect(atDoor(callerAt(SHARED, 'ada'))).toBeNull();
  await refuse(callerAt(SHARED, 'one more'), 'TOO_MANY_CONNECTIONS', 1);
  expect(atDoor(callerAt(SHARED, 'ada'))).toBe('SHUT_OUT');
  expect(atDoor(callerAt('192.0.2.2', 'ada'))).toBeNull();
});

test('a service that is away shuts nobody out for longer than the pause it asks for', async () => {
  const { clock, callerAt, refuse, atDoor } = start();
  await refuse(callerAt(SHARED), 'UNAVAILABLE', 2);
  await refuse(callerAt(SHARED, 'ada'), 'UNAVAILABLE', 1);
  expect(atDoor(callerAt(SHARED))).toBeNull();
  await refuse(callerAt(SHARED, 'ben'), 'UNAVAILABLE', 1);
  expect([atDoor(callerAt(SHARED)), atDoor(callerAt(SHARED, 'cleo'))]).toEqual([
    'UNAVAILABLE',
    'UNAVAILABLE',
  ]);
  expect(atDoor(callerAt('192.0.2.2'))).toBeNull();
  clock.advance(1_000);
  expect([atDoor(callerAt(SHARED)), atDoor(callerAt(SHARED, 'cleo'))]).toEqual([null, null]);
  // Still away: each second lets only those through that come before the first refusal.
  await refuse(callerAt(SHARED), 'UNAVAILABLE', 1);
  expect(atDoor(callerAt(SHARED))).toBe('UNAVAILABLE');
});
