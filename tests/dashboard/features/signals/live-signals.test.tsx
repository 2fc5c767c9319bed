/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { LiveSignals } from '../../../../dashboard/src/features/signals/live-signals.tsx';
import { useSharedStores } from '../../../../dashboard/src/hooks/shared-stores.tsx';
import type { Timers } from '../../../../dashboard/src/lib/timers.ts';
import type { ProposalStore } from '../../../../dashboard/src/stores/proposal.ts';
import { MAX_SIGNALS_PAGE } from '../../../../src/protocol/limits.ts';
import type { SignalDelivery, SourceRecord } from '../../../../src/protocol/signal-reports.ts';
import type { Double } from '../../support/double.ts';
import { quoteOf } from '../../support/fixtures.ts';
import { type DeskPage, openOnDesk } from '../../support/screen.tsx';
import { manualTimers } from '../../support/timers.ts';

let page: DeskPage | undefined;
let proposals: ProposalStore | undefined;
function Shared() {
  proposals = useSharedStores().proposal;
  return null;
}
async function open(
  prepare: (server: Double) => void = () => {},
  admin = false,
  timers?: Timers,
  userId = 'u1',
): Promise<DeskPage> {
  page = await openOnDesk(
    <>
      <Shared />
      <LiveSignals admin={admin} userId={userId} />
    </>,
    prepare,
    timers,
  );
  return page;
}
afterEach(async () => {
  await page?.close();
  page = undefined;
  localStorage.clear();
  window.history.replaceState(null, '', '/');
});

const rowOf = async (words: RegExp) => (await screen.findByRole('rowheader', { name: words })).closest('tr')!;

test('lists signals with the price then, the price now and the result so far, and a dash with its reason', async () => {
  await open(({ signal }) => {
    signal({ id: 'a', seq: 1, symbol: 'AAPL', price: 220 });
    signal({ id: 'b', seq: 2, symbol: 'MSFT', price: undefined, source: 'demo-averages' });
    signal({ id: 'c', seq: 3, symbol: 'TSLA', source: 'demo' });
  });
  const apple = await rowOf(/AAPL/);
  await waitFor(() => expect(apple.textContent).toContain('+5.19%'));
  expect(within(apple).getAllByText('220.00')).not.toHaveLength(0);
  expect(within(apple).getAllByText('231.42')).not.toHaveLength(0);
  const microsoft = await rowOf(/MSFT.*Demo/);
  expect((await rowOf(/TSLA/)).textContent).not.toMatch(/Demo/);
  expect(within(microsoft).getAllByText('The source named no price.')).not.toHaveLength(0);
});

