import { useEffect } from 'react';
import { Toaster } from 'sonner';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import { Button } from './components/button.tsx';
import { BellIcon, CheckIcon, CloseIcon, Logo } from './components/icons.tsx';
import type { LoadPriceChart } from './features/chart/use-price-chart.ts';
import { SignIn } from './features/session/sign-in.tsx';
import { WebSocketProvider } from './hooks/websocket-context.tsx';
import { usePage } from './lib/page.ts';
import type { Timers } from './lib/timers.ts';
import { Frame } from './pages/frame.tsx';
import type { Desk } from './realtime/desk.ts';
import type { SessionStore } from './stores/session.ts';
import type { ThemeStore } from './stores/theme.ts';

export interface AppProps {
  readonly session: SessionStore;
  /** The desk of whoever is signed in. */
  readonly desk: StoreApi<{ desk: Desk | null }>;
  readonly theme: ThemeStore;
  readonly timers: Timers;
  readonly loadChart?: LoadPriceChart;
}

function Splash({ children }: { children: React.ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 px-4 text-center">
      <Logo className="size-10" />
      <h1 className="sr-only">Tradecast</h1>
      {children}
    </main>
  );
}

function Screen({ session, desk: desks, theme, timers, loadChart }: AppProps) {
  const state = useStore(session);
  const desk = useStore(desks, (held) => held.desk);
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
      return <SignIn session={session} timers={timers} reason={state.reason} />;
    case 'signed-in':
      return desk ? (
        <WebSocketProvider key={state.sessionID} desk={desk}>
          <Frame user={state.user} session={session} theme={theme} loadChart={loadChart} />
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
  const status = useStore(props.session, (state) => state.status);
  const isAdmin = useStore(
    props.session,
    (state) => state.status === 'signed-in' && state.user.tier === 'admin',
  );
  const monitoring = usePage() === 'monitor' && isAdmin;
  useEffect(() => {
    const page = status === 'signed-out' ? 'Sign in · ' : monitoring ? 'Monitor · ' : '';
    document.title = `${page}Tradecast`;
  }, [status, monitoring]);
  return (
    <>
      <Screen {...props} />
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
