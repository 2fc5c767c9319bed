import { useEffect, useRef } from 'react';
import type { UserPayload } from '../../../src/protocol/accounts.ts';
import { Logo } from '../components/icons.tsx';
import { SkipLink, SkipLinks } from '../components/skip-links.tsx';
import type { LoadPriceChart } from '../features/chart/use-price-chart.ts';
import { ConnectionBadge } from '../features/connection/connection-badge.tsx';
import { ConnectionNotice } from '../features/connection/connection-notice.tsx';
import { MarketBadge, SourceBadge } from '../features/connection/market-badges.tsx';
import { AccountMenu, type PageItem } from '../features/session/account-menu.tsx';
import { FrameStoresProvider } from '../hooks/frame-stores.tsx';
import { showPage, usePage } from '../lib/page.ts';
import type { SessionStore } from '../stores/session.ts';
import type { ThemeStore } from '../stores/theme.ts';
import { DeskPage } from './desk/desk-page.tsx';
import { Monitor } from './monitor/monitor.tsx';

export interface FrameProps {
  readonly user: UserPayload;
  readonly session: SessionStore;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
}

function Header({ user, session, theme, pages }: FrameProps & { readonly pages: readonly PageItem[] }) {
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-surface">
      <div className="mx-auto flex min-h-14 max-w-[120rem] flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 sm:px-4">
        <div className="flex items-center gap-2">
          <Logo />
          <h1 className="font-semibold text-base tracking-tight">Tradecast</h1>
        </div>
        <div className="ml-auto flex items-center gap-3 md:order-3">
          <ConnectionBadge />
          <AccountMenu user={user} session={session} theme={theme} pages={pages} />
        </div>
        <div className="flex flex-wrap items-center gap-2 max-md:w-full md:order-2">
          <SourceBadge />
          <MarketBadge />
        </div>
      </div>
      <ConnectionNotice />
    </header>
  );
}

/** What stands around every page of a signed-in reader. */
export function Frame(props: FrameProps) {
  const page = usePage();
  const main = useRef<HTMLElement>(null);
  const monitoring = page === 'monitor' && props.user.tier === 'admin';

  const pages: PageItem[] = monitoring
    ? [{ title: 'Trading', open: () => showPage('trading') }]
    : props.user.tier === 'admin'
      ? [{ title: 'Monitor', open: () => showPage('monitor') }]
      : [];

  useEffect(() => {
    // The link back goes with the page it stands on.
    if (monitoring) return () => main.current?.focus();
  }, [monitoring]);

  return (
    <FrameStoresProvider>
      <div className="pb-20 md:pb-6">
        <SkipLinks>
          <SkipLink label="Skip to content" onSkip={() => main.current?.focus()} />
          <Header {...props} pages={pages} />
          <main id="main" ref={main} tabIndex={-1} className="outline-none">
            {monitoring ? <Monitor /> : null}
            <DeskPage theme={props.theme} loadChart={props.loadChart} shown={!monitoring} />
          </main>
        </SkipLinks>
      </div>
    </FrameStoresProvider>
  );
}
