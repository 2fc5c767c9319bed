import { randomUUID } from 'node:crypto';
import type { SessionData, Store } from 'express-session';
import type { Database } from '../src/adapters/sql/database.ts';
import { createSessionStore } from '../src/adapters/stores/accounts/session-store.ts';
import { createUsers } from '../src/adapters/stores/accounts/users.ts';
import { openAccount } from '../src/adapters/stores/trading/accounts.ts';
import { systemClock } from '../src/lib/clock.ts';

const STARTING_CASH = '1000000';
/** Users created at a time. */
const CONCURRENCY = 20;

export interface SeededUser {
  readonly userId: string;
  readonly sessionID: string;
}

/** Users with an account and a session, without the deliberate slowness of passwords. */
export async function seedUsers(db: Database, count: number): Promise<SeededUser[]> {
  const store = createSessionStore(db, { clock: systemClock });
  const users = createUsers(db, { onCreate: (tx, user) => openAccount(tx, user.id, STARTING_CASH) });
  const seeded: SeededUser[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const name = `bench-${next}`;
      next += 1;
      const user = await users.create({ username: name, name, role: 'member', passwordHash: 'none' });
      const sessionID = randomUUID();
      await saveSession(store, sessionID, user.id);
      seeded.push({ userId: user.id, sessionID });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return seeded;
}

const saveSession = (store: Store, id: string, userId: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const session = { cookie: { originalMaxAge: null }, userId, createdAt: Date.now() } as SessionData;
    store.set(id, session, (error) => (error ? reject(error) : resolve()));
  });

/** Gives an account so many shares of each symbol, bought at this price on an earlier day. */
export async function seedPositions(
  db: Database,
  userIds: readonly string[],
  symbolsOf: (n: number) => readonly string[],
  { quantity, price }: { readonly quantity: number; readonly price: number },
): Promise<void> {
  const cost = quantity * price;
  for (const [n, userId] of userIds.entries()) {
    const symbols = symbolsOf(n);
    await db.query(
      `INSERT INTO positions (user_id, symbol, quantity, cost, realized, day, day_start_quantity, day_start_realized, day_flow)
       SELECT $1, symbol, $3, $4, 0, '2026-01-05', 0, 0, 0 FROM unnest($2::text[]) AS symbol`,
      [userId, [...symbols], quantity, cost],
    );
    await db.query('UPDATE accounts SET deposits = deposits + $2, cost = cost + $2 WHERE user_id = $1', [
      userId,
      symbols.length * cost,
    ]);
  }
}
