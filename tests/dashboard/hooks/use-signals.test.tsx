/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, test } from '@jest/globals';
import { screen } from '@testing-library/react';
import { type UseSignalsOptions, useSignals } from '../../../dashboard/src/hooks/client.ts';
import { type DeskPage, openOnDesk } from '../support/screen.tsx';
import { signalOf } from '../support/signals.ts';
import { manualTimers } from '../support/timers.ts';
import { until } from '../support/until.ts';

function Signals({ name, options }: { name: string; options?: UseSignalsOptions }) {
  const { signals, isLoading, error } = useSignals(options);
  return (
    <p data-testid={name}>
      {isLoading ? 'loading' : (error ?? signals.map(({ id, revision }) => `${id}.${revision}`).join(' '))}
    </p>
  );
}

let page: DeskPage | undefined;
afterEach(async () => {
  await page?.close();
  page = undefined;
});

const shows = (name: string, text: string) =>
  until(
    () => screen.queryByTestId(name)?.textContent === text,
    `${name} shows “${text}”, not “${screen.queryByTestId(name)?.textContent}”`,
  );
const requests = ({ server }: DeskPage) => server.requests('GET', '/api/signals').length;
/** Past the list that the hook begins with: the server pushes from here on. */
async function subscribed({ server }: DeskPage, times = 1) {
  await until(() => server.emitted('subscribe:signals').length === times, 'the subscription');
}

test('two components share one subscription, and each signal is listed once, newest first', async () => {
  page = await openOnDesk(
    <>
      <Signals name="one" />
      <Signals name="two" options={{ limit: 1 }} />
    </>,
    ({ signals, signal }) => {
      signals.tier = 'PROFESSIONAL';
      signal({ id: 'a', seq: 1, timestamp: '2026-11-20T15:00:00.000Z' });
    },
  );
  await shows('one', 'a.1');
  await subscribed(page);
  const again = page.server.signal({ id: 'b', seq: 2, timestamp: '2026-11-20T15:01:00.000Z' });
  page.server.io.emit('signal:new', again);
  await shows('one', 'b.1 a.1');
  await shows('two', 'b.1');
  page.server.signal({ id: 'a', seq: 3, revision: 2, timestamp: '2026-11-20T15:02:00.000Z' });
  await shows('one', 'a.2 b.1');
  // Ten unless told otherwise.
  for (let seq = 4; seq < 16; seq++) page.server.signal({ id: `n${seq}`, seq });
  await until(() => screen.getByTestId('one').textContent?.includes('n15.1'), 'the newest');
  expect(screen.getByTestId('one').textContent?.split(' ')).toHaveLength(10);
  expect(page.server.emitted('subscribe:signals')).toHaveLength(1);
});

test('after a lost connection the page resumes from where it was and lists what it missed', async () => {
  const timers = manualTimers();
  page = await openOnDesk(<Signals name="list" />, ({ signal }) => void signal({ id: 'a', seq: 1 }), timers);
  const { server, desk } = page;
  await shows('list', 'a.1');
  await subscribed(page);
  timers.advance(5_000);
  server.cut();
  await until(() => !desk.connection.state.getState().connected);
  server.signal({ id: 'b', seq: 2 });
  timers.advance(2_000);
  await subscribed(page, 2);
  expect(server.emitted('subscribe:signals')[1]?.payload).toEqual({
    positions: { free: { epoch: 'signals-1', after: 1 } },
  });
  await shows('list', 'b.1 a.1');
});

test('polls at its interval without the socket, and ten times as slowly while signals are pushed', async () => {
  const timers = manualTimers();
  page = await openOnDesk(<Signals name="list" />, () => {}, timers);
  const { server, desk } = page;
  await subscribed(page);
  await until(() => timers.waits().includes(300_000), 'the wait of a page to which signals are pushed');
  // Joins the list that the subscription asks for.
  await desk.signals.load();
  const before = requests(page);
  timers.advance(300_000);
  await until(() => requests(page!) > before, 'the request of a live page');

  server.switches.refuseConnect = { message: 'Away', data: { code: 'UNAVAILABLE', retryable: true } };
  server.cut();
  await until(() => !desk.connection.state.getState().connected);
  expect(timers.waits()).toContain(30_000);
  expect(timers.waits()).not.toContain(300_000);
  await desk.signals.load();
  server.signals.sent.push(signalOf({ id: 'polled', seq: 1 }));
  timers.advance(30_000);
  await shows('list', 'polled.1');
});

