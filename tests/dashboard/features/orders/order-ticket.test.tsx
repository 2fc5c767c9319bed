/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { act, screen, waitFor, within } from '@testing-library/react';
import { Profiler } from 'react';
import { OrderTicket } from '../../../../dashboard/src/features/orders/order-ticket.tsx';
import { LivePortfolio } from '../../../../dashboard/src/features/portfolio/live-portfolio.tsx';
import { money } from '../../../../dashboard/src/lib/format.ts';
import { SINGLE } from '../../../../dashboard/src/stores/keyed.ts';
import type { MarketStatusPayload } from '../../../../src/protocol/market.ts';
import type { PortfolioPayload } from '../../../../src/protocol/portfolio.ts';
import { PORTFOLIO_ACK, WATCHLIST_ACK } from '../../support/answers.ts';
import { chainOf, contractOf } from '../../support/chains.ts';
import type { Double } from '../../support/double.ts';
import { PORTFOLIO, quoteOf } from '../../support/fixtures.ts';
import { openPage, type Page } from '../../support/screen.tsx';

let page: Page;
afterEach(() => page.close());

const send = () =>
  screen.getByRole('button', { name: /^(Buy|Sell|Send again|Sending)/ }) as HTMLButtonElement;
const off = () => send().getAttribute('aria-disabled') === 'true';
const why = () => document.getElementById(send().getAttribute('aria-describedby') ?? '')?.textContent;
const ticket = () => within(screen.getByRole('region', { name: 'Order' }));
const value = (label: string) => ticket().getByText(label).nextElementSibling?.textContent;
/** By socket while there is one, by HTTP otherwise. */
const bySocket = () =>
  page.server.emitted('order:place').map(({ payload }) => payload as Record<string, unknown>);
const byHttp = () =>
  page.server.requests('POST', '/api/orders').map(({ body }) => body as Record<string, unknown>);
const placed = () => [...bySocket(), ...byHttp()];

const CLOSED: MarketStatusPayload = {
  isOpen: false,
  nextOpen: '2026-11-23T14:30:00.000Z',
  nextClose: null,
  timestamp: '2026-11-20T23:00:00.000Z',
  session: 'closed',
};

/** The ticket with AAPL chosen, its quote and the account known. */
async function openTicket(prepare?: (server: Double) => void) {
  page = await openPage(
    <>
      <LivePortfolio />
      <OrderTicket />
    </>,
    prepare,
  );
  await screen.findByText('231.43');
  await screen.findByTestId('total-value');
}
const type = async (label: string, text: string) => {
  const field = screen.getByLabelText(label);
  await page.user.clear(field);
  await page.user.type(field, text);
};

describe('the account', () => {
  test('is requested once by all panels that show it', async () => {
    await openTicket();
    await waitFor(() => expect(page.server.emitted('subscribe:portfolio')).toHaveLength(1));
    expect(page.server.requests('GET', '/api/portfolio')).toHaveLength(1);
  });

  test('renders the ticket only with a figure that the ticket shows', async () => {
    let renders = 0;
    page = await openPage(
      <Profiler
        id="ticket"
        onRender={() => {
          renders += 1;
        }}
      >
        <OrderTicket />
      </Profiler>,
    );
    await screen.findByText('231.43');
    await waitFor(() => expect(value('Buying power')).toBe('$78,568.55'));
    const follows = (part: Partial<PortfolioPayload>) =>
      act(() =>
        page.desk.states.portfolio.setState({
          bySubject: { [SINGLE]: { ...PORTFOLIO, receivedAt: 1, ...part } },
        }),
      );
    renders = 0;
    follows({ totalValue: 1 });
    follows({ positions: [{ ...PORTFOLIO.positions[0]!, price: 1 }] });
    expect(renders).toBe(0);
    follows({ buyingPower: 5 });
    expect(renders).toBeGreaterThan(0);
    expect(value('Buying power')).toBe('$5.00');
  });
});

