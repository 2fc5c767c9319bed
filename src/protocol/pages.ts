/**
 * The pages of the dashboard. The server answers these paths with the app and no other; the browser adds each page's
 * component. In a path and in a title `:name` stands for one segment of the address.
 */

import { isContract, symbolForms } from './symbol.ts';

/** Who may see a page: with or without a session, with one, or administrators alone. */
export type Access = 'anyone' | 'member' | 'admin';

export interface Page {
  readonly path: string;
  readonly title: string;
  readonly access: Access;
}

export const PAGES = {
  trading: { path: '/', title: 'Trading', access: 'member' },
  /** The trading desk with this symbol selected. */
  symbol: { path: '/s/:symbol', title: ':symbol', access: 'member' },
  /** The option chain that was open last, or the first of the watchlist. */
  options: { path: '/options', title: 'Options', access: 'member' },
  chain: { path: '/options/:underlying', title: ':underlying options', access: 'member' },
  /** What was traded off-exchange today; `?symbol=AAPL` opens one symbol. */
  offExchange: { path: '/off-exchange', title: 'Off-exchange', access: 'member' },
  /** Signals that are open to the reader's tier. */
  signals: { path: '/signals', title: 'Signals', access: 'member' },
  login: { path: '/login', title: 'Sign in', access: 'anyone' },
  /** For developers: connection, REST API and live quotes at a glance. */
  test: { path: '/dashboard/test', title: 'Test API', access: 'member' },
  monitor: { path: '/monitor', title: 'Monitor', access: 'admin' },
} as const satisfies Record<string, Page>;

export type PageName = keyof typeof PAGES;
export const PAGE_NAMES = Object.keys(PAGES) as PageName[];

/**
 * Whether a segment of an address may name something: `:symbol` and `:underlying` take any spelling that the page looks
 * up, and nothing else is a page. Two dots are no spelling: they climb in a path.
 */
export const mayName = (segment: string, text: string): boolean =>
  (segment === 'symbol' || segment === 'underlying') &&
  !text.includes('..') &&
  (isContract(text) || symbolForms(text).length > 0);

/** The address of a page. */
export const pathTo = {
  trading: PAGES.trading.path,
  /** No symbol has a character that a path would have to encode. */
  symbol: (symbol: string): string => PAGES.symbol.path.replace(':symbol', () => symbol),
  options: PAGES.options.path,
  /** With an expiry (YYYY-MM-DD), the chain opens there. */
  chain: (underlying: string, expiry?: string): string =>
    `${PAGES.chain.path.replace(':underlying', () => underlying)}${expiry === undefined ? '' : `?expiry=${expiry}`}`,
  offExchange: PAGES.offExchange.path,
  signals: PAGES.signals.path,
  login: PAGES.login.path,
  test: PAGES.test.path,
  monitor: PAGES.monitor.path,
} as const satisfies Record<PageName, string | ((...params: never[]) => string)>;
