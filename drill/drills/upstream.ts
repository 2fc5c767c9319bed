import { setTimeout as pause } from 'node:timers/promises';
import { LOST_PAUSE_MS } from '../../src/domain/market/upstream-place.ts';
import { badFrames, halfFrame, hugeFrame, sendFrames } from '../support/bad-ticks.ts';
import {
  atLeast,
  type Check,
  type Drill,
  exactly,
  type Row,
  scaled,
  waitMs,
  within,
} from '../support/drill.ts';
import { type OrderFlow, startOrderFlow } from '../support/order-flow.ts';
import { openQuoteScreens, type QuoteScreens, type Shown } from '../support/quote-screens.ts';
import { type Rig, startRig, symbolsOf } from '../support/rig.ts';
import type { Slot } from '../support/slot.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** The promises, seconds. */
const STALE_WITHIN_S = 6;
const BACK_WITHIN_S = 10;
/** Good ticks of each symbol a second, and in the burst. */
const PACE = 5;
const BURST = 10 * PACE;
/** Longest wait for what should have come long before. */
const GIVE_UP_MS = 25_000;
const LOOK_AGAIN_MS = 50;

interface Scene {
  readonly rig: Rig;
  readonly upstream: Upstream;
  readonly screens: QuoteScreens;
  readonly orders: OrderFlow;
  readonly giveUpMs: number;
}

interface Fault {
  readonly name: string;
  /** How long it lasts, seconds. */
  readonly seconds: number;
  /** Whether the market goes on meanwhile, so that nothing is to become stale. */
  readonly marketGoesOn?: boolean;
  /** Returns how many bad ticks it sent, if any. */
  inject(scene: Scene): Promise<number> | number;
  heal(scene: Scene): Promise<unknown> | unknown;
  /** No replica may log in while it lasts. */
  readonly noLogins?: boolean;
}

export const upstream: Drill = {
  name: 'upstream',
  title: 'The upstream feed misbehaves',
  how: `Replicas with the real feed adapter connect to a stand-in of the upstream over a connection that can be broken. A
test client of each replica records every quote, and market orders go to all replicas all the time.

- *Bad tick*: every good price lies in a band of its symbol, so the checker recognises a bad price in any quote.
- *Stale order*: an order that was accepted or filled more than six seconds after the last good tick had left.
- *Back after \`auth_failed\`*: no replica retries. A person corrects the key and restarts the engine; the time starts
  then.
- *Back after \`max_connections\`*: all replicas pause for a minute; the time starts at the end of the pause.

The control accepts every frame and does not detect silence.`,
  minutes: 5,
  async run(options) {
    const { quick, controls, seed } = options;
    const seconds = (count: number): number => scaled(count, options);
    const faults = quick
      ? [nonsense(2), closed, blackHole(8)]
      : [
          closed,
          cut(seconds(15)),
          cut(seconds(40)),
          blackHole(seconds(10)),
          blackHole(seconds(45)),
          brokenFrames(seconds(10)),
          nonsense(seconds(10)),
          refusedKey(seconds(15)),
          evicted,
          burst(seconds(20)),
        ];
    const unchecked = quick ? [nonsense(2)] : [brokenFrames(5), nonsense(5), blackHole(seconds(10))];
    const size = { quick, seed, users: quick ? 6 : 20, symbols: quick ? 4 : 50 };
    const rows = await suffer(faults, size);
    if (controls) rows.push(...(await suffer(unchecked, { ...size, control: 'any check of what arrives' })));
    return rows;
  },
};

const closed: Fault = {
  name: 'upstream closes the connection',
  seconds: 0,
  marketGoesOn: true,
  inject({ upstream: { standIn } }) {
    for (const connection of standIn.connections) connection.drop();
    return 0;
  },
  heal() {},
};

const cut = (seconds: number): Fault => ({
  name: `connection reset, and refused for ${seconds} s`,
  seconds,
  inject({ upstream: { line } }) {
    line.cut();
    return 0;
  },
  heal: ({ upstream: { line } }) => line.heal(),
});

