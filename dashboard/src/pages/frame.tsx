import { type ComponentType, useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import type { UserPayload } from '../../../src/protocol/accounts.ts';
import { BellIcon, ListIcon, Logo, PieIcon, TradeIcon } from '../components/icons.tsx';
import type { LoadPriceChart } from '../features/chart/chart-panel.tsx';
import { ConnectionBadge } from '../features/connection/connection-badge.tsx';
import { ConnectionNotice } from '../features/connection/connection-notice.tsx';
import { MarketBadge, SourceBadge } from '../features/connection/market-badges.tsx';
import { AccountMenu } from '../features/session/account-menu.tsx';
import { useDesk } from '../hooks/desk-context.tsx';
import { usePage } from '../lib/page.ts';
import type { SessionStore } from '../stores/session.ts';
import type { ThemeStore } from '../stores/theme.ts';
import { VIEWS, type View } from '../stores/view.ts';
import { Panels } from './desk/panels.tsx';
import { Monitor } from './monitor/monitor.tsx';

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
  const page = usePage();
  const main = useRef<HTMLElement>(null);
  const monitoring = page === 'monitor' && user.tier === 'admin';

  useEffect(
    () =>
      view.subscribe((state, before) => {
        // On wider screens all views are in sight and nobody went anywhere.
        if (state.view !== before.view && window.matchMedia(PHONE).matches) window.scrollTo(0, 0);
      }),
    [view],
  );

  useEffect(() => {
    // The link back goes with the page it stands on.
    if (monitoring) return () => main.current?.focus();
  }, [monitoring]);

  function skipToOrder() {
    // On a phone the ticket can take the focus only once its view is shown.
    flushSync(() => view.show('trade'));
    document.querySelector<HTMLElement>('#ticket input')?.focus();
  }

  return (
    <div className="pb-20 md:pb-6">
      {/* A link would put its target into the address, where the page is. */}
      <button type="button" className={SKIP} onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      {monitoring ? null : (
        <button type="button" className={SKIP} onClick={skipToOrder}>
          Skip to order
        </button>
      )}
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
      <main id="main" ref={main} tabIndex={-1} className="outline-none">
        {monitoring ? <Monitor /> : null}
        <Panels theme={theme} loadChart={loadChart} hidden={monitoring} />
      </main>
      {monitoring ? null : <PhoneTabs />}
    </div>
  );
}