test('an edit and an expiry are shown, and an expired signal cannot be traded', async () => {
  const { server, user } = await open(({ signal }) => {
    signal({ id: 'a', seq: 1, expiresAt: new Date(Date.now() - 60_000).toISOString() });
    signal({ id: 'b', seq: 2, symbol: 'TSLA', expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    signal({ id: 'c', seq: 3, symbol: 'NVDA', revision: 2 });
  });
  expect((await rowOf(/NVDA/)).textContent).toContain('what was changed is not known here');
  expect((await rowOf(/AAPL.*Expired/)).textContent).toMatch(/expired \d/);
  // Its result no longer moves with the market.
  const over = await rowOf(/AAPL.*Expired/);
  await waitFor(() => expect(over.textContent).toContain('231.42'));
  expect(over.textContent).not.toMatch(/[+−][\d.]+%/);
  const trade = await screen.findByRole('button', { name: /Trade this: Buy AAPL/ });
  expect(trade.getAttribute('aria-disabled')).toBe('true');
  await user.click(trade);
  expect((await screen.findByRole('alert')).textContent).toBe('This signal has expired.');
  expect(proposals?.getState().proposal).toBeNull();
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  server.signal({ id: 'b', seq: 4, symbol: 'TSLA', revision: 2, price: 240 });
  expect((await rowOf(/TSLA.*Edited, revision 2/)).textContent).toMatch(
    /Changed: price 230\.00 → 240\.00, expiry .+ → none\./,
  );
});

test('“Trade this” fills the ticket with a guarded limit order and sends nothing', async () => {
  const { server, user } = await open(({ signal }) => void signal({ id: 'a', seq: 1, quantity: 5 }));
  await user.selectOptions(await screen.findByLabelText(/Price guard/), '1 % from the signal’s price');
  await user.click(await screen.findByRole('button', { name: /Trade this: Buy AAPL/ }));
  expect(proposals?.getState().proposal).toMatchObject({
    symbol: 'AAPL',
    side: 'buy',
    quantity: '5',
    price: '232.3',
  });
  expect(window.location.pathname).toBe('/s/AAPL');
  expect(server.emitted('order:place')).toHaveLength(0);
  expect(server.requests('POST', '/api/orders')).toHaveLength(0);
});

test('what came after the last visit is new until it is marked as read, also after a reload', async () => {
  const first = await open(({ signal }) => void signal({ id: 'a', seq: 1 }));
  await rowOf(/AAPL/);
  expect(await screen.findByText('Nothing new')).toBeTruthy();
  await waitFor(() => expect(first.server.emitted('subscribe:signals')).not.toHaveLength(0));
  first.server.signal({ id: 'b', seq: 2, symbol: 'TSLA' });
  expect(await rowOf(/TSLA.*New/)).toBeTruthy();
  await first.close();

  const second = await open(({ signal }) => {
    signal({ id: 'a', seq: 1 });
    signal({ id: 'b', seq: 2, symbol: 'TSLA' });
  });
  expect(await screen.findByText('1 new')).toBeTruthy();
  await second.user.click(screen.getByRole('button', { name: 'Mark all as read' }));
  expect(await screen.findByText('Nothing new')).toBeTruthy();
});

test('a long text shows its beginning, and the rest for who asks for it', async () => {
  const { user } = await open(({ signal }) => {
    signal({ id: 'a', seq: 1, text: 'short' });
    signal({ id: 'b', seq: 2, symbol: 'TSLA', text: 'long '.repeat(400) });
  });
  const long = within(await rowOf(/TSLA/));
  const isClamped = () => long.getByText(/^long/).className.includes('line-clamp');
  expect(isClamped()).toBe(true);
  await user.click(long.getByRole('button', { name: 'More' }));
  expect(isClamped()).toBe(false);
  await user.click(long.getByRole('button', { name: 'Less' }));
  expect(isClamped()).toBe(true);
  expect(within(await rowOf(/AAPL/)).queryByRole('button', { name: 'More' })).toBeNull();
});

test('a muted source is not listed, on the next visit neither, and comes back when it is unmuted', async () => {
  const prepare = ({ signal }: Double) => {
    signal({ id: 'a', seq: 1, source: 'alpha' });
    signal({ id: 'b', seq: 2, source: 'beta', symbol: 'TSLA' });
  };
  const first = await open(prepare);
  await first.user.click(await screen.findByRole('button', { name: 'Mute beta' }));
  await waitFor(() => expect(screen.queryByRole('rowheader', { name: /TSLA/ })).toBeNull());
  await first.close();

  const second = await open(prepare);
  await rowOf(/AAPL/);
  expect(screen.queryByRole('rowheader', { name: /TSLA/ })).toBeNull();
  await second.user.click(screen.getByRole('button', { name: 'Mute beta' }));
  await rowOf(/TSLA/);
});

test('the list holds still under the pointer: a new signal waits until the reader leaves or asks for it', async () => {
  const { server, user } = await open(({ signal }) => void signal({ id: 'a', seq: 1 }));
  const apple = await rowOf(/AAPL/);
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  await user.hover(apple);
  server.signal({ id: 'b', seq: 2, symbol: 'TSLA' });
  const more = await screen.findByRole('button', { name: 'Show 1 more signal' });
  expect(screen.queryByRole('rowheader', { name: /TSLA/ })).toBeNull();
  server.signal({ id: 'a', seq: 3, revision: 2, price: 231 });
  await rowOf(/AAPL.*Edited/);
  await user.click(more);
  await rowOf(/TSLA/);

  await user.hover(apple);
  server.signal({ id: 'c', seq: 4, symbol: 'NVDA' });
  await screen.findByRole('button', { name: 'Show 1 more signal' });
  await user.hover(screen.getByLabelText('Filter'));
  await rowOf(/NVDA/);
});

/** Sends so many free signals, the newest last, each a millisecond after the one before. */
function sendMany({ signal }: Double, count: number, first = 1): void {
  const start = Date.now() - 3_600_000;
  for (let n = first; n < first + count; n++)
    signal({ id: `n${n}`, seq: n, symbol: 'MSFT', timestamp: new Date(start + n).toISOString() });
}

test('a burst takes no row from under the focus', async () => {
  const { server } = await open(
    ({ signal }) => void signal({ id: 'first', seq: 1, timestamp: '2026-01-02T15:00:00Z' }),
  );
  await rowOf(/AAPL/);
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  const trade = await screen.findByRole('button', { name: /Trade this: Buy AAPL/ });
  act(() => trade.focus());
  sendMany(server, MAX_SIGNALS_PAGE + 5, 2);
  await screen.findByRole('button', { name: `Show ${MAX_SIGNALS_PAGE} more signals` });
  expect(document.activeElement).toBe(trade);
  act(() => trade.blur());
  await waitFor(() => expect(screen.queryByRole('rowheader', { name: /AAPL/ })).toBeNull());
});

test('free signals do not drive out premium ones, and older ones are a button away', async () => {
  const { user } = await open((server) => {
    server.setTier('PROFESSIONAL');
    server.signal({ id: 'old', seq: 1, symbol: 'TSLA', timestamp: '2026-01-02T15:00:00Z' });
    server.signal({ id: 'p', seq: 1, premium: true, symbol: 'NVDA', timestamp: '2026-01-02T15:00:01Z' });
    sendMany(server, MAX_SIGNALS_PAGE, 2);
  });
  await rowOf(/NVDA.*Premium/);
  expect(screen.queryByRole('rowheader', { name: /TSLA/ })).toBeNull();
  expect(screen.getByText(/The newest 201 signals/)).toBeTruthy();
  await user.type(screen.getByLabelText('Filter'), 'TSLA');
  await screen.findByText('None of the newest 201 signals fits');
  await user.click(screen.getByRole('button', { name: 'Show older signals' }));
  await rowOf(/TSLA/);
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Show older signals' })).toBeNull());
});

test('a list that goes from under the pointer or the focus is not held when it comes back', async () => {
  const { server, user } = await open(({ signal }) => void signal({ id: 'a', seq: 1 }));
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  const filter = screen.getByLabelText('Filter');
  const comesBack = async () => {
    fireEvent.change(filter, { target: { value: 'nothing is called so' } });
    await screen.findByText('No signal fits');
    fireEvent.change(filter, { target: { value: '' } });
    await rowOf(/AAPL/);
  };
  await user.hover(await rowOf(/AAPL/));
  await comesBack();
  server.signal({ id: 'b', seq: 2, symbol: 'TSLA' });
  await rowOf(/TSLA/);
  act(() => screen.getByRole('button', { name: /Trade this: Buy TSLA/ }).focus());
  await comesBack();
  server.signal({ id: 'c', seq: 3, symbol: 'NVDA' });
  await rowOf(/NVDA/);
});

test('ages and expiries count the seconds below a minute and nothing finer above, all by one timer', async () => {
  const timers = manualTimers();
  const at = (ms: number) => new Date(timers.now() + ms).toISOString();
  const opened = open(
    ({ signal }) => {
      signal({ id: 'a', seq: 1, timestamp: at(-3_000), expiresAt: at(62_000) });
      signal({ id: 'b', seq: 2, symbol: 'TSLA', timestamp: at(-120_000), expiresAt: at(7_200_000) });
    },
    false,
    timers,
  );
  await opened;
  const apple = await rowOf(/AAPL/);
  expect(apple.textContent).toContain('3 s ago');
  expect(apple.textContent).toContain('expires in 1 min');
  expect((await rowOf(/TSLA/)).textContent).toMatch(/2 min ago.*expires in 2 h/);
  for (const left of [61, 60, 59, 58, 57]) {
    act(() => timers.advance(1_000));
    expect(apple.textContent).toContain(left < 60 ? `expires in ${left} s` : 'expires in 1 min');
    expect(apple.textContent).toContain(`${65 - left} s ago`);
  }
  expect((await rowOf(/TSLA/)).textContent).toMatch(/2 min ago.*expires in 1 h/);
  expect(timers.waits().filter((ms) => ms <= 1_000)).toHaveLength(1);
  act(() => timers.advance(57_000));
  expect((await rowOf(/AAPL.*Expired/)).textContent).toMatch(/expired \d/);
});

test('the filter takes words of symbol, source and text, and says where nothing fits', async () => {
  const { user } = await open(({ signal }) => {
    signal({ id: 'a', seq: 1, text: 'Breakout' });
    signal({ id: 'b', seq: 2, symbol: 'TSLA' });
  });
  await rowOf(/TSLA/);
  await user.type(screen.getByLabelText('Filter'), 'alpha break');
  await waitFor(() => expect(screen.queryByRole('rowheader', { name: /TSLA/ })).toBeNull());
  expect(await rowOf(/AAPL/)).toBeTruthy();
  await user.type(screen.getByLabelText('Filter'), 'xyz');
  await user.click(await screen.findByRole('button', { name: 'Show all' }));
  await rowOf(/TSLA/);
});

test('the sound is off until it is switched on; then a new signal makes one, a muted one does not', async () => {
  const started = jest.fn();
  class Sound {
    currentTime = 0;
    destination = {};
    resume = async () => {};
    createGain = () => ({
      gain: { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} },
      connect: () => {},
    });
    createOscillator = () => ({
      frequency: { value: 0 },
      connect: <T,>(to: T) => to,
      start: started,
      stop: () => {},
    });
  }
  Object.assign(globalThis, { AudioContext: Sound });
  const { server, user } = await open(({ signal }) => {
    signal({ id: 'a', seq: 1 });
    signal({ id: 'b', seq: 2, source: 'beta' });
  });
  await user.click(await screen.findByRole('button', { name: 'Mute beta' }));
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  server.signal({ id: 'c', seq: 3, symbol: 'NVDA' });
  await rowOf(/NVDA/);
  expect(started).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Sound off' }));
  // A sample of it.
  expect(started).toHaveBeenCalledTimes(1);
  server.signal({ id: 'd', seq: 4, source: 'beta' });
  server.signal({ id: 'e', seq: 5, symbol: 'SIRI' });
  await rowOf(/SIRI/);
  await waitFor(() => expect(started).toHaveBeenCalledTimes(2));
  // What a source sent while it was muted is not new when it is heard again.
  await user.click(screen.getByRole('button', { name: 'Mute beta' }));
  await screen.findAllByText(/beta/);
  server.signal({ id: 'f', seq: 6, symbol: 'TSLA' });
  await rowOf(/TSLA/);
  await waitFor(() => expect(started).toHaveBeenCalledTimes(3));
  Reflect.deleteProperty(globalThis, 'AudioContext');
});

test('a STARTER sees that premium signals are locked and nothing of them; another tier shows them without a reload', async () => {
  const { server } = await open(({ signal }) => {
    signal({ id: 'a', seq: 1 });
    signal({ id: 'p', seq: 1, symbol: 'NVDA', premium: true, source: 'gamma' });
  });
  await rowOf(/AAPL/);
  expect(screen.getByText(/Premium signals are locked/)).toBeTruthy();
  expect(document.body.textContent).not.toMatch(/NVDA|gamma/);
  expect(screen.queryByText('Stream')).toBeNull();
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  server.setTier('PROFESSIONAL');
  await rowOf(/NVDA.*Premium/);
  expect(screen.getByText('Your tier reads free and premium signals.')).toBeTruthy();
  server.setTier('STARTER');
  await waitFor(() => expect(document.body.textContent).not.toMatch(/NVDA|gamma/));
});

test('the price of a symbol that only premium signals name is asked for, and nothing watches the symbol for it', async () => {
  const { server } = await open(({ signal, routes }) => {
    signal({ id: 'a', seq: 1, symbol: 'AAPL' });
    signal({ id: 'p', seq: 1, symbol: 'NVDA', price: 100, premium: true });
    routes['GET /api/market/quote/NVDA'] = () => ({ ...quoteOf('NVDA', { price: 110 }), source: 'snapshot' });
  });
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  server.setTier('PROFESSIONAL');
  const nvidia = await rowOf(/NVDA.*Premium/);
  await waitFor(() => expect(nvidia.textContent).toContain('+10.00%'), { timeout: 5_000 });
  expect(server.requests('GET', '/api/market/quote/NVDA')).toHaveLength(1);
  const watched = server.emitted('subscribe:watchlist').flatMap(({ payload }) => payload);
  expect(watched).toContain('AAPL');
  expect(watched).not.toContain('NVDA');
});

test('a list that did not load says so and can be tried again', async () => {
  const { server, user } = await open(({ routes }) => {
    routes['GET /api/signals'] = () => ({
      status: 503,
      error: 'Try again in a moment.',
      code: 'UNAVAILABLE',
    });
  });
  expect(await screen.findByText('The signals did not load')).toBeTruthy();
  server.routes['GET /api/signals'] = () => ({ signals: [] });
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('No signals yet')).toBeTruthy();
});

