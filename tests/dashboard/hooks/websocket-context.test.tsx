/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { act, render, screen, waitFor } from '@testing-library/react';
import { useEffect, useState } from 'react';
import { useWebSocketContext } from '../../../dashboard/src/hooks/websocket-context.tsx';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { openPage, type Page } from '../support/screen.tsx';

let page: Page | undefined;
afterEach(() => page?.close());

/** A component as the guide to the context writes it. */
function GuideExample() {
  const [portfolio, setPortfolio] = useState<PortfolioPayload | null>(null);
  const { connected, status, subscribe, emit } = useWebSocketContext();

  useEffect(() => {
    if (!connected) return;
    const unsubscribe = subscribe('portfolio:update', (data) => setPortfolio(data));
    emit('subscribe:portfolio');
    return () => unsubscribe();
  }, [connected, subscribe, emit]);

  return (
    <p>
      {status} {portfolio ? portfolio.totalValue : 'nothing'}
    </p>
  );
}

test('a component written after the guide works, and still does after a reconnect', async () => {
  page = await openPage(<GuideExample />);
  expect(await screen.findByText('connected 104210.55')).toBeTruthy();
  expect(page.server.emitted('subscribe:portfolio')).toHaveLength(1);
  page.server.cut();
  await screen.findByText(/reconnecting/);
  act(() => page?.desk.connection.wake());
  await screen.findByText(/connected/);
  await waitFor(() => expect(page?.server.emitted('subscribe:portfolio')).toHaveLength(2));
});

test('a handler is called until it is unsubscribed', async () => {
  page = await openPage(<GuideExample />);
  await screen.findByText(/connected/);
  const prices: number[] = [];
  const unsubscribe = page.desk.subscribe('quote:update', ({ price }) => prices.push(price));
  page.server.quote('AAPL', { price: 1 });
  await waitFor(() => expect(prices).toEqual([1]));
  unsubscribe();
  page.server.quote('AAPL', { price: 2 });
  await waitFor(() => expect(page?.desk.states.quote.getState().bySubject.AAPL?.price).toBe(2));
  expect(prices).toEqual([1]);
});

test('without a provider it says what is missing', () => {
  page = undefined;
  const quiet = console.error;
  console.error = () => {};
  try {
    expect(() => render(<GuideExample />)).toThrow('useWebSocketContext needs a WebSocketProvider above it');
  } finally {
    console.error = quiet;
  }
});