test('without useWebSocket nothing is subscribed to', async () => {
  const timers = manualTimers();
  page = await openOnDesk(
    <Signals name="list" options={{ useWebSocket: false, pollInterval: 5_000 }} />,
    ({ signal }) => void signal({ id: 'a', seq: 1 }),
    timers,
  );
  await shows('list', 'a.1');
  page.server.signals.sent.push({ ...page.server.signals.sent[0]!, id: 'b', seq: 2 });
  timers.advance(5_000);
  await until(() => (screen.queryByTestId('list')?.textContent ?? '').includes('b.1'), 'the polled signal');
  expect(page.server.emitted('subscribe:signals')).toHaveLength(0);
});

test('premium signals begin with the tier, the earlier ones too, and go with it', async () => {
  page = await openOnDesk(
    <>
      <Signals name="all" />
      <Signals name="premium" options={{ premiumOnly: true }} />
    </>,
    ({ signal }) => {
      signal({ id: 'free', seq: 1, timestamp: '2026-11-20T15:00:00.000Z' });
      signal({ id: 'paid', seq: 1, premium: true, timestamp: '2026-11-20T15:01:00.000Z' });
    },
  );
  await shows('all', 'free.1');
  await subscribed(page);
  await shows('premium', '');
  page.server.setTier('PROFESSIONAL');
  await shows('all', 'paid.1 free.1');
  await shows('premium', 'paid.1');
  page.server.setTier('STARTER');
  await shows('all', 'free.1');
  await shows('premium', '');
});

test('a list that cannot be had is an error in words, and goes with the next answer', async () => {
  const timers = manualTimers();
  page = await openOnDesk(
    <Signals name="list" options={{ useWebSocket: false }} />,
    ({ routes }) => {
      routes['GET /api/signals'] = () => ({ status: 503, error: 'Try again.', code: 'UNAVAILABLE' });
    },
    timers,
  );
  await shows('list', 'Try again.');
  page.server.routes['GET /api/signals'] = () => ({ signals: [] });
  timers.advance(30_000);
  await shows('list', '');
});

test('a subscription that is asked for offline goes out with the next connection, an order never does', async () => {
  const timers = manualTimers();
  page = await openOnDesk(<p>Nothing subscribed</p>, () => {}, timers);
  const { server, desk } = page;
  await until(() => desk.connection.state.getState().connected);
  timers.advance(5_000);
  server.cut();
  await until(() => !desk.connection.state.getState().connected);
  desk.emit('subscribe:signals');
  const answers: unknown[] = [];
  desk.emit(
    'order:place',
    {
      clientOrderId: 'c-offline',
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      quantity: 1,
      timeInForce: 'day',
    },
    (answer) => answers.push(answer),
  );
  expect(answers).toEqual([expect.objectContaining({ ok: false, code: 'UNAVAILABLE' })]);
  timers.advance(2_000);
  await subscribed(page);
  expect(server.emitted('order:place')).toHaveLength(0);
});

test('after a restart a list that missed nothing says no longer that the server does not answer', async () => {
  const timers = manualTimers();
  page = await openOnDesk(<Signals name="list" />, ({ signal }) => void signal({ id: 'a', seq: 1 }), timers);
  const { server, desk } = page;
  await shows('list', 'a.1');
  await subscribed(page);
  const answers = server.routes['GET /api/signals']!;
  server.routes['GET /api/signals'] = () => ({ status: 503, error: 'Starting up.', code: 'UNAVAILABLE' });
  timers.advance(5_000);
  server.cut();
  await until(() => !desk.connection.state.getState().connected);
  await desk.signals.load();
  await shows('list', 'Starting up.');
  const asked = requests(page);
  timers.advance(2_000);
  await subscribed(page, 2);
  await shows('list', 'a.1');
  expect(requests(page)).toBe(asked);
  server.routes['GET /api/signals'] = answers;
});

test('a list that was never answered is requested with the subscription', async () => {
  const timers = manualTimers();
  let answers = (): unknown => ({ status: 503, error: 'Starting up.', code: 'UNAVAILABLE' });
  page = await openOnDesk(
    <Signals name="list" />,
    ({ routes }) => {
      routes['GET /api/signals'] = () => answers();
    },
    timers,
  );
  await shows('list', 'Starting up.');
  await subscribed(page);
  answers = () => ({ signals: [] });
  // Pushed or not, a failure is not left to stand for ten intervals.
  timers.advance(30_000);
  await shows('list', '');
});
