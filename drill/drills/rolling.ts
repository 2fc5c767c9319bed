import { setTimeout as pause } from 'node:timers/promises';
import { atLeast, atMost, type Drill, exactly, type Row, scaled } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, percentile, verdictChecks } from '../support/run.ts';
import type { Slot } from '../support/slot.ts';

const ROUNDS = 10;
/** The promise about the time without the event lane: 99th percentile, seconds. */
const GAP_P99_S = 5;
const DRAIN_SECONDS = { quick: '2', full: '3' };
/** The front asks every half second who is ready; the next replica goes when the last one is known to be back. */
const KNOWN_BACK_MS = 1_000;

type Ending = (slot: Slot) => Promise<number | null>;

export const rolling: Drill = {
  name: 'rolling',
  title: 'Rolling restart under load',
  how: `SIGTERM to one replica, a new one in its place when it has drained, then the next, until all three are new; that again and again, while trades and orders come in through the front, each over a connection of its own. Counted are the answers of 500 and above and the requests that got none. The gap is the time from the end of a client's connection until it follows its journal again. The control ends replicas with kill -9.`,
  minutes: 3.5,
  async run(options) {
    const { quick, controls, seed } = options;
    const form = quick ? 'quick' : 'full';
    const rig = await startRig({
      seed,
      users: quick ? 20 : 300,
      symbols: quick ? 5 : 50,
      env: { DRAIN_SECONDS: DRAIN_SECONDS[form] },
    });
    try {
      const rounds = quick ? 1 : scaled(ROUNDS, options);
      const { slots } = rig;
      const rows = [await roll(rig, { rounds, slots, end: (slot) => slot.stop() })];
      if (controls) {
        const end: Ending = async (slot) => {
          await slot.kill();
          return null;
        };
        const killed = await roll(rig, { rounds: 1, slots: quick ? slots.slice(0, 1) : slots, end });
        rows.push({ ...killed, control: 'the drain, by kill -9' });
      }
      return rows;
    } finally {
      await rig.close();
    }
  },
};

interface Rolling {
  readonly rounds: number;
  readonly slots: readonly Slot[];
  readonly end: Ending;
}

async function roll(rig: Rig, { rounds, slots, end }: Rolling): Promise<Row> {
  const run = await beginRun(rig, { clients: rig.specs({ stock: 6 }) });
  const publisher = rig.publisher({ keepAlive: false });
  const finish = publisher.start({ trades: 100, orders: 5 });
  const codes: (number | null)[] = [];
  const ended: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const slot of slots) {
      const beganAt = new Date().toISOString();
      codes.push(await end(slot));
      ended.push(`${beganAt} to ${new Date().toISOString()}`);
      await slot.start();
      await pause(KNOWN_BACK_MS);
    }
  }
  await finish();
  const { verdict, gaps } = await run.end();
  const { serverErrors, cutOff, endings } = publisher.failures();
  const seconds = gaps.map(({ from, to }) => ((to ?? Number.POSITIVE_INFINITY) - from) / 1_000);
  return {
    fault: `rolling restart of ${slots.length === 1 ? 'one' : 'all three'}, ${rounds === 1 ? 'once' : `${rounds} times`}`,
    faults: codes.length,
    verdict,
    checks: [
      ...verdictChecks(verdict),
      exactly('answers of 500 and above', serverErrors, 0),
      exactly('requests without an answer', cutOff, 0),
      exactly('replicas that did not end with exit code 0', codes.filter((code) => code !== 0).length, 0),
      atLeast('gaps', gaps.length, 1),
      atMost('gap p99', percentile(seconds, 0.99), GAP_P99_S, ' s'),
    ],
    notes: endings.map(
      (ending) => `without an answer: ${ending}; replicas ended ${ended.slice(-3).join(', ')}`,
    ),
  };
}
