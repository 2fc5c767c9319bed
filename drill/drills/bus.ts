import { setTimeout as pause } from 'node:timers/promises';
import { atMost, type Drill, type Row, scaled } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, longestDelay, type Outcome, verdictChecks } from '../support/run.ts';

/** The promise: a hole is found within this, seconds. */
const FOUND_WITHIN_S = 10;
/** Trades whose key ends so are never heard of on the bus by whoever loses messages. */
const LAST = '-last';

/** Replicas by place: takes the trades; loses messages; loses messages and has no sweep. */
const TAKES = 0;
const LOSES = 1;
const BLIND = 2;

export const bus: Drill = {
  name: 'bus',
  title: 'Messages lost between replicas',
  how: `Trades are sent to one replica; the clients are at two others, which lose one message of the bus in a given number by chance, whatever it is. Then each user gets one last trade whose notice is lost for certain, and silence follows. The control has no sweep of the journal: it finds a hole when the next message shows it, and the last one never. Measured is the longest time from acknowledgement to arrival.`,
  minutes: 1.5,
  async run(options) {
    const { quick, controls, seed } = options;
    // A few hundred messages must lose some as well.
    const oneIn = quick ? 20 : 1_000;
    const drop = { oneIn, seed, topic: 'journal', holding: LAST } as const;
    const rig = await startRig({
      seed,
      users: quick ? 10 : 200,
      replicas: controls ? 3 : 2,
      updatesPerSecond: quick ? 2 : 10,
      symbols: quick ? 5 : 50,
      seams: (index) => ({
        ...(index !== TAKES && { drop: { ...drop, seed: seed + index } }),
        ...(index === BLIND && { unprotected: ['journal-sweep'] }),
      }),
    });
    try {
      return await lose(rig, {
        oneIn,
        controls,
        seconds: quick ? 3 : scaled(60, options),
        trades: quick ? 50 : 100,
      });
    } finally {
      await rig.close();
    }
  },
};

interface Losses {
  readonly oneIn: number;
  readonly controls: boolean;
  readonly seconds: number;
  readonly trades: number;
}

async function lose(rig: Rig, { oneIn, controls, seconds, trades }: Losses): Promise<Row[]> {
  const half = Math.ceil(rig.users.length / 2);
  const clients = [
    ...rig.specs({ group: 'swept', port: rig.slots[LOSES]!.port, users: rig.users.slice(0, half), stock: 2 }),
    ...(controls
      ? rig.specs({ group: 'blind', port: rig.slots[BLIND]!.port, users: rig.users.slice(half), stock: 2 })
      : []),
  ];
  const run = await beginRun(rig, { clients });
  const taker = rig.slots[TAKES]!;
  const publisher = rig.publisher({
    targets: () => [{ port: taker.port, name: taker.name }],
    userIds: clients.map(({ userId }) => userId),
  });
  const finish = publisher.start({ trades, orders: 0 });
  await pause(seconds * 1_000);
  await finish();
  await Promise.all(clients.map(({ userId }) => publisher.trade(userId, LAST)));

  // As long as the promise gives it and a little: what is not there then is lost.
  const withinMs = FOUND_WITHIN_S * 1_000 + 2_000;
  const swept = await run.end({ withinMs, group: 'swept' });
  const fault = `one bus message in ${oneIn} lost, and the last before silence`;
  const rows: Row[] = [toRow(swept, { fault, faults: half })];
  if (controls) {
    const blind = await run.end({ withinMs: 0, group: 'blind' });
    rows.push(toRow(blind, { fault, faults: clients.length - half, control: 'the sweep of the journal' }));
  }
  return rows;
}

const toRow = (outcome: Outcome, row: Pick<Row, 'fault' | 'faults' | 'control'>): Row => ({
  ...row,
  verdict: outcome.verdict,
  checks: [
    ...verdictChecks(outcome.verdict),
    atMost('longest to find a hole', longestDelay(outcome.deliveries) / 1_000, FOUND_WITHIN_S, ' s'),
  ],
});
