/** Every HTTP route, by method and path. A new capability adds its routes to the list below. */
import { accountsRoutes } from './accounts.ts';
import { contractRoutes } from './contract.ts';
import { darkpoolRoutes } from './darkpool.ts';
import type { AnswersWith, RouteDeclaration } from './declare.ts';
import { healthRoutes } from './health-payloads.ts';
import { hooksRoutes } from './hooks.ts';
import { marketRoutes } from './market-routes.ts';
import { optionsRoutes } from './options.ts';
import { ordersRoutes } from './orders.ts';
import { portfolioRoutes } from './portfolio.ts';
import { watchlistRoutes } from './quotes.ts';
import { signalReportRoutes } from './signal-reports.ts';
import { signalsRoutes } from './signals.ts';
import { tradesRoutes } from './trades-page.ts';

/** By the headings under which documents list them. */
export const ROUTE_GROUPS = {
  Accounts: accountsRoutes,
  Trading: { ...portfolioRoutes, ...tradesRoutes, ...ordersRoutes, ...watchlistRoutes },
  Market: { ...marketRoutes, ...optionsRoutes, ...darkpoolRoutes },
  Signals: { ...signalsRoutes, ...signalReportRoutes },
  Operations: { ...healthRoutes, ...contractRoutes },
  Hooks: hooksRoutes,
};

export const ROUTES = {
  ...ROUTE_GROUPS.Accounts,
  ...ROUTE_GROUPS.Trading,
  ...ROUTE_GROUPS.Market,
  ...ROUTE_GROUPS.Signals,
  ...ROUTE_GROUPS.Operations,
  ...ROUTE_GROUPS.Hooks,
};
type Routes = typeof ROUTES;
export type RouteName = keyof Routes;

/** What a success of a route carries. */
export type DataOf<R extends RouteName> = Routes[R] extends AnswersWith<infer Data> ? Data : never;

/** The declarations in one shape, for code that serves any route. */
export const ROUTE_SHAPES: Readonly<Record<RouteName, RouteDeclaration>> = ROUTES;
