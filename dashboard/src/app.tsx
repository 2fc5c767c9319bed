import { type ReactNode, useState } from 'react';
import { Toaster } from 'sonner';
import { Redirect } from 'wouter';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import { pathTo } from '../../src/protocol/pages.ts';
import { Button } from './components/button.tsx';
import { BellIcon, CheckIcon, CloseIcon, Logo } from './components/icons.tsx';
import { PartBoundary } from './components/part-boundary.tsx';
import type { LoadPriceChart } from './features/chart/use-price-chart.ts';
import { SignIn } from './features/session/sign-in.tsx';
import { usePage } from './hooks/use-page.ts';
import { useTitle } from './hooks/use-title.ts';
import { WebSocketProvider } from './hooks/websocket-context.tsx';
import type { Timers } from './lib/timers.ts';
import { Frame } from './pages/frame.tsx';
import { NotFound } from './pages/not-found.tsx';
import type { Desk } from './realtime/desk.ts';
import type { SessionStore } from './stores/session.ts';
import type { ThemeStore } from './stores/theme.ts';

export interface AppProps {
  readonly session: SessionStore;
  /** The desk of the present sign-in. */
  readonly desk: StoreApi<{ desk: Desk | null }>;
  readonly theme: ThemeStore;
  readonly timers: Timers;
  readonly loadChart?: LoadPriceChart;
}

function Splash({ children }: { children: ReactNode }) {
  useTitle(null);
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 px-4 text-center">
      <Logo className="size-10" />
      <h1 className="sr-only">Tradecast</h1>
      {children}
    </main>
  );
}

function NoPage({ path }: { path: string }) {
  useTitle('Page not found');
  return (
    <main>
      <NotFound path={path} arrived={false} />
    </main>
  );
}

/**
 * What a visitor sees at any address: the sign-in, after which the page of the address opens. An address without a page
 * says so, but why a session has ended comes first.
 */
function SignedOut(props: Parameters<typeof SignIn>[0]) {
  const { page, path } = usePage();
  return page === null && props.reason === null ? <NoPage path={path} /> : <SignIn {...props} />;
}

function Screen({ session, desk: desks, theme, timers, loadChart }: AppProps) {
  const state = useStore(session);
  const desk = useStore(desks, (held) => held.desk);
  const { page } = usePage();
  const [hasSeenSignIn, setHasSeenSignIn] = useState(false);
  if (state.status === 'signed-out' && !hasSeenSignIn) setHasSeenSignIn(true);

  switch (state.status) {
    case 'checking':
      return (
        <Splash>
          <p role="status" className="text-muted">
            Loading…
          </p>
        </Splash>
      );
    case 'unreachable':
      return (
        <Splash>
          <p role="alert">{state.message}</p>
          <Button onClick={() => void session.check()}>Try again</Button>
        </Splash>
      );
    case 'signed-out':
      return <SignedOut session={session} timers={timers} reason={state.reason} />;
    case 'signed-in':
      if (page === 'login') return <Redirect to={pathTo.trading} replace />;
      return desk ? (
        <WebSocketProvider key={state.sessionID} desk={desk}>
          <Frame
            user={state.user}
            session={session}
            theme={theme}
            loadChart={loadChart}
            arrived={hasSeenSignIn}
          />
        </WebSocketProvider>
      ) : null;
  }
}

const TOAST_ICONS = {
  success: <CheckIcon className="size-4 text-up" />,
  error: <CloseIcon className="size-4 text-down" />,
  info: <BellIcon className="size-4 text-accent" />,
};

export function App(props: AppProps) {
  const resolved = useStore(props.theme, (state) => state.resolved);
  return (
    <>
      <PartBoundary part="page">
        <Screen {...props} />
      </PartBoundary>
      <Toaster
        theme={resolved}
        position="bottom-right"
        offset={{ bottom: 16, right: 16 }}
        mobileOffset={{ bottom: 72 }}
        closeButton
        visibleToasts={3}
        duration={6_000}
        icons={TOAST_ICONS}
        containerAriaLabel="Notifications"
      />
    </>
  );
}
