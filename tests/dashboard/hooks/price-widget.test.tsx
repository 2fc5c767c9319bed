/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
'use client';

import { afterEach, expect, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/react';
import { useMarketData, useMarketStore } from '@/lib/socket/client';
import { WATCHLIST_ACK } from '../support/answers.ts';
import { type DeskPage, openOnDesk } from '../support/screen.tsx';

let page: DeskPage;
afterEach(() => page.close());

/** As the example has it, word for word. */
function PriceWidget({ symbol }: { symbol: string }) {
  const { quotes, isConnected } = useMarketData([symbol]);
  const quote = quotes[0]?.data;

  if (!isConnected) {
    return <div>Connecting...</div>;
  }

  if (!quote) {
    return <div>Waiting for {symbol}...</div>;
  }

  return (
    <div>
      <h2>{symbol}</h2>
      <div className="text-2xl">${quote.price.toFixed(2)}</div>
      <div className={quote.change > 0 ? 'text-green-500' : 'text-red-500'}>
        {quote.change > 0 ? '+' : ''}
        {quote.changePercent.toFixed(2)}%
      </div>
    </div>
  );
}

test('a widget that was written for @/lib/socket/client works as it is', async () => {
  page = await openOnDesk(<PriceWidget symbol="AAPL" />, ({ answers }) => {
    answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
  });
  expect(screen.getByText('Connecting...')).toBeTruthy();
  expect(await screen.findByText('Waiting for AAPL...')).toBeTruthy();
  page.server.quote('AAPL', { price: 231.42, previousClose: 229.1 });
  expect(await screen.findByText('$231.42')).toBeTruthy();
  expect(screen.getByText('+1.01%').className).toBe('text-green-500');
  page.server.quote('AAPL', { price: 228, previousClose: 229.1 });
  expect((await screen.findByText('-0.48%')).className).toBe('text-red-500');
});

test('the marketStore has the latest quotes and the connection', async () => {
  function Count() {
    const isConnected = useMarketStore((state) => state.isConnected);
    const price = useMarketStore((state) => state.quotes.MSFT?.price);
    return <p>{`${isConnected} ${price ?? '–'}`}</p>;
  }
  page = await openOnDesk(<Count />);
  expect(await screen.findByText('true –')).toBeTruthy();
  page.server.quote('MSFT', { price: 7 });
  expect(await screen.findByText('true 7')).toBeTruthy();
  page.server.cut();
  await waitFor(() => expect(page.desk.marketStore.getState().isConnected).toBe(false));
  expect(page.desk.marketStore.getState().quotes.MSFT?.price).toBe(7);
});
