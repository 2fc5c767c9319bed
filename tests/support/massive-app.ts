import { startApp, type TestApp } from '../../rig/app.ts';
import { silentLog } from '../../rig/log.ts';
import type { MassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export const MASSIVE_KEY = 'the key of the account';

/** The real app over the vendor's stand-in, with a market that is open at any time. */
export function startMassiveApp(
  { wsUrl, restUrl }: Pick<MassiveStandIn, 'wsUrl' | 'restUrl'>,
  env: Record<string, string> = {},
  clock: Clock = systemClock,
): Promise<TestApp> {
  const { config, secrets } = readConfig({
    FEED: 'massive',
    MASSIVE_API_KEY: MASSIVE_KEY,
    MASSIVE_WS_URL: wsUrl,
    MASSIVE_REST_URL: restUrl,
    MASSIVE_REST_PER_SECOND: '100',
  });
  const hours = createMarketHours('always');
  const parts = { secrets: secrets.market, clock, hours, log: silentLog };
  return startApp({
    clock,
    env: { MARKET_HOURS: 'always', ...env },
    marketSource: createMarketSource(config.market.feed, parts),
  });
}
