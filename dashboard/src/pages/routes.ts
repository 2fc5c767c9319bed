import type { ComponentType } from 'react';
import type { UserPayload } from '../../../src/protocol/accounts.ts';
import { PAGES, type PageName } from '../../../src/protocol/pages.ts';
import {
  BellIcon,
  CodeIcon,
  OffExchangeIcon,
  OptionsIcon,
  PulseIcon,
  TradeIcon,
} from '../components/icons.tsx';
import { instrumentWords } from '../lib/instrument-words.ts';
import type { Route } from './page.ts';
import { TradingPage } from './trading/trading-page.tsx';

/** The pages of a signed-in reader. */
export type RouteName = Exclude<PageName, 'login'>;

const trading: Route = { Page: TradingPage, stays: true, bare: true };
// Most visits are for the trading desk alone.
const options: Route = { load: async () => (await import('./options/options-page.tsx')).OptionsPage };

export const ROUTES: Readonly<Record<RouteName, Route>> = {
  trading,
  symbol: trading,
  options,
  chain: options,
  offExchange: {
    load: async () => (await import('./off-exchange/off-exchange-page.tsx')).OffExchangePage,
  },
  signals: { load: async () => (await import('./signals/signals-page.tsx')).SignalsPage },
  test: { load: async () => (await import('./test/test-page.tsx')).TestPage },
  // Members never load it.
  monitor: { load: async () => (await import('./monitor/monitor-page.tsx')).MonitorPage },
};

/** The pages that the menu offers, in its order. */
export const MENU = [
  'trading',
  'options',
  'offExchange',
  'signals',
  'test',
  'monitor',
] as const satisfies readonly RouteName[];

export const MENU_ICONS: Readonly<Record<(typeof MENU)[number], ComponentType>> = {
  trading: TradeIcon,
  options: OptionsIcon,
  offExchange: OffExchangeIcon,
  signals: BellIcon,
  test: CodeIcon,
  monitor: PulseIcon,
};

export const mayOpen = (name: RouteName, { role }: UserPayload): boolean => {
  const { access } = PAGES[name];
  return access === 'admin' ? role === 'admin' : true;
};

/** The title of a page with the segments of its address; a contract is in words. */
export const titleOf = (name: PageName, params: Readonly<Record<string, string | undefined>>): string =>
  PAGES[name].title.replace(/:(\w+)/, (_, segment: string) => instrumentWords(params[segment] ?? ''));
