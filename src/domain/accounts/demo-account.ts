import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Trading } from '../trading/trading.ts';
import type { User, Users } from './user.ts';

export interface DemoAccount {
  readonly username: string;
  readonly password: string;
}

const USERNAME = 'demo';
/** Bought once on the market of the day, by ordinary orders, so that the first screen has something to show. */
const FIRST_POSITIONS = 4;
const FIRST_QUANTITY = 20;

export interface DemoAccountParts {
  readonly accounts: {
    register(request: { username: string; password: string; name?: string }): Promise<User>;
    verify(username: string, password: string): Promise<User | null>;
  };
  readonly users: Pick<Users, 'setRole'>;
  readonly trading: Pick<Trading, 'place' | 'orders'>;
  /** Symbols of this market. */
  readonly featured: () => Promise<readonly string[]>;
  /** Whether the regular session is on. */
  readonly isOpen: () => boolean;
  readonly log: Log;
}

/**
 * The account for a first look: an administrator, so that it sees every page. Null where the account exists with
 * another password than ours.
 */
export async function openDemoAccount(
  parts: DemoAccountParts,
  password: string,
): Promise<DemoAccount | null> {
  const user = await registerOrFind(parts, password);
  if (!user) return null;
  if (user.role !== 'admin') await parts.users.setRole(user.id, 'admin');
  const isNew = (await parts.trading.orders(user.id)).length === 0;
  if (isNew && parts.isOpen()) await buyFirstPositions(parts, user.id);
  return { username: USERNAME, password };
}

async function registerOrFind({ accounts, log }: DemoAccountParts, password: string): Promise<User | null> {
  try {
    return await accounts.register({ username: USERNAME, password, name: 'Demo' });
  } catch (error) {
    if (!(error instanceof TradecastError && error.code === 'USERNAME_TAKEN')) throw error;
    const user = await accounts.verify(USERNAME, password);
    if (!user)
      log.warn(
        { username: USERNAME },
        'the demo account exists with another password than the one in DATA_DIR',
      );
    return user;
  }
}

async function buyFirstPositions(
  { trading, featured, log }: DemoAccountParts,
  userId: string,
): Promise<void> {
  for (const symbol of (await featured()).slice(0, FIRST_POSITIONS)) {
    const { order, message } = await trading.place({
      userId,
      request: { symbol, side: 'buy', type: 'market', quantity: FIRST_QUANTITY, timeInForce: 'day' },
      source: 'demo',
      key: symbol,
    });
    if (order.status === 'denied')
      log.info({ symbol, reason: order.reason, message }, 'the demo account starts without this position');
  }
}
