import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SessionData } from 'express-session';
import { createTestDatabase, KINDS, type TestDatabase } from '../../../../rig/database/database.ts';
import { createSessionStore } from '../../../../src/adapters/stores/accounts/session-store.ts';
import {
  createTokenStore,
  type PrunedTokenStore,
} from '../../../../src/adapters/stores/accounts/token-store.ts';
import { hashSessionId } from '../../../../src/domain/accounts/session.ts';
import { systemClock } from '../../../../src/lib/clock.ts';

const MINUTE = 60_000;

describe.each(KINDS)('used tokens in the %s database', (kind) => {
  let own: TestDatabase;
  let tokens: PrunedTokenStore;
  beforeAll(async () => {
    own = await createTestDatabase(kind);
    tokens = createTokenStore(own.db);
  });
  afterAll(() => own.close());

  async function login(userId: string): Promise<string> {
    const id = randomBytes(24).toString('base64url');
    const data = {
      userId,
      createdAt: Date.now(),
      cookie: { originalMaxAge: MINUTE },
    } as unknown as SessionData;
    await new Promise<void>((resolve, reject) =>
      createSessionStore(own.db, { clock: systemClock }).set(id, data, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    return id;
  }

  test('a token is claimed by one of many who try at once', async () => {
    const id = randomUUID();
    const claims = await Promise.all(Array.from({ length: 20 }, () => tokens.claim(id, Date.now() + MINUTE)));
    expect(claims.filter((claimed) => claimed)).toHaveLength(1);
    expect(await tokens.claim(id, Date.now() + MINUTE)).toBe(false);
  });

  test('a session is found by the hash of its id, among those of its user only', async () => {
    const [user, other] = [randomUUID(), randomUUID()];
    const [first, second, foreign] = [await login(user), await login(user), await login(other)];
    expect(await tokens.findSession(user, hashSessionId(second))).toBe(second);
    expect(await tokens.findSession(user, hashSessionId(first))).toBe(first);
    expect(await tokens.findSession(user, hashSessionId(foreign))).toBeNull();
    expect(await tokens.findSession(other, hashSessionId(first))).toBeNull();
  });

  test('tokens that nobody can use any more are removed, and only they', async () => {
    const now = Date.now();
    const [old, young] = [randomUUID(), randomUUID()];
    await tokens.claim(old, now - 1);
    await tokens.claim(young, now + MINUTE);
    await Promise.all([tokens.prune(now), tokens.prune(now)]);
    const left = await own.db.query<{ id: string }>('SELECT id FROM socket_tokens WHERE id = ANY($1)', [
      [old, young],
    ]);
    expect(left.map(({ id }) => id)).toEqual([young]);
    expect(await tokens.claim(young, now + MINUTE)).toBe(false);
  });
});