const RECORD: SourceRecord = {
  source: 'alpha',
  signals: 12,
  since: '2026-11-01T15:00:00.000Z',
  finished: 4,
  won: 3,
  open: 1,
  notRecorded: 2,
  winRate: 75,
  averagePercent: 0.4375,
  bestPercent: 2.5,
  worstPercent: -1.25,
};

test('the track record of each source stands beside its rules, and a source without one says why', async () => {
  await open(({ routes }) => {
    routes['GET /api/signals/track-record'] = () => ({
      rules: ['A buyer pays the ask.'],
      sources: [
        RECORD,
        {
          ...RECORD,
          source: 'beta',
          signals: 1,
          finished: 0,
          won: 0,
          winRate: null,
          averagePercent: null,
          bestPercent: null,
          worstPercent: null,
          reason: 'NOTHING_FINISHED',
        },
      ],
    });
  });
  const table = await screen.findByRole('table', { name: 'Track record by source' });
  const [, alpha, beta] = within(table).getAllByRole('row');
  expect(alpha?.textContent).toMatch(/alpha12 signals since 1 Nov 2026.*75\.0%3 of 4.*\+0\.44%/);
  expect(alpha?.textContent).toContain('1 open, 2 without prices');
  expect(beta?.textContent).toContain('1 signal since 1 Nov 2026');
  expect(beta?.textContent).toContain('No trade of this source has ended yet.');
  expect(screen.getByText('A buyer pays the ask.')).toBeTruthy();
});

