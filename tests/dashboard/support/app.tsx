import { cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import { toast } from 'sonner';
import { App } from '../../../dashboard/src/app.tsx';
import { PageConnection } from '../../../dashboard/src/hooks/websocket-context.tsx';
import { createApi } from '../../../dashboard/src/lib/api.ts';
import { createFrame } from '../../../dashboard/src/lib/frame.ts';
import { browserTimers as timers } from '../../../dashboard/src/lib/timers.ts';
import { createDesk } from '../../../dashboard/src/realtime/desk.ts';
import { createDesks } from '../../../dashboard/src/realtime/desks.ts';
import { openSocket } from '../../../dashboard/src/realtime/socket.ts';
import { createSessionStore, type SessionStore } from '../../../dashboard/src/stores/session.ts';
import { createThemeStore } from '../../../dashboard/src/stores/theme.ts';
import { blankChart } from './chart.ts';
import type { Double } from './double.ts';
import { httpFetch } from './http-fetch.ts';
import { completeBrowser } from './screen.tsx';

export interface TestApp {
  readonly session: SessionStore;
  readonly desks: ReturnType<typeof createDesks>;
  close(): void;
}

/**
 * The whole application at an address as main.tsx builds it, with a chart that needs no canvas; `ui` stands in for what
 * it shows.
 */
export function openAppOn(
  server: Double,
  {
    path = '/',
    ui,
    ...browser
  }: { path?: string; ui?: ReactNode } & Parameters<typeof completeBrowser>[0] = {},
): TestApp {
  completeBrowser(browser);
  window.history.replaceState(null, '', path);
  const api = createApi({ fetch: httpFetch(server.url) });
  const session = createSessionStore({ api });
  const desks = createDesks({
    session,
    api,
    timers,
    random: () => 0,
    frame: createFrame(),
    create: (options) => createDesk({ ...options, socket: openSocket(options.auth, server.url) }),
  });
  api.onUnauthenticated(() => void session.end('expired'));
  render(
    <StrictMode>
      <PageConnection desks={desks}>
        {ui ?? (
          <App
            session={session}
            desk={desks}
            theme={createThemeStore()}
            timers={timers}
            loadChart={async () => () => blankChart}
          />
        )}
      </PageConnection>
    </StrictMode>,
  );
  void session.check();
  return {
    session,
    desks,
    close() {
      // They outlive the page, and a fourth one would wait for its place.
      toast.dismiss();
      cleanup();
      desks.getState().desk?.stop();
      localStorage.clear();
    },
  };
}
