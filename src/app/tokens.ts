import type { Database } from '../adapters/sql/database.ts';
import { createTokenStore } from '../adapters/stores/accounts/token-store.ts';
import { createSocketTokens, type SocketTokens } from '../domain/accounts/socket-tokens.ts';
import type { Cancel } from '../lib/clock.ts';
import type { Core } from './core.ts';
import type { Keys } from './keys.ts';
import type { Capability } from './part.ts';

/** Used tokens are a row each and of no use after a minute: the table stays small. */
const PRUNE_INTERVAL_MS = 10 * 60 * 1000;

/** Tokens that open plain sockets, and the removal of used ones. */
export function createTokens(
  { clock, log }: Core,
  database: Database,
  keys: Pick<Keys, 'session'>,
): Capability<{ readonly tokens: SocketTokens }> {
  const store = createTokenStore(database);
  let cancel: Cancel = () => {};
  let pruning: Promise<void> = Promise.resolve();

  function prune(): void {
    pruning = store
      .prune(clock.now())
      .catch((error: unknown) => log('tokens').warn({ err: error }, 'used tokens could not be removed'));
  }

  return {
    name: 'tokens',
    faces: { tokens: createSocketTokens({ store, secrets: keys.session, clock }) },
    start() {
      cancel = clock.every(PRUNE_INTERVAL_MS, prune);
    },
    async stop() {
      cancel();
      await pruning;
    },
  };
}
