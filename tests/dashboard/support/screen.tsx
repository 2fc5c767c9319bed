import { jest } from '@jest/globals';
import { cleanup, configure, render } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { type ReactNode, StrictMode } from 'react';
import { Toaster } from 'sonner';
import { FrameStoresProvider, useFrameStores } from '../../../dashboard/src/hooks/frame-stores.tsx';
import { TradingStoresProvider, useTradingStores } from '../../../dashboard/src/hooks/trading-stores.tsx';
import { WebSocketProvider } from '../../../dashboard/src/hooks/websocket-context.tsx';
import { browserTimers, type Timers } from '../../../dashboard/src/lib/timers.ts';
import type { Desk } from '../../../dashboard/src/realtime/desk.ts';
import type { FrameStores } from '../../../dashboard/src/stores/frame.ts';
import type { TradingStores } from '../../../dashboard/src/stores/trading.ts';
import { STEP_MS } from '../../../rig/patience.ts';
import { deskOn } from './desk.ts';
import { type Double, startDouble } from './double.ts';

configure({ asyncUtilTimeout: STEP_MS });

/** What jsdom lacks of a browser. */
export function completeBrowser({ dark = false, calm = true } = {}) {
  // A socket, not the test, drives these pages: React need not be told of each update in advance.
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  window.matchMedia = ((query: string) => ({
    matches: query.includes('dark') ? dark : query.includes('reduced-motion') ? calm : false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
  })) as unknown as typeof window.matchMedia;
  window.scrollTo = jest.fn() as unknown as typeof window.scrollTo;
  Element.prototype.animate = jest.fn() as unknown as typeof Element.prototype.animate;
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.hasPointerCapture = () => false;
  Element.prototype.setPointerCapture = () => {};
  Element.prototype.releasePointerCapture = () => {};
}

export interface Page {
  readonly server: Double;
  readonly desk: Desk;
  /** The stores that its providers made. */
  readonly stores: FrameStores & TradingStores;
  readonly user: ReturnType<typeof userEvent.setup>;
  close(): Promise<void>;
}

function Reveal({ to }: { to: (stores: FrameStores & TradingStores) => void }) {
  to({ ...useFrameStores(), ...useTradingStores() });
  return null;
}

/** One part of the dashboard on a started desk, as React mounts it in development: twice. */
export async function openPage(
  ui: ReactNode,
  prepare: (server: Double) => void = () => {},
  timers: Timers = browserTimers,
): Promise<Page> {
  completeBrowser();
  const server = await startDouble();
  prepare(server);
  const { desk } = deskOn(server.url, { timers });
  const stores = {} as FrameStores & TradingStores;
  render(
    <StrictMode>
      <WebSocketProvider desk={desk}>
        <FrameStoresProvider>
          <TradingStoresProvider onChoose={() => {}}>
            <Reveal to={(made) => Object.assign(stores, made)} />
            {ui}
          </TradingStoresProvider>
        </FrameStoresProvider>
      </WebSocketProvider>
      <Toaster />
    </StrictMode>,
  );
  desk.start();
  return {
    server,
    desk,
    stores,
    user: userEvent.setup(),
    async close() {
      cleanup();
      desk.stop();
      await server.close();
    },
  };
}
