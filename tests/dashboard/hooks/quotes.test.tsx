/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { useMarketData } from '../../../dashboard/src/hooks/use-market-data.ts';
import { useWebSocket } from '../../../dashboard/src/hooks/use-web-socket.ts';
import { WebSocketProvider } from '../../../dashboard/src/hooks/websocket-context.tsx';
import { WATCHLIST_ACK } from '../support/answers.ts';
import { type DeskPage, openOnDesk } from '../support/screen.tsx';
import { manualTimers } from '../support/timers.ts';

let page: DeskPage;
afterEach(() => page.close());

const subscribed = () => page.server.emitted('subscribe:watchlist').map(({ payload }) => payload);
const unsubscribed = () => page.server.emitted('unsubscribe:watchlist').map(({ payload }) => payload);
const connected = () => waitFor(() => expect(page.desk.connection.state.getState().connected).toBe(true));
async function reconnect() {
  page.server.cut();
  await waitFor(() => expect(page.desk.connection.state.getState().connected).toBe(false));
  page.desk.connection.wake();
  await connected();
}

describe('useMarketData', () => {
  function Prices({ names }: { names: readonly string[] }) {
    const { quotes, isConnected } = useMarketData(names);
    const prices = quotes.map(({ symbol, data }) => `${symbol} ${data?.price ?? '–'}`);
    return <p>{`${isConnected}: ${prices.join(', ')}`}</p>;
  }

  /** Prices that a button takes away. */
  function Closable() {
    const [open, setOpen] = useState(true);
    return (
      <>
        <button type="button" onClick={() => setOpen(false)}>
          Close
        </button>
        {open ? <Prices names={['TSLA', 'aapl']} /> : null}
      </>
    );
  }

  test('has the quotes in the order of the symbols, whatever their spelling', async () => {
    page = await openOnDesk(
      // Left without a desk, the provider is the one around.
      <WebSocketProvider>
        <Prices names={['TSLA', 'aapl', 'GOOG']} />
      </WebSocketProvider>,
      ({ answers }) => {
        answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
      },
    );
    expect(screen.getByText('false: TSLA –, AAPL –, GOOG –')).toBeTruthy();
    await waitFor(() => expect(subscribed()).toEqual([['TSLA', 'AAPL', 'GOOG']]));
    page.server.quote('AAPL', { price: 2 });
    page.server.quote('TSLA', { price: 1 });
    expect(await screen.findByText('true: TSLA 1, AAPL 2, GOOG –')).toBeTruthy();
  });

  test('subscribes on mount and after each reconnect, and unsubscribes after the unmount', async () => {
    const timers = manualTimers();
    page = await openOnDesk(<Closable />, undefined, timers);
    await connected();
    timers.advance(20);
    await screen.findByText('true: TSLA 248.5, AAPL 231.42');
    await reconnect();
    await waitFor(() =>
      expect(subscribed()).toEqual([
        ['TSLA', 'AAPL'],
        ['TSLA', 'AAPL'],
      ]),
    );
    await page.user.click(screen.getByRole('button', { name: 'Close' }));
    timers.advance(5_000);
    await waitFor(() => expect(unsubscribed()).toEqual([['TSLA', 'AAPL']]));
  });
});

describe('useWebSocket', () => {
  let handle: ReturnType<typeof useWebSocket>;
  function Handle() {
    handle = useWebSocket();
    return <p>{handle.isConnected ? 'connected' : 'not connected'}</p>;
  }

  test('keeps quotes coming until they are unsubscribed, in any spelling, and over reconnects', async () => {
    const timers = manualTimers();
    page = await openOnDesk(<Handle />, undefined, timers);
    await screen.findByText('connected');
    act(() => handle.subscribe(['aapl', 'MSFT']));
    act(() => handle.subscribe(['AAPL']));
    timers.advance(20);
    await waitFor(() => expect(subscribed()).toEqual([['AAPL', 'MSFT']]));
    act(() => handle.unsubscribe(['AAPL']));
    timers.advance(5_000);
    await waitFor(() => expect(unsubscribed()).toEqual([['AAPL']]));
    await reconnect();
    await waitFor(() => expect(subscribed()).toEqual([['AAPL', 'MSFT'], ['MSFT']]));
  });
});
