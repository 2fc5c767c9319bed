import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { PageConnection } from './hooks/websocket-context.tsx';
import { createApi } from './lib/api.ts';
import { createFrame } from './lib/frame.ts';
import { random } from './lib/random.ts';
import { browserTimers as timers } from './lib/timers.ts';
import { createDesks } from './realtime/desks.ts';
import { createSessionStore } from './stores/session.ts';
import { createThemeStore } from './stores/theme.ts';
import './styles.css';

const api = createApi({ fetch: window.fetch.bind(window) });
const session = createSessionStore({ api });
const theme = createThemeStore();
const desks = createDesks({ session, api, timers, random, frame: createFrame() });

api.onUnauthenticated(() => void session.end('expired'));

const comeBack = () => desks.getState().desk?.comeBack();
window.addEventListener('online', comeBack);
window.addEventListener('focus', comeBack);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') comeBack();
});

void session.check();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PageConnection desks={desks}>
      <App session={session} desk={desks} theme={theme} timers={timers} />
    </PageConnection>
  </StrictMode>,
);
