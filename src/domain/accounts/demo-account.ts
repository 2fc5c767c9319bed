import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Trading } from '../trading/trading.ts';
import type { User } from './user.ts';

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
  };
  readonly trading: Pick<Trading, 'place'>;
  /** Symbols that exist here. */
  readonly featured: () => Promise<readonly string[]>;
  readonly log: Log;
}

/** Makes the account to look around with, on the first start; later it is there already. */
export async function createDemoAccount(
  { accounts, trading, featured, log }: DemoAccountParts,
  password: string,
): Promise<DemoAccount> {
  try {
    const user = await accounts.register({ username: USERNAME, password, name: 'Demo' });
    for (const symbol of (await featured()).slice(0, FIRST_POSITIONS)) {
      const { order, message } = await trading.place({
        userId: user.id,
        request: { symbol, side: 'buy', type: 'market', quantity: FIRST_QUANTITY, timeInForce: 'day' },
        source: 'demo',
        key: `demo-${symbol}`,
      });
      if (order.status === 'denied')
        log.info({ symbol, reason: order.reason, message }, 'the demo account starts without it');
    }
  } catch (error) {
    if (!(error instanceof TradecastError && error.code === 'USERNAME_TAKEN')) throw error;
  }
  return { username: USERNAME, password };
}