describe('before sending', () => {
  test('a field with a wrong text is marked and described by the sentence; an empty one is not', async () => {
    await openTicket();
    const field = (label: string) => screen.getByLabelText(label);
    const described = (label: string) =>
      document.getElementById(field(label).getAttribute('aria-describedby') ?? '')?.textContent;
    expect(field('Quantity').getAttribute('aria-invalid')).toBe('false');
    await type('Quantity', '1.5');
    expect(field('Quantity').getAttribute('aria-invalid')).toBe('true');
    expect(described('Quantity')).toBe('The quantity is a whole number of shares.');
    await type('Quantity', '1');
    await page.user.click(screen.getByRole('radio', { name: 'Limit' }));
    await type('Limit price', '2,5');
    expect(field('Quantity').getAttribute('aria-invalid')).toBe('false');
    expect(described('Limit price')).toBe('Write the decimals of the limit price after a point.');
  });

  test('the button is disabled as long as something is missing, and says what', async () => {
    await openTicket();
    expect(off()).toBe(true);
    expect(why()).toBe('Enter a quantity.');
    for (const [typed, problem] of [
      ['0', 'The quantity is at least 1.'],
      ['1.5', 'The quantity is a whole number of shares.'],
      ['0x10', 'The quantity is a whole number of shares.'],
      ['-3', 'The quantity is a whole number of shares.'],
      ['9999999', 'The quantity is at most 1,000,000.'],
    ] as const) {
      await type('Quantity', typed);
      expect(why()).toBe(problem);
      expect(off()).toBe(true);
    }
    await type('Quantity', '10');
    expect(off()).toBe(false);
    expect(send().textContent).toBe('Buy 10 AAPL');
  });

  test('numbers may be written as people write them, and a decimal comma is not one of thousands', async () => {
    await openTicket();
    await type('Quantity', ' 1,000 ');
    expect(send().textContent).toBe('Buy 1,000 AAPL');
    await page.user.click(screen.getByRole('radio', { name: 'Limit' }));
    await type('Limit price', '$1,230.5');
    expect(value('Estimated cost')).toBe('$1,230,500.00');
    await type('Limit price', '.5');
    expect(value('Estimated cost')).toBe('$500.00');
    await type('Limit price', '2,5');
    expect(why()).toBe('Write the decimals of the limit price after a point.');
    await type('Quantity', '2,5');
    expect(why()).toBe('The quantity is a whole number of shares.');
  });

  test('while the market is closed, orders that it would refuse are warned of, with the opening', async () => {
    await openTicket();
    await type('Quantity', '10');
    act(() => page.desk.states.market.push(CLOSED));
    await waitFor(() =>
      expect(why()).toMatch(/^The market is closed until it opens Mon.* Only limit and stop/),
    );
    await page.user.click(screen.getByRole('radio', { name: 'Limit' }));
    await type('Limit price', '230');
    await page.user.selectOptions(screen.getByLabelText('Time in force'), 'gtc');
    expect(why()).toBe('');
  });

  test('while the symbol is halted, orders are warned of', async () => {
    await openTicket();
    await type('Quantity', '10');
    page.server.io.emit('quote:update', quoteOf('AAPL', { halted: true }));
    await waitFor(() => expect(why()).toMatch(/^Trading in this symbol is halted by its exchange/));
    page.server.io.emit('quote:update', quoteOf('AAPL'));
    await waitFor(() => expect(why()).toBe(''));
  });

  test('a feed without bid and ask says that orders fill at the last trade, and an absent ask has no estimate', async () => {
    await openTicket();
    await type('Quantity', '10');
    const { price } = quoteOf('AAPL');
    const bare = { bid: undefined, ask: undefined };
    page.server.io.emit('quote:update', quoteOf('AAPL', { ...bare, fillBasis: 'last-trade' }));
    await ticket().findByText('This feed has no bid and ask: orders fill at the last trade.');
    expect(value('Estimated cost')).toBe(money(price * 10));
    page.server.io.emit('quote:update', quoteOf('AAPL', bare));
    await waitFor(() => expect(value('Estimated cost')).toBe('–'));
    expect(ticket().queryByText(/orders fill at the last trade/)).toBeNull();
  });

  test('limit and stop orders need their price', async () => {
    await openTicket();
    await type('Quantity', '10');
    await page.user.click(screen.getByRole('radio', { name: 'Limit' }));
    expect(why()).toBe('Enter a limit price.');
    await type('Limit price', '230.12345');
    expect(why()).toBe('The limit price is dollars with at most four decimals.');
    await type('Limit price', '230.5');
    expect(off()).toBe(false);
    expect(value('Estimated cost')).toBe('$2,305.00');
    await page.user.click(screen.getByRole('radio', { name: 'Stop' }));
    expect(screen.getByLabelText('Stop price')).toBeTruthy();
  });

  test('the estimate takes the ask to buy and the bid to sell', async () => {
    await openTicket();
    await type('Quantity', '10');
    expect(value('Estimated cost')).toBe('$2,314.30');
    expect(value('Buying power')).toBe('$78,568.55');
    await page.user.click(screen.getByRole('radio', { name: 'Sell' }));
    expect(value('Estimated proceeds')).toBe('$2,314.10');
    expect(value('You hold')).toBe('100');
  });

  test('without a quote the estimate is a dash', async () => {
    page = await openPage(<OrderTicket />, ({ answers }) => {
      answers['subscribe:watchlist'] = () => WATCHLIST_ACK;
    });
    await waitFor(() => expect(page.stores.view.getState().symbol).toBe('AAPL'));
    await type('Quantity', '10');
    expect(value('Estimated cost')).toBe('–');
    expect(value('Last')).toBe('–');
  });

  test('more than the buying power or the position is warned of, not forbidden', async () => {
    await openTicket();
    await type('Quantity', '1000');
    expect(why()).toBe('More than your buying power. The order will probably be refused.');
    expect(off()).toBe(false);
    await page.user.click(screen.getByRole('radio', { name: 'Sell' }));
    expect(why()).toBe('You hold 100 AAPL. The order will probably be refused.');
  });

  test('an outside account takes no orders here, and says why', async () => {
    await openTicket(({ routes, answers }) => {
      routes['GET /api/portfolio'] = () => ({ ...PORTFOLIO, source: 'external' });
      answers['subscribe:portfolio'] = () => PORTFOLIO_ACK;
    });
    await type('Quantity', '1');
    expect(off()).toBe(true);
    expect(why()).toBe('This account is kept by another system. Orders are placed there.');
  });
});