test('another tier has another track record, and nothing of the former stays', async () => {
  const { server } = await open(({ signals, routes, signal }) => {
    signals.tier = 'PROFESSIONAL';
    signal({ id: 'a', seq: 1 });
    routes['GET /api/signals/track-record'] = () => ({
      rules: [],
      sources: [{ ...RECORD, source: 'gamma' }],
    });
  });
  await screen.findByRole('rowheader', { name: /gamma/ });
  await waitFor(() => expect(server.emitted('subscribe:signals')).not.toHaveLength(0));
  server.routes['GET /api/signals/track-record'] = () => ({
    status: 503,
    error: 'Later.',
    code: 'UNAVAILABLE',
  });
  server.setTier('STARTER');
  await screen.findByText('The track record did not load');
  expect(screen.queryByText('gamma')).toBeNull();
});

test('an administrator sees how far each signal was delivered, a member asks for nothing of it', async () => {
  const delivery: SignalDelivery = {
    stream: 'free',
    seq: 7,
    source: 'alpha',
    id: 'a',
    revision: 1,
    symbol: 'AAPL',
    action: 'buy',
    acceptedAt: '2026-11-20T15:00:00.000Z',
    eligible: 2_000,
    told: 1_999,
    p50Ms: 4,
    p99Ms: 19,
  };
  const prepare = ({ routes }: Double) => {
    routes['GET /api/signals/deliveries'] = () => ({
      deliveries: [
        delivery,
        { ...delivery, seq: 6, told: 0, eligible: 0, p50Ms: null, p99Ms: null, partial: true },
      ],
    });
  };
  const member = await open(prepare);
  await screen.findByText('Nothing new');
  expect(member.server.requests('GET', '/api/signals/deliveries')).toHaveLength(0);
  await member.close();

  await open(prepare, true);
  const table = await screen.findByRole('table', { name: 'Deliveries' });
  const [, first, second] = within(table).getAllByRole('row');
  expect(first?.textContent).toMatch(/Buy AAPLalpha.*1,999 of 2,0004 ms19 ms/);
  expect(second?.textContent).toContain('at least 0 of 0');
  expect(second?.textContent).toContain('Nobody was told.');
});
