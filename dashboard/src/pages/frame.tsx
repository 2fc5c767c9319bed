import { useRef } from 'react';
import { Link } from 'wouter';
import type { UserPayload } from '../../../src/protocol/accounts.ts';
import { PAGES } from '../../../src/protocol/pages.ts';
import { Logo } from '../components/icons.tsx';
import { PartBoundary } from '../components/part-boundary.tsx';
import { SkipLink, SkipLinks } from '../components/skip-links.tsx';
import type { LoadPriceChart } from '../features/chart/use-price-chart.ts';
import { ConnectionBadge } from '../features/connection/connection-badge.tsx';
import { ConnectionNotice } from '../features/connection/connection-notice.tsx';
import { MarketBadge, SourceBadge } from '../features/connection/market-badges.tsx';
import type { PageLink } from '../features/palette/items.ts';
import { PaletteButton } from '../features/palette/palette-button.tsx';
import { AccountMenu, type PageItem } from '../features/session/account-menu.tsx';
import { TradeToasts } from '../features/trades/trade-toasts.tsx';
import { go, goAndReveal, usePage } from '../hooks/use-page.ts';
import { useTitle } from '../hooks/use-title.ts';
import type { SessionStore } from '../stores/session.ts';
import type { ThemeStore } from '../stores/theme.ts';
import { NotFound } from './not-found.tsx';
import { PageFrame } from './page-frame.tsx';
import { MENU, MENU_ICONS, mayOpen, ROUTES, titleOf } from './routes.ts';
import { useArrived, usePages, useScrollToTop } from './use-pages.ts';

export interface FrameProps {
  readonly user: UserPayload;
  readonly session: SessionStore;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
  /** The reader has just signed in here: the first page takes the focus. */
  readonly arrived?: boolean;
}

interface HeaderProps extends Pick<FrameProps, 'user' | 'session' | 'theme'> {
  readonly pages: readonly PageItem[];
  readonly links: readonly PageLink[];
  readonly path: string;
  readonly tradingPath: string;
}

function Header({ path, tradingPath, links, ...menu }: HeaderProps) {
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-surface">
      <div className="mx-auto flex min-h-14 max-w-[120rem] flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 sm:px-4">
        <Link
          href={tradingPath}
          replace={path === tradingPath}
          className="flex items-center gap-2 rounded-md"
        >
          <Logo />
          <span className="font-semibold text-base tracking-tight">Tradecast</span>
        </Link>
        <div className="ml-auto flex items-center gap-3 md:order-3">
          <PaletteButton pages={links} onChoose={(item) => goAndReveal(item.path)} />
          <ConnectionBadge />
          <AccountMenu {...menu} />
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
export function Frame({ user, session, theme, loadChart, arrived = false }: FrameProps) {
  const address = usePage();
  const main = useRef<HTMLElement>(null);
  const { shown, mounted, tradingPath } = usePages(address);
  const key = shown?.route ?? address.path;
  const hasArrived = useArrived(key, arrived);
  useScrollToTop(key, address.path);
  useTitle(shown ? titleOf(shown.name, shown.params) : 'Page not found');

  const open = MENU.filter((name) => mayOpen(name, user)).map((name) => ({
    route: ROUTES[name],
    title: PAGES[name].title,
    Icon: MENU_ICONS[name],
    path: name === 'trading' ? tradingPath : PAGES[name].path,
  }));
  const pages = open
    .filter(({ route }) => route !== shown?.route)
    .map(({ title, Icon, path }) => ({ title, Icon, open: () => go(path) }));

  return (
    <>
      <TradeToasts />
      <div className="pb-20 md:pb-6">
        <SkipLinks>
          <SkipLink label="Skip to content" onSkip={() => main.current?.focus()} />
          <PartBoundary part="header">
            <Header
              user={user}
              session={session}
              theme={theme}
              pages={pages}
              links={open}
              path={address.path}
              tradingPath={tradingPath}
            />
          </PartBoundary>
          <main id="main" ref={main} tabIndex={-1} className="outline-none">
            {shown ? null : <NotFound key={address.path} path={address.path} arrived={hasArrived} />}
            {mounted.map(({ name, route, params }) => (
              <PageFrame
                key={MENU.find((other) => ROUTES[other] === route) ?? name}
                route={route}
                title={titleOf(name, params)}
                params={params}
                shown={route === shown?.route}
                arrived={hasArrived}
                allowed={mayOpen(name, user)}
                tradingPath={tradingPath}
                user={user}
                theme={theme}
                loadChart={loadChart}
              />
            ))}
          </main>
        </SkipLinks>
      </div>
    </>
  );
}