describe('sending', () => {
  test('an accepted order is said to be, appears among the orders and empties the quantity', async () => {
    await openTicket();
    await type('Quantity', '10');
    await page.user.selectOptions(screen.getByLabelText('Time in force'), 'gtc');
    await page.user.click(send());
    expect(await screen.findByText('Order accepted: buy 10 AAPL.')).toBeTruthy();
    expect(placed()).toEqual([
      {
        clientOrderId: expect.any(String),
        symbol: 'AAPL',
        side: 'buy',
        type: 'market',
        quantity: 10,
        timeInForce: 'gtc',
      },
    ]);
    expect(page.stores.orders.getState().byId['o-new']).toBeTruthy();
    expect((screen.getByLabelText('Quantity') as HTMLInputElement).value).toBe('');
  });

  test('a refusal is shown in the server’s own sentence, and the next order gets a new key', async () => {
    await openTicket(({ routes }) => {
      routes['POST /api/orders'] = () => ({
        status: 422,
        code: 'INSUFFICIENT_FUNDS',
        error: 'This order needs $2,314.30 and $10.00 are free.',
      });
    });
    await type('Quantity', '10');
    await page.user.click(send());
    expect(await screen.findByText(/Order refused\. This order needs/)).toBeTruthy();
    await page.user.click(send());
    await waitFor(() => expect(placed()).toHaveLength(2));
    expect(placed()[0]?.clientOrderId).not.toBe(placed()[1]?.clientOrderId);
  });

  test('too many orders at once is told with the wait', async () => {
    await openTicket(({ answers }) => {
      answers['order:place'] = () => ({
        ok: false,
        code: 'RATE_LIMITED',
        message: 'Rate limit exceeded for order:place',
        retryAfterMs: 54_200,
      });
    });
    await type('Quantity', '10');
    await page.user.click(send());
    expect(
      await screen.findByText('Order refused. Too many orders at once. Try again in 55 s.'),
    ).toBeTruthy();
  });

  test('without an answer it says that it does not know, and sends the same order with the same key again', async () => {
    await openTicket(({ routes }) => {
      routes['POST /api/orders'] = () => ({ status: 503, code: 'UNAVAILABLE', error: 'The server stops.' });
    });
    await type('Quantity', '10');
    await page.user.click(send());
    expect(await screen.findByText(/The order may have been placed/)).toBeTruthy();
    expect(send().textContent).toBe('Send again: Buy 10 AAPL');
    page.server.routes['POST /api/orders'] = ({ body }) => ({
      ...(body as object),
      id: 'o9',
      status: 'accepted',
      filledQuantity: 0,
      createdAt: '',
      updatedAt: '',
    });
    await page.user.click(send());
    expect(await screen.findByText('Order accepted: buy 10 AAPL.')).toBeTruthy();
    expect(placed()).toHaveLength(2);
    expect(placed()[0]).toEqual(placed()[1]);
  });

  test('a repeat over HTTP, after the socket is gone, is the same order', async () => {
    await openTicket(({ answers }) => {
      answers['order:place'] = (_order, socket) => {
        socket.conn.close();
        return null;
      };
    });
    await type('Quantity', '10');
    await page.user.click(send());
    expect(await screen.findByText(/The order may have been placed/)).toBeTruthy();
    page.desk.connection.stop();
    await page.user.click(send());
    expect(await screen.findByText('Order accepted: buy 10 AAPL.')).toBeTruthy();
    expect(byHttp()).toEqual(bySocket());
    expect(byHttp()).toHaveLength(1);
  });

  test('a second click while it is under way sends nothing', async () => {
    let answer = () => {};
    await openTicket(({ routes }) => {
      routes['POST /api/orders'] = () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 422, code: 'MARKET_CLOSED', error: 'The market is closed.' });
        });
    });
    await type('Quantity', '10');
    await page.user.click(send());
    await screen.findByRole('button', { name: 'Sending…' });
    expect(off()).toBe(true);
    expect((screen.getByLabelText('Quantity') as HTMLInputElement).readOnly).toBe(true);
    await page.user.click(send());
    answer();
    await screen.findByText(/The market is closed/);
    expect(placed()).toHaveLength(1);
    expect(document.activeElement).toBe(send());
  });

  test('another symbol is chosen by search and its quote is asked for', async () => {
    await openTicket();
    const search = screen.getByRole('combobox', { name: 'Symbol' });
    await page.user.type(search, 'nvda');
    await page.user.click(await screen.findByRole('option', { name: /NVDA/ }));
    const { ask } = quoteOf('NVDA');
    await waitFor(() => expect(value('Ask')).toBe(ask?.toFixed(2)));
    expect((search as HTMLInputElement).value).toBe('NVDA');
  });
});

