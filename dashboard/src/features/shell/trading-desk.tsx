import { type ComponentType, useEffect } from 'react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import type { UserPayload } from '../../../../src/protocol/payloads.ts';
import { BellIcon, ListIcon, Logo, PieIcon, TradeIcon } from '../../components/icons.tsx';
import { useDesk } from '../../desk-context.tsx';
import type { SessionStore } from '../../stores/session.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { VIEWS, type View } from '../../stores/view.ts';
import { ChartPanel, type LoadPriceChart } from '../chart/chart-panel.tsx';
import { ConnectionBadge } from '../connection/connection-badge.tsx';
import { ConnectionNotice } from '../connection/connection-notice.tsx';
import { MarketBadge, SourceBadge } from '../connection/market-badges.tsx';
import { OrderTicket } from '../orders/order-ticket.tsx';
import { OrdersPanel } from '../orders/orders-panel.tsx';
import { LivePortfolio } from '../portfolio/live-portfolio.tsx';
import { AccountMenu } from '../session/account-menu.tsx';
import { TradeNotifications } from '../trades/trade-notifications.tsx';
import { LiveWatchlist } from '../watchlist/live-watchlist.tsx';

const TABS: Record<View, { readonly label: string; readonly Icon: ComponentType<{ className?: string }> }> = {
  portfolio: { label: 'Portfolio', Icon: PieIcon },
  watchlist: { label: 'Watchlist', Icon: ListIcon },
  trade: { label: 'Trade', Icon: TradeIcon },
  activity: { label: 'Activity', Icon: BellIcon },
};

const PHONE = '(max-width: 767px)';

/** Phones show one view at a time; the rest stays mounted, so that switching costs nothing. */
function PhoneTabs() {
  const { view } = useDesk();
  const current = useStore(view, (state) => state.view);
  return (
    <nav
      aria-label="Views"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-4 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {VIEWS.map((name) => {
        const { label, Icon } = TABS[name];
        return (
          <button
            key={name}
            type="button"
            aria-current={name === current ? 'page' : undefined}
            onClick={() => view.show(name)}
            className={`flex h-14 flex-col items-center justify-center gap-0.5 text-xs focus-visible:-outline-offset-2 ${name === current ? 'font-semibold text-accent' : 'text-muted'}`}
          >
            <Icon className="size-5" />
            {label}
          </button>
        );
      })}
    </nav>
  );
}

const SKIP =
  'sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-surface focus:px-3 focus:py-2';

export interface TradingDeskProps {
  readonly user: UserPayload;
  readonly session: SessionStore;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
}

export function TradingDesk({ user, session, theme, loadChart }: TradingDeskProps) {
  const { view } = useDesk();
  const current = useStore(view, (state) => state.view);
  const on = (name: View) => (name === current ? '' : 'max-md:hidden');

  useEffect(
    () =>
      view.subscribe((state, before) => {
        // On wider screens all views are in sight and nobody went anywhere.
        if (state.view !== before.view && window.matchMedia(PHONE).matches) window.scrollTo(0, 0);
      }),
    [view],
  );

  function skipToOrder() {
    // On a phone the ticket can take the focus only once its view is shown.
    flushSync(() => view.show('trade'));
    document.querySelector<HTMLElement>('#ticket input')?.focus();
  }

  return (
    <div className="pb-20 md:pb-6">
      <a href="#main" className={SKIP}>
        Skip to content
      </a>
      <button type="button" className={SKIP} onClick={skipToOrder}>
        Skip to order
      </button>
      <header className="sticky top-0 z-20 border-line border-b bg-surface">
        <div className="mx-auto flex min-h-14 max-w-[120rem] flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 sm:px-4">
          <div className="flex items-center gap-2">
            <Logo />
            <h1 className="font-semibold text-base tracking-tight">Tradecast</h1>
          </div>
          <div className="ml-auto flex items-center gap-3 md:order-3">
            <ConnectionBadge />
            <AccountMenu user={user} session={session} theme={theme} />
          </div>
          <div className="flex flex-wrap items-center gap-2 max-md:w-full md:order-2">
            <SourceBadge />
            <MarketBadge />
          </div>
        </div>
        <ConnectionNotice />
      </header>
      <main
        id="main"
        tabIndex={-1}
        // In the middle column the chart keeps its height and the orders below it take the rest.
        className="mx-auto grid max-w-[120rem] grid-cols-1 items-start gap-3 p-2 outline-none sm:p-3 md:grid-cols-2 xl:grid-cols-[22rem_minmax(0,1fr)_21rem] xl:grid-rows-[auto_1fr]"
      >
        <div className={`min-w-0 md:max-xl:order-2 xl:sticky xl:top-17 xl:row-span-2 ${on('watchlist')}`}>
          <LiveWatchlist />
        </div>
        {/* A phone shows the panels of each column by themselves. */}
        <div className="flex min-w-0 flex-col gap-3 max-md:contents md:max-xl:order-1 md:max-xl:col-span-2">
          <div className={on('portfolio')}>
            <LivePortfolio />
          </div>
          <div className={on('trade')}>
            <ChartPanel theme={theme} load={loadChart} />
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-3 max-md:contents md:max-xl:order-3 xl:row-span-2">
          <div className={on('trade')}>
            <OrderTicket />
          </div>
          <div className={on('activity')}>
            <TradeNotifications />
          </div>
        </div>
        <div className={`min-w-0 md:max-xl:order-4 md:max-xl:col-span-2 xl:col-start-2 ${on('trade')}`}>
          <OrdersPanel />
        </div>
      </main>
      <PhoneTabs />
    </div>
  );
}
