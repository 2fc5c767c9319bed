import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { atLeast, type Drill, type Row, scaled, waitMs, within } from '../support/drill.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { beginRun, longestDelay, type Outcome, verdictChecks } from '../support/run.ts';

/** The promise: a hole is found within this, seconds. */
const FOUND_WITHIN_S = 10;
/** The notice of a trade whose key ends so is lost at the replicas that lose messages. */
const LAST = '-last';

/** Replicas by place: one accepts the trades, one loses messages, one loses messages and has no sweep. */
const ACCEPTS = 0;
const LOSES = 1;
const BLIND = 2;

export const bus: Drill = {
  name: 'bus',
  title: 'Messages lost between replicas',
  how: `Trades are sent to one replica; the clients are at two others, which drop one bus message in a given number at
random. Then each user gets one last trade whose bus message is dropped for certain, and nothing follows. The result
is the longest time from acknowledgement to arrival; messages dropped at random are counted where they are dropped.

The control has no sweep of the journal: it detects a gap only by the next message, and never detects a lost last
one.`,
  minutes: 1.5,
  async run(options) {
    const { quick, controls, seed } = options;
    // A few hundred messages must lose some as well.
    const oneIn = quick ? 20 : 1_000;
    const drop = { oneIn, seed, topic: 'journal', holding: LAST } as const;
    const folder = createFolder();
    const lossesFile = (place: number): string => path.join(folder, String(place));
    for (const place of [LOSES, BLIND]) writeFileSync(lossesFile(place), '');
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 10 : 200,
      replicas: controls ? 3 : 2,
      updatesPerSecond: quick ? 2 : 10,
      symbols: quick ? 5 : 50,
      seams: (index) => ({
        ...(index !== ACCEPTS && { drop: { ...drop, seed: seed + index }, lossesFile: lossesFile(index) }),
        ...(index === BLIND && { without: ['journal-sweep'] }),
      }),
    });
    try {
      return await lose(rig, {
        quick,
        oneIn,
        controls,
        lossesOf: (place) => countLosses(lossesFile(place)),
        seconds: quick ? 3 : scaled(60, options),
        trades: quick ? 50 : 100,
      });
    } finally {
      await rig.close();
      removeFolder(folder);
    }
  },
};

/** How many messages of each topic were lost by chance. */
function countLosses(file: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [topic] of readFileSync(file, 'utf8').matchAll(/.+/g)) counts[topic] = (counts[topic] ?? 0) + 1;
  return counts;
}

interface Losses {
  readonly quick: boolean;
  readonly oneIn: number;
  readonly controls: boolean;
  /** Of the replica in this place, by topic. */
  readonly lossesOf: (place: number) => Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly trades: number;
}

async function lose(rig: Rig, { quick, oneIn, controls, lossesOf, seconds, trades }: Losses): Promise<Row[]> {
  const half = Math.ceil(rig.users.length / 2);
  const clients = [
    ...rig.specs({ group: 'swept', port: rig.slots[LOSES]!.port, users: rig.users.slice(0, half), stock: 2 }),
    ...(controls
      ? rig.specs({ group: 'blind', port: rig.slots[BLIND]!.port, users: rig.users.slice(half), stock: 2 })
      : []),
  ];
  const run = await beginRun(rig, { clients });
  const accepting = rig.slots[ACCEPTS]!;
  const publisher = rig.publisher({
    targets: () => [{ port: accepting.port, name: accepting.name }],
    userIds: clients.map(({ userId }) => userId),
  });
  const finish = publisher.start({ trades, orders: 0 });
  await pause(seconds * 1_000);
  await finish();
  const lost = { swept: lossesOf(LOSES), blind: controls ? lossesOf(BLIND) : {} };
  await Promise.all(clients.map(({ userId }) => publisher.trade(userId, LAST)));

  // As long as the promise gives it and a little: what is not there then is lost.
  const withinMs = waitMs({ quick }, FOUND_WITHIN_S * 1_000 + 2_000);
  const swept = await run.end({ withinMs, group: 'swept' });
  const fault = `one bus message in ${oneIn} lost, and the last before silence`;
  const rows: Row[] = [toRow(swept, { fault, lost: lost.swept, last: half })];
  if (controls) {
    const blind = await run.end({ withinMs: 0, group: 'blind' });
    const last = clients.length - half;
    rows.push(toRow(blind, { fault, lost: lost.blind, last, control: 'the sweep of the journal' }));
  }
  return rows;
}

interface Lost {
  readonly fault: string;
  readonly control?: string;
  /** By chance, by topic. */
  readonly lost: Readonly<Record<string, number>>;
  /** For certain: one for each client. */
  readonly last: number;
}

const toRow = (outcome: Outcome, { lost, last, ...row }: Lost): Row => ({
  ...row,
  faults: Object.values(lost).reduce((sum, count) => sum + count, last),
  verdict: outcome.verdict,
  checks: [
    ...verdictChecks(outcome.verdict),
    within('longest time to find a gap', longestDelay(outcome.deliveries) / 1_000, FOUND_WITHIN_S, 's'),
    ...(row.control === undefined ? [atLeast('messages dropped at random', lost.journal ?? 0, 1)] : []),
  ],
  notes: [
    `dropped at random: ${Object.entries(lost)
      .map(([topic, count]) => `${count} of ${topic}`)
      .join(', ')}`,
  ],
});