test('an option contract is known by its name, shows its prices, and is refused with the reason', async () => {
  await openTicket((server) => {
    server.routes['GET /api/market/options/SPY'] = ({ query }) => chainOf(query.get('expiry') ?? '');
  });
  await type('Quantity', '10');
  const search = screen.getByRole('combobox', { name: 'Symbol' }) as HTMLInputElement;
  await page.user.type(search, 'spy 2026-12-18 650 c');
  await page.user.click(await screen.findByRole('option', { name: 'SPY 18 Dec 2026 650 call' }));
  expect(search.value).toBe('SPY 18 Dec 2026 650 call');
  expect(send().textContent).toBe('Buy SPY 18 Dec 2026 650 call');
  expect(why()).toBe('The broker trades stocks only, no option contracts. Choose a stock.');
  expect(off()).toBe(true);
  const expiry = '2026-12-18';
  const nothing = { bid: undefined, ask: undefined, price: undefined, state: 'missing' } as const;
  page.server.io.emit('option:update', contractOf(650, 'call', { expiry, ...nothing }));
  await waitFor(() => expect(screen.getAllByText('No data yet')).toHaveLength(3));
  page.server.io.emit('option:update', contractOf(650, 'call', { expiry, bid: 0.09 }));
  await waitFor(() => expect(value('Bid')).toBe('0.09'));
});

