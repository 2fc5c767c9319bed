import { type DemoAccount, type DemoAccountParts, openDemoAccount } from '../domain/accounts/demo-account.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import type { Core } from './core.ts';
import type { Keys } from './keys.ts';
import type { Capability } from './part.ts';

export interface Demo {
  /** Null before the start, and where there is no demo account. */
  account(): DemoAccount | null;
}

export interface DemoParts extends Omit<DemoAccountParts, 'isOpen' | 'log'> {
  readonly keys: Pick<Keys, 'demoPassword'>;
  readonly hours: Pick<MarketHours, 'session'>;
}

/** Last of all: its first orders need everything else. */
export function createDemo({ clock, log }: Core, { keys, hours, ...parts }: DemoParts): Capability<Demo> {
  let account: DemoAccount | null = null;
  return {
    name: 'demo account',
    faces: { account: () => account },
    async start() {
      const password = keys.demoPassword();
      const isOpen = (): boolean => hours.session(clock.now()) === 'regular';
      if (password !== null)
        account = await openDemoAccount({ ...parts, isOpen, log: log('demo') }, password);
    },
  };
}
