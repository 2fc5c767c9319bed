import type { Store } from 'express-session';
import type { Database } from '../adapters/sql/database.ts';
import { createSessionStore } from '../adapters/stores/accounts/session-store.ts';
import { createSessions } from '../adapters/stores/accounts/sessions.ts';
import { createUsers } from '../adapters/stores/accounts/users.ts';
import { openAccount } from '../adapters/stores/trading/accounts.ts';
import { createWatchlists } from '../adapters/stores/watchlists/watchlists.ts';
import type { AccountsConfig } from '../config/index.ts';
import { type Accounts, createAccounts } from '../domain/accounts/accounts.ts';
import type { Sessions } from '../domain/accounts/session.ts';
import type { Users } from '../domain/accounts/user.ts';
import type { Watchlists } from '../domain/watchlist/watchlists.ts';
import type { Core } from './core.ts';

/** Users, their sessions and what they watch. */
export interface AccountsFaces {
  readonly accounts: Accounts;
  readonly users: Users;
  readonly sessions: Sessions;
  /** The table that `sessions` reads, for express-session. */
  readonly sessionStore: Store;
  readonly watchlists: Watchlists;
}

export function createAccountFaces(
  { clock }: Core,
  { startingCash }: AccountsConfig,
  database: Database,
): AccountsFaces {
  const users = createUsers(database, {
    onCreate: (tx, user) => openAccount(tx, user.id, startingCash.toString()),
  });
  return {
    accounts: createAccounts({ users }),
    users,
    sessions: createSessions(database, { clock }),
    sessionStore: createSessionStore(database, { clock }),
    watchlists: createWatchlists(database),
  };
}