describe('the symbol', () => {
  const search = () => screen.getByRole('combobox', { name: 'Symbol' }) as HTMLInputElement;

  test('typed and left at once is the one that is bought', async () => {
    await openTicket();
    await type('Quantity', '10');
    await page.user.type(search(), 'nvda');
    expect(why()).toBe('nvda was not chosen. Pick a symbol from the list.');
    await page.user.tab();
    await waitFor(() => expect(send().textContent).toBe('Buy 10 NVDA'));
    expect(search().value).toBe('NVDA');
  });

  test('Enter before the search has answered takes the exact match, and no option of an earlier answer', async () => {
    await openTicket();
    await type('Quantity', '10');
    await page.user.type(search(), 'a');
    await screen.findByRole('option', { name: /AAPL/ });
    await page.user.clear(search());
    await page.user.type(search(), 'nvda{Enter}');
    await waitFor(() => expect(send().textContent).toBe('Buy 10 NVDA'));
  });

  test.each([
    ['brk-b', 'BRK.B'],
    ['bacpl', 'BACpL'],
  ])('typed as %s and left is %s', async (typed, symbol) => {
    await openTicket((server) => {
      // In the server's order the one that is meant need not be the first.
      server.routes['GET /api/market/search'] = () => [
        { symbol: 'BRK.A', name: 'Berkshire Hathaway Inc. Class A', type: 'stock' },
        { symbol, name: 'The one that is meant', type: 'stock' },
      ];
    });
    await type('Quantity', '10');
    await page.user.type(search(), typed);
    await page.user.tab();
    await waitFor(() => expect(send().textContent).toBe(`Buy 10 ${symbol}`));
  });

  test.each([
    ['AMpB', 'AMPB'],
    ['BF.B', 'BFpB'],
    ['BRKB', 'BRKU'],
  ])(
    '%s is never another one that the search found: neither Enter nor leaving chooses %s',
    async (typed, other) => {
      await openTicket((server) => {
        server.routes['GET /api/market/search'] = () => [
          { symbol: other, name: `A fund of ${typed}`, type: 'stock' },
        ];
      });
      await type('Quantity', '10');
      await page.user.type(search(), typed);
      const option = await screen.findByRole('option', { name: new RegExp(other) });
      await page.user.keyboard('{Enter}');
      expect(option.getAttribute('aria-selected')).toBe('false');
      await page.user.tab();
      expect(why()).toBe(`${typed} was not chosen. Pick a symbol from the list.`);
      expect(search().value).toBe(typed);
    },
  );

  test.each([
    ['{ArrowDown}', 'AAA'],
    ['{ArrowUp}', 'CCC'],
  ])('where none is meant, %s and Enter choose %s', async (key, symbol) => {
    await openTicket((server) => {
      server.routes['GET /api/market/search'] = () =>
        ['AAA', 'BBB', 'CCC'].map((each) => ({ symbol: each, name: 'A company', type: 'stock' as const }));
    });
    await type('Quantity', '10');
    await page.user.type(search(), 'company');
    await screen.findByRole('option', { name: /AAA/ });
    await page.user.keyboard(`${key}{Enter}`);
    await waitFor(() => expect(send().textContent).toBe(`Buy 10 ${symbol}`));
  });

  test('that is none stays in the field and keeps the ticket from being sent', async () => {
    await openTicket();
    await type('Quantity', '10');
    await page.user.type(search(), 'qqqq');
    await page.user.tab();
    await waitFor(() => expect(page.server.requests('GET', '/api/market/search')).toHaveLength(1));
    expect(search().value).toBe('qqqq');
    expect(why()).toBe('qqqq was not chosen. Pick a symbol from the list.');
    await page.user.click(send());
    await page.user.type(screen.getByLabelText('Quantity'), '{Enter}');
    expect(placed()).toEqual([]);
    await page.user.type(search(), '{Escape}');
    expect(off()).toBe(false);
    expect(search().placeholder).toBe('AAPL');
  });
});

describe('an order that another page proposes', () => {
  const proposal = {
    symbol: 'AAPL',
    side: 'sell',
    quantity: '25',
    price: '228.85',
    note: 'From a signal of alpha. The limit is at least 228.85.',
  } as const;
  const field = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;

  test('is filled in with where it comes from, and sent only by the reader', async () => {
    await openTicket();
    act(() => page.stores.proposal.propose(proposal));
    await screen.findByText(/^From a signal of alpha/);
    expect([field('Quantity'), field('Limit price')]).toEqual(['25', '228.85']);
    expect(send().textContent).toBe('Sell 25 AAPL');
    expect(placed()).toEqual([]);
    await page.user.click(send());
    await waitFor(() => expect(placed()).toHaveLength(1));
    expect(placed()[0]).toMatchObject({ side: 'sell', type: 'limit', quantity: 25, limitPrice: 228.85 });
    await waitFor(() => expect(screen.queryByText(/^From a signal of alpha/)).toBeNull());
  });

  test('says where the market has left its limit behind, and goes with another price', async () => {
    await openTicket();
    act(() => page.stores.proposal.propose({ ...proposal, price: '240' }));
    await screen.findByText('The market is past this limit now: the order would wait.');
    await type('Limit price', '230');
    expect(screen.queryByText(/^From a signal of alpha/)).toBeNull();
  });

  test('for another symbol waits for that one, and no longer than half a minute', async () => {
    await openTicket();
    act(() => page.stores.proposal.propose({ ...proposal, symbol: 'MSFT' }));
    expect(field('Quantity')).toBe('');
    act(() => page.stores.view.choose('MSFT'));
    await screen.findByText(/^From a signal of alpha/);
    act(() => page.stores.proposal.propose({ ...proposal, symbol: 'TSLA', note: 'Too late.' }));
    const later = Date.now() + 31_000;
    const now = Date.now;
    Date.now = () => later;
    act(() => page.stores.view.choose('TSLA'));
    Date.now = now;
    await waitFor(() => expect(page.stores.proposal.getState().proposal).toBeNull());
    expect(screen.queryByText(/Too late/)).toBeNull();
  });
});