const blackHole = (seconds: number): Fault => ({
  name: `black hole for ${seconds} s`,
  seconds,
  inject({ upstream: { line } }) {
    line.swallow();
    return 0;
  },
  heal: ({ upstream: { line } }) => line.heal(),
});

const brokenFrames = (seconds: number): Fault => ({
  name: 'half a JSON and a frame of 10 MB',
  seconds,
  marketGoesOn: true,
  inject: (scene) => sendBad(scene, (symbol, now) => [halfFrame(symbol, now), hugeFrame(symbol, now)], 3),
  heal() {},
});

const nonsense = (seconds: number): Fault => ({
  name: 'NaN, negative and infinite prices, times in the future, wrong types',
  seconds,
  marketGoesOn: true,
  inject: (scene) => sendBad(scene, badFrames, scene.rig.symbols.length),
  heal() {},
});

const refusedKey = (seconds: number): Fault => ({
  name: '`auth_failed`',
  seconds,
  noLogins: true,
  inject({ upstream: { standIn } }) {
    const connection = standIn.connections.findLast((one) => one.isOpen());
    connection?.send([{ ev: 'status', status: 'auth_failed', message: 'authentication failed' }]);
    connection?.drop();
    return 0;
  },
  async heal({ rig }) {
    const engine = await engineOf(rig);
    await engine.stop();
    await engine.start();
  },
});

const evicted: Fault = {
  name: '`max_connections`: another program uses the key',
  seconds: LOST_PAUSE_MS / 1_000,
  noLogins: true,
  inject({ upstream: { standIn } }) {
    const connection = standIn.connections.findLast((one) => one.isOpen());
    connection?.send([{ ev: 'status', status: 'max_connections', message: 'Maximum number exceeded.' }]);
    connection?.drop();
    return 0;
  },
  heal() {},
};

const burst = (seconds: number): Fault => ({
  name: 'ten times as many ticks',
  seconds,
  marketGoesOn: true,
  inject({ upstream: up }) {
    up.setPace(BURST);
    return 0;
  },
  heal: ({ upstream: up }) => up.setPace(PACE),
});

/** Sends these frames of the first `count` symbols between good ones; returns how many. */
async function sendBad(
  { rig, upstream: { standIn } }: Scene,
  framesOf: (symbol: string, now: number) => string[],
  count: number,
): Promise<number> {
  let sent = 0;
  for (const symbol of rig.symbols.slice(0, count)) {
    sent += sendFrames(standIn.connections, framesOf(symbol, Date.now()));
    await pause(LOOK_AGAIN_MS);
  }
  if (sent === 0) throw new Error('no connection was open for a bad tick');
  return sent;
}

async function engineOf({ slots }: Rig): Promise<Slot> {
  const answer = await fetch(`http://127.0.0.1:${slots[0]!.port}/health/websocket`);
  const { feed } = (await answer.json()) as { feed: { leader: string | null } };
  const engine = slots.find(({ name }) => name === feed.leader);
  if (!engine) throw new Error(`no replica is the engine ${feed.leader}`);
  return engine;
}

interface Size {
  readonly quick: boolean;
  readonly seed: number;
  readonly users: number;
  readonly symbols: number;
  readonly control?: string;
}

async function suffer(faults: readonly Fault[], { control, ...size }: Size): Promise<Row[]> {
  const symbols = symbolsOf(size.symbols);
  const up = await startUpstream(symbols);
  const rig = await startRig({
    ...size,
    replicas: 2,
    updatesPerSecond: 0,
    env: up.env,
    ...(control !== undefined && {
      seams: () => ({ uncheckedUpstream: { url: up.env.MASSIVE_WS_URL!, symbols } }),
    }),
  }).catch(async (error: unknown) => {
    await up.close();
    throw error;
  });
  const screens = await openQuoteScreens(rig);
  up.setPace(PACE);
  await until(() => Number.isFinite(screens.allHave(isLive)), waitMs(size, GIVE_UP_MS));
  const orders = startOrderFlow(rig);
  const scene = { rig, upstream: up, screens, orders, giveUpMs: waitMs(size, GIVE_UP_MS) };
  try {
    const rows: Row[] = [];
    for (const fault of faults)
      rows.push({ ...(await measure(fault, scene)), ...(control !== undefined && { control }) });
    return rows;
  } finally {
    await orders.end();
    screens.close();
    await rig.close();
    await up.close();
  }
}

