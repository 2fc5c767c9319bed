/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { useMarketData } from '../../../dashboard/src/hooks/use-market-data.ts';
import { type SocketMessage, useWebSocket } from '../../../dashboard/src/hooks/use-web-socket.ts';
import { WebSocketProvider } from '../../../dashboard/src/hooks/websocket-context.tsx';
import type { OptionPayload } from '../../../src/protocol/options.ts';
import { WATCHLIST_ACK } from '../support/answers.ts';
import { type DeskPage, openOnDesk } from '../support/screen.tsx';
import { manualTimers } from '../support/timers.ts';

const CALL = 'O:SPY251219C00650000';
const PUT = 'O:SPY251219P00650000';
const optionOf = (contractId: string): OptionPayload => ({
  contractId,
  underlying: 'SPY',
  expiry: '2025-12-19',
  strike: 650,
  type: 'call',
  multiplier: 100,
  price: 5.25,
  open: 5.2,
  high: 5.3,
  low: 5.15,
  change: 0.4,
  changePercent: 8.2,
  previousClose: 4.85,
  volume: 100,
  timestamp: '2023-11-06T20:00:00.000Z',
  state: 'live',
});

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

  test('keeps option contracts coming the same way', async () => {
    const timers = manualTimers();
    page = await openOnDesk(<Handle />, undefined, timers);
    await screen.findByText('connected');
    const sent = (event: 'subscribe:options' | 'unsubscribe:options') =>
      page.server.emitted(event).map(({ payload }) => payload);
    act(() => handle.subscribeToOptions([CALL, PUT]));
    act(() => handle.subscribeToOptions([CALL]));
    timers.advance(20);
    await waitFor(() => expect(sent('subscribe:options')).toEqual([[CALL, PUT]]));
    act(() => handle.unsubscribeFromOptions([CALL]));
    timers.advance(5_000);
    await waitFor(() => expect(sent('unsubscribe:options')).toEqual([[CALL]]));
  });

  test('hands messages on in the words of /api/socket, until it is stopped or the component has gone', async () => {
    const messages: SocketMessage[] = [];
    page = await openOnDesk(<Handle />);
    await screen.findByText('connected');
    const stop = handle.onMessage((message) => messages.push(message));
    page.server.io.emit('option:update', optionOf(CALL));
    await waitFor(() => expect(messages).toHaveLength(1));
    // As the guide prints it: the change is the price's against the bar's open, times are numbers.
    expect(messages[0]).toMatchObject({
      type: 'option_update',
      data: {
        contractId: CALL,
        price: 5.25,
        open: 5.2,
        high: 5.3,
        low: 5.15,
        change: 0.05,
        changePercent: 0.96,
        volume: 100,
        timestamp: 1_699_300_800_000,
      },
      timestamp: expect.any(Number),
    });
    page.server.quote('AAPL', { price: 231.42 });
    await waitFor(() => expect(messages[1]).toMatchObject({ type: 'quote', symbol: 'AAPL' }));
    stop();
    handle.onMessage((message) => messages.push(message));
    cleanup();
    page.server.quote('AAPL', { price: 1 });
    await waitFor(() => expect(page.desk.states.quote.getState().bySubject.AAPL?.price).toBe(1));
    expect(messages).toHaveLength(2);
  });
});
