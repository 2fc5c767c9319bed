import { setTimeout as pause } from 'node:timers/promises';
import { withCleanups } from '../../rig/cleanups.ts';
import type { RestAnswer } from '../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { createTape, type StandInTape } from '../../rig/stand-ins/massive/tape.ts';
import { until } from '../../rig/wait.ts';
import { createSumsStore } from '../../src/adapters/stores/off-exchange/sums.ts';
import { newYorkDay } from '../../src/protocol/new-york.ts';
import { type Drill, type DrillOptions, exactly, type Row, scaled, waitMs } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { UPSTREAM_KEY } from '../support/unchecked-source.ts';

const SYMBOLS = ['AAPL', 'SPY'];
const EVERY_MS = 10;
const KILLS = 6;
/** Prints before a kill and after the next engine's first. */
const AROUND_MS = 3_000;
/** A gap is asked for 12 s after it ends. */
const SETTLE_MS = 40_000;
/** The controls never agree with the tape: their sums are stored by then. */
const STORED_MS = 3_000;
const LOOK_AGAIN_MS = 200;
const NO_PAST = 'trades by request';
const TWICE = 'one identity per print';
/** In the control of that, a print of this many comes again. */
const REPEATED = 20;
const OTHER_FACILITY = 203;
const PAGE_ROWS = 400;
/** Of a dollar amount as it is stored. */
const PER_CENT = 10n ** 10n;

export const prints: Drill = {
  name: 'prints',
  title: 'The engine killed while off-exchange prints come in',
  how: `A stand-in of the upstream prints both symbols a hundred times a second and keeps its tape. The engine is killed with
kill -9 again and again, and another replica takes over. At the end the stored sums are compared with the tape, to the
cent: what a dead engine had not stored, and what was printed while there was none, has been fetched, and no print
counts twice. The next kill waits for the fetch, which begins 12 s after the gap: an engine that dies before has marked
the gap, and it stays.

The plan of one control has no trades by request. In the other one each twentieth print comes again under the name of
another facility, as if it had another identity.`,
  minutes: 4,
  async run(options) {
    const rows = await killed(options);
    if (!options.controls) return rows;
    for (const control of [NO_PAST, TWICE]) rows.push(...(await killed(options, control)));
    return rows;
  },
};

interface Scene {
  readonly rig: Rig;
  readonly standIn: MassiveStandIn;
  readonly tape: StandInTape;
  close(): Promise<void>;
}

const startScene = ({ quick, seed }: DrillOptions, control?: string): Promise<Scene> =>
  withCleanups(async (cleanups) => {
    const standIn = await startMassiveStandIn(UPSTREAM_KEY);
    cleanups.add(() => standIn.close());
    const tape = createTape(standIn);
    standIn.behaviour.rest = (url): RestAnswer => {
      if (control === NO_PAST && url.pathname.startsWith('/v3/trades/'))
        return { status: 403, body: { status: 'NOT_AUTHORIZED', message: 'Not in your plan.' } };
      return tape.rest(url, PAGE_ROWS) ?? { body: { status: 'OK' } };
    };
    const rig = await startRig({
      ...{ quick, seed, users: 1, replicas: 2, updatesPerSecond: 0 },
      env: {
        FEED: 'massive',
        MASSIVE_API_KEY: UPSTREAM_KEY,
        MASSIVE_WS_URL: standIn.wsUrl,
        MASSIVE_REST_URL: standIn.restUrl,
        MASSIVE_REST_PER_SECOND: '100',
        MARKET_HOURS: 'always',
      },
    });
    cleanups.add(() => rig.close());
    return { rig, standIn, tape, close: cleanups.run };
  });

/** By an engine that was not connected `before`. Prints that are made earlier are on nobody's account. */
const isFollowed = ({ standIn }: Scene, before: ReadonlySet<object> = new Set()): Promise<void> =>
  until(
    () =>
      standIn.connections.some(
        (connection) =>
          !before.has(connection) &&
          connection.isOpen() &&
          SYMBOLS.every((symbol) => connection.topics.has(`T.${symbol}`)),
      ),
    'an engine follows the prints',
  );

async function killed(options: DrillOptions, control?: string): Promise<Row[]> {
  const scene = await startScene(options, control);
  const { rig, tape, standIn } = scene;
  // What it prints is not on the tape that counts.
  const again = createTape(standIn);
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    await isFollowed(scene);
    timer = setInterval(() => {
      count += 1;
      const print = [10_000 + (count % 37), (count % 7) + 1] as const;
      for (const symbol of SYMBOLS) {
        tape.print(symbol, ...print);
        if (control === TWICE && count % REPEATED === 0)
          again.print(symbol, ...print, { trf_id: OTHER_FACILITY });
      }
    }, EVERY_MS);
    // One death is enough for the control.
    const kills = control !== undefined || options.quick ? 1 : scaled(KILLS, options);
    const withinMs = waitMs(options, SETTLE_MS);
    const calm = async (): Promise<void> => {
      await pause(AROUND_MS);
      // Also a gap of the start, which would stay with the engine that noted it.
      if (control !== NO_PAST) await settle(scene, ({ gaps }) => gaps === 0, withinMs);
    };
    for (let kill = 0; kill < kills; kill++) {
      await calm();
      const before = new Set(standIn.connections);
      await killEngine(rig);
      await isFollowed(scene, before);
    }
    await calm();
    clearInterval(timer);
    if (control !== undefined) await pause(STORED_MS);
    else await settle(scene, ({ missing, gaps }) => missing === 0 && gaps === 0, withinMs);
    const { missing, gaps } = await compare(scene);
    const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
    return [
      {
        fault: 'kill -9 of the engine while prints come in',
        ...(control !== undefined && { control }),
        ...{ faults: kills, verdict: null },
        checks: [
          exactly('cents by which the sums differ from the tape', missing, 0),
          exactly('gaps that stay', gaps, 0),
          exactly('replicas that exited', exits, 0),
        ],
        notes: [`${count} prints of each of ${SYMBOLS.length} symbols.`],
      },
    ];
  } finally {
    clearInterval(timer);
    await scene.close();
  }
}

async function killEngine({ slots }: Rig): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${slots[0]!.port}/health/websocket`);
  const { feed } = (await answer.json()) as { feed: { leader: string | null } };
  const engine = slots.find(({ name }) => name === feed.leader);
  if (!engine) throw new Error(`no replica is the engine: ${feed.leader}`);
  await engine.kill();
  await engine.start();
}

interface Comparison {
  /** Cents. */
  readonly missing: number;
  readonly gaps: number;
}

/** Over both symbols. */
async function compare({ rig, tape }: Scene): Promise<Comparison> {
  const store = createSumsStore(rig.db, 'massive');
  const { date: day, start } = newYorkDay(Date.now());
  let missing = 0n;
  let gaps = 0;
  for (const symbol of SYMBOLS) {
    const stored = await store.symbolDay(symbol, day);
    const sum = stored.minutes.reduce(
      (total, { bullish, bearish, unknown }) => total + bullish + bearish + unknown,
      0n,
    );
    const difference = tape.notional(symbol) - sum / PER_CENT;
    missing += difference < 0n ? -difference : difference;
    // The first engine has a gap before it, back to the beginning of the day.
    gaps += stored.gaps.filter(({ from }) => from > start).length;
  }
  return { missing: Number(missing), gaps };
}

async function settle(
  scene: Scene,
  isSettled: (found: Comparison) => boolean,
  withinMs: number,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!isSettled(await compare(scene)) && Date.now() < deadline) await pause(LOOK_AGAIN_MS);
}