async function measure(fault: Fault, scene: Scene): Promise<Row> {
  const { upstream: up, screens, orders, rig } = scene;
  const [startedAt, firstShown, firstTried] = [Date.now(), screens.shown.length, orders.tried.length];
  const logins = (): number => up.standIn.connections.length;
  if (!fault.marketGoesOn) up.setPace(0);
  const lastTick = up.lastTicksBefore(Date.now());
  const badTicks = await fault.inject(scene);
  const before = logins();
  await pause(fault.seconds * 1_000);
  const meanwhile = logins() - before;
  await fault.heal(scene);
  const healedAt = Date.now();
  if (!fault.marketGoesOn) up.setPace(PACE);
  const isBack = (quote: Shown): boolean =>
    isLive(quote) && quote.at >= healedAt && Date.parse(quote.timestamp) >= healedAt;
  await until(() => Number.isFinite(screens.allHave(isBack)), scene.giveUpMs);
  const backS = (screens.allHave(isBack) - healedAt) / 1_000;

  const shown = screens.shown.slice(firstShown);
  const bad = shown.filter((quote) => !isPlausible(quote, up));
  const tried = orders.tried.slice(firstTried);
  const isLate = (at: number): boolean => at - up.lastTicksBefore(at) > STALE_WITHIN_S * 1_000;
  const late = tried.filter(({ answeredAt }) => isLate(answeredAt));
  const fills = await rig.db.query<{ at: number }>(
    'SELECT extract(epoch FROM executed_at) * 1000 AS at FROM fills WHERE executed_at >= to_timestamp($1)',
    [startedAt / 1_000],
  );
  const onStale =
    late.filter(({ accepted }) => accepted).length + fills.filter(({ at }) => isLate(Number(at))).length;
  const becomesStale = !fault.marketGoesOn && fault.seconds > STALE_WITHIN_S;
  const staleAt = screens.allHave((quote) => quote.at >= startedAt && quote.state === 'stale');
  const accepted = tried.filter(({ accepted }) => accepted).length;
  const checks: Check[] = [
    exactly('bad ticks published', bad.length, 0),
    ...(becomesStale
      ? [
          within('stale shown after', (staleAt - lastTick) / 1_000, STALE_WITHIN_S, 's'),
          atLeast('orders tried on stale quotes', late.length, 1),
        ]
      : []),
    { ...exactly('orders on a stale quote', onStale, 0), timed: true },
    ...(fault.noLogins ? [exactly('logins meanwhile', meanwhile, 0)] : []),
    within('back after', backS, BACK_WITHIN_S, 's'),
  ];
  return {
    fault: fault.name,
    faults: Math.max(1, badTicks),
    verdict: null,
    checks,
    notes: [
      `${fault.name}: ${shown.length} quotes delivered, ${accepted} of ${tried.length} orders accepted`,
    ],
  };
}

const isLive = ({ state }: Shown): boolean => state === 'live';

/** Every number in it can come from the good ticks of its symbol, and its time has come. */
function isPlausible(quote: Shown, up: Upstream): boolean {
  const { symbol, price, bid, ask, open, high, low, previousClose } = quote;
  const prices = [price, bid, ask, open, high, low, previousClose].filter((number) => number !== undefined);
  const numbers = [quote.change, quote.changePercent, quote.volume];
  return (
    prices.every((number) => up.isGood(symbol, number)) &&
    numbers.every(Number.isFinite) &&
    Date.parse(quote.timestamp) <= quote.at
  );
}

async function until(holds: () => boolean, waitedMs: number): Promise<void> {
  const deadline = Date.now() + waitedMs;
  while (!holds() && Date.now() < deadline) await pause(LOOK_AGAIN_MS);
}
