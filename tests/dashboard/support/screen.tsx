import { jest } from '@jest/globals';
import { cleanup, configure, render } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { type ReactNode, StrictMode } from 'react';
import { Toaster } from 'sonner';
import { useSharedStores } from '../../../dashboard/src/hooks/shared-stores.tsx';
import { TradingStoresProvider, useTradingStores } from '../../../dashboard/src/hooks/trading-stores.tsx';
import { WebSocketProvider } from '../../../dashboard/src/hooks/websocket-context.tsx';
import { browserTimers, type Timers } from '../../../dashboard/src/lib/timers.ts';
import type { Desk } from '../../../dashboard/src/realtime/desk.ts';
import type { SharedStores } from '../../../dashboard/src/stores/shared.ts';
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
    this.querySelector<HTMLElement>('input, button')?.focus();
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  HTMLCanvasElement.prototype.getContext = () => null;
  // In newer browsers scrolling answers a promise.
  Element.prototype.scrollIntoView = () => Promise.resolve();
  Element.prototype.hasPointerCapture = () => false;
  Element.prototype.setPointerCapture = () => {};
  Element.prototype.releasePointerCapture = () => {};
}

/** A page of a sign-in on a started desk. */
export interface DeskPage {
  readonly server: Double;
  readonly desk: Desk;
  readonly user: ReturnType<typeof userEvent.setup>;
  close(): Promise<void>;
}

export interface Page extends DeskPage {
  /** The stores that its providers made. */
  readonly stores: SharedStores & TradingStores;
}

/** One part of the dashboard below the provider alone, as React mounts it in development: twice. */
export async function openOnDesk(
  ui: ReactNode,
  prepare: (server: Double) => void = () => {},
  timers: Timers = browserTimers,
): Promise<DeskPage> {
  completeBrowser();
  const server = await startDouble();
  prepare(server);
  const { desk } = deskOn(server.url, { timers });
  render(
    <StrictMode>
      <WebSocketProvider desk={desk}>{ui}</WebSocketProvider>
      <Toaster />
    </StrictMode>,
  );
  desk.start();
  return {
    server,
    desk,
    user: userEvent.setup(),
    async close() {
      cleanup();
      desk.stop();
      await server.close();
    },
  };
}

function Reveal({ to }: { to: (stores: SharedStores & TradingStores) => void }) {
  to({ ...useSharedStores(), ...useTradingStores() });
  return null;
}

type DropFirst<List extends readonly unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

/** One part of the trading desk. */
export async function openPage(
  ui: ReactNode,
  ...options: DropFirst<Parameters<typeof openOnDesk>>
): Promise<Page> {
  const stores = {} as SharedStores & TradingStores;
  const page = await openOnDesk(
    <TradingStoresProvider onChoose={() => {}}>
      <Reveal to={(made) => Object.assign(stores, made)} />
      {ui}
    </TradingStoresProvider>,
    ...options,
  );
  return { ...page, stores };
}
