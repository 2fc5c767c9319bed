/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/react';
import { useAskedSymbol } from '../../../../dashboard/src/pages/off-exchange/use-asked-symbol.ts';
import { type DeskPage, openOnDesk } from '../../support/screen.tsx';

let page: DeskPage | undefined;
afterEach(() => page?.close());

function Asked({ text }: { text: string | null }) {
  return <output>{useAskedSymbol(text) ?? 'none'}</output>;
}

const asked = () => page!.server.requests('GET', '/api/symbols');
const shown = () => screen.getByRole('status').textContent;

test.each([
  ['BRK-B', 'BRK.B'],
  ['BRK/B', 'BRK.B'],
])('%s in the address is looked up and is %s', async (text, symbol) => {
  page = await openOnDesk(<Asked text={text} />, (server) => {
    server.routes['GET /api/symbols'] = () => [
      { symbol: 'BRKX', name: 'A fund of BRK-B', type: 'stock' },
      { symbol, name: 'Berkshire Hathaway', type: 'stock' },
    ];
  });
  await waitFor(() => expect(shown()).toBe(symbol));
});

test('a symbol needs no look-up, and a fund with the text in its name is not meant by it', async () => {
  page = await openOnDesk(<Asked text="aapl" />, () => {});
  expect(shown()).toBe('AAPL');
  expect(asked()).toEqual([]);
  await page.close();
  page = await openOnDesk(<Asked text="BRK-B" />, (server) => {
    server.routes['GET /api/symbols'] = () => [{ symbol: 'BRKX', name: 'A fund of BRK-B', type: 'stock' }];
  });
  await waitFor(() => expect(asked()).not.toEqual([]));
  expect(shown()).toBe('none');
});
