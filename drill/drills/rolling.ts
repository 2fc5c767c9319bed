import { setTimeout as pause } from 'node:timers/promises';
import { atLeast, type Check, type Drill, exactly, type Row, scaled, within } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, percentile, verdictChecks } from '../support/run.ts';
import type { Seams } from '../support/seams.ts';
import type { Failures } from '../support/sender.ts';

const ROUNDS = 10;
/** The promise about the time without the event lane: 99th percentile, seconds. */
const GAP_P99_S = 5;
const DRAIN_SECONDS = { quick: '4', full: '3' };
/** The front asks every half second who is ready; the next replica goes when the last one is known to be back. */
const KNOWN_BACK_MS = 1_000;
/**
 * A drain has to wait for requests that are under way; there are always some. The quick form sends fewer, each for
 * longer: a busy machine has to answer them within the drain, whose limits are the product's.
 */
const BODY_MS = { quick: 1_000, full: 300 };
const LOAD = { quick: { trades: 10, orders: 2 }, full: { trades: 50, orders: 3 } };
export const UNDRAINED: Seams = { without: ['drain'] };

export const rolling: Drill = {
  name: 'rolling',
  title: 'Rolling restart under load',
  how: `Each of three replicas in turn gets SIGTERM and is replaced after its drain. The round repeats while trades and
orders arrive through the front: half of them over a new, slow connection each, half over kept connections. Some
users have two tabs, and subscriptions have their default limits.

- Answers of 500 and above are counted, and requests without an answer.
- *Interruption*: the time from the end of a client's connection until it follows its journal again.

The control gets SIGTERM too, but ends at once instead of draining. It must fail by what clients and publishers see.`,
  minutes: 3.5,
  async run(options) {
    const { quick, controls, seed } = options;
    const form = quick ? 'quick' : 'full';
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 20 : 300,
      symbols: quick ? 5 : 50,
      env: { DRAIN_SECONDS: DRAIN_SECONDS[form] },
    });
    try {
      const rounds = quick ? 1 : scaled(ROUNDS, options);
      const rows = [await roll(rig, { form, rounds })];
      if (controls) {
        for (const slot of rig.slots) {
          await slot.stop();
          await slot.start({ seams: UNDRAINED });
        }
        rows.push(await roll(rig, { form, rounds: 1, control: 'the drain' }));
      }
      return rows;
    } finally {
      await rig.close();
    }
  },
};

interface Rolling {
  readonly form: 'quick' | 'full';
  readonly rounds: number;
  readonly control?: string;
}

async function roll(rig: Rig, { form, rounds, control }: Rolling): Promise<Row> {
  const secondTabs = rig.users.slice(0, rig.users.length / 4);
  const run = await beginRun(rig, {
    clients: [...rig.specs({ stock: 6 }), ...rig.specs({ users: secondTabs, tab: 2 })],
  });
  const publishers = [
    rig.publisher({ keepAlive: false, bodyMs: BODY_MS[form] }),
    rig.publisher({ keepAlive: true }),
  ];
  const finishes = publishers.map((publisher) => publisher.start(LOAD[form]));
  const codes: (number | null)[] = [];
  const ended: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const slot of rig.slots) {
      const beganAt = new Date().toISOString();
      codes.push(await slot.stop());
      ended.push(`${beganAt} to ${new Date().toISOString()}`);
      await slot.start();
      await pause(KNOWN_BACK_MS);
    }
  }
  await Promise.all(finishes.map((finish) => finish()));
  const { verdict, gaps } = await run.end();
  const failures = publishers.map((publisher) => publisher.failures());
  const seconds = gaps.map(({ from, to }) => ((to ?? Number.POSITIVE_INFINITY) - from) / 1_000);
  return {
    fault: `rolling restart of all three, ${rounds === 1 ? 'once' : `${rounds} times`}`,
    ...(control !== undefined && { control }),
    faults: codes.length,
    verdict,
    checks: [
      ...verdictChecks(verdict),
      ...publisherChecks(failures),
      // A control has to fail by what others see.
      ...(control === undefined
        ? [
            exactly(
              'replicas that exited with another code than 0',
              codes.filter((code) => code !== 0).length,
              0,
            ),
            atLeast('interruptions', gaps.length, 1),
          ]
        : []),
      within('interruption p99', percentile(seconds, 0.99), GAP_P99_S, 's'),
    ],
    notes: failures
      .flatMap(({ endings }) => endings)
      .map((ending) => `without an answer: ${ending}; replicas ended ${ended.slice(-3).join(', ')}`),
  };
}

/** What publishers see of a restart: no request has to be repeated. */
export function publisherChecks(failures: readonly Failures[]): Check[] {
  const sum = (key: 'serverErrors' | 'cutOff'): number =>
    failures.reduce((total, one) => total + one[key], 0);
  return [
    exactly('answers of 500 and above', sum('serverErrors'), 0),
    exactly('requests without an answer', sum('cutOff'), 0),
  ];
}
