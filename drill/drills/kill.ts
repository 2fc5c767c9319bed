import { setTimeout as pause } from 'node:timers/promises';
import { type Drill, exactly, type Row, scaled } from '../support/drill.ts';
import { thousands } from '../support/report.ts';
import { type Rig, startRig } from '../support/rig.ts';
import { backCheck, beginRun, type Outcome, percentile, verdictChecks } from '../support/run.ts';

const ROUNDS = { quick: 3, full: 30 };
const EVERY_S = { quick: 3, full: 10 };
/** The promise, in seconds: every client is back within this. */
const BACK_S = 10;

export const kill: Drill = {
  name: 'kill',
  title: 'Replicas killed with kill -9',
  how: `Every ten seconds one of three replicas, chosen at random, is killed and restarted while trades and orders arrive
through the front. Clients reconnect as the standard socket.io-client does, to the replica that the front chooses,
and subscribe with their journal position. The clients of the control reconnect without a position.`,
  minutes: 5.5,
  async run(options) {
    const { quick, controls, seed } = options;
    const rig = await startRig({
      quick,
      seed,
      users: quick ? 40 : 850,
      symbols: quick ? 5 : 50,
      ownPostgres: !quick,
    });
    try {
      const form = quick ? 'quick' : 'full';
      const rounds = quick ? ROUNDS.quick : scaled(ROUNDS.full, options);
      return await killRounds(rig, { rounds, everyS: EVERY_S[form], controls });
    } finally {
      await rig.close();
    }
  },
};

interface Killing {
  readonly rounds: number;
  readonly everyS: number;
  readonly controls: boolean;
}

async function killRounds(rig: Rig, { rounds, everyS, controls }: Killing): Promise<Row[]> {
  const run = await beginRun(rig, { clients: clientsFor(rig, controls) });
  const publisher = rig.publisher();
  const finish = publisher.start({ trades: 50, orders: 5 });
  for (let round = 0; round < rounds; round++) {
    const next = pause(everyS * 1_000);
    const slot = rig.random.pick(rig.slots);
    await slot.kill();
    await slot.start();
    await next;
  }
  await finish();

  const careful = await run.end({ group: 'careful' });
  const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
  const fault = `a replica killed every ${everyS} s, ${rounds} times`;
  const rows: Row[] = [
    {
      fault,
      faults: rounds,
      verdict: careful.verdict,
      checks: [
        ...verdictChecks(careful.verdict),
        backCheck(careful.gaps, BACK_S),
        exactly('other replicas that exited', exits, 0),
      ],
      notes: [toNote(careful, publisher.failures().cutOff)],
    },
  ];
  if (controls) {
    const { verdict } = await run.end({ group: 'forgetful', withinMs: 0 });
    const control = 'the position that clients resume from';
    rows.push({ fault, control, faults: rounds, verdict, checks: verdictChecks(verdict) });
  }
  return rows;
}

/** A thousand in a full drill, of which two hundred are a second tab; those of the control are users of their own. */
function clientsFor(rig: Rig, controls: boolean) {
  const own = rig.users.length / (rig.users.length > 100 ? 17 : 2);
  const careful = rig.users.slice(own);
  const secondTabs = careful.slice(0, careful.length / 4);
  return [
    ...rig.specs({ group: 'careful', users: careful, stock: 10 }),
    ...rig.specs({ group: 'careful', users: secondTabs, tab: 2 }),
    ...(controls ? rig.specs({ group: 'forgetful', users: rig.users.slice(0, own), forgetful: true }) : []),
  ];
}

function toNote({ gaps, verdict, refusals }: Outcome, cutOff: number): string {
  const lengths = gaps.map(({ from, to }) => (to ?? Number.POSITIVE_INFINITY) - from);
  const refused = Object.entries(refusals).map(([why, count]) => `${why}: ${count}`);
  return `${gaps.length} times a client lost its connection; back after ${percentile(lengths, 0.5)} ms (median), ${percentile(lengths, 0.99)} ms (99th percentile); attempts that failed: ${refused.join(', ') || 'none'}. ${cutOff} requests ended without an answer and were repeated under their key. Of ${thousands(verdict.quotes)} quotes ${verdict.stale.length} were older than two seconds as they arrived.`;
}
