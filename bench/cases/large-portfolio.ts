import type { ClientSocket } from '../../rig/clients/ask.ts';
import { connected, openSocket } from '../../rig/clients/stock-client.ts';
import { type SeededUser, seedPositions } from '../../rig/seed.ts';
import { symbolNames } from '../../rig/symbols.ts';
import { type BenchCase, kilobytes, milliseconds, pass, thousands } from '../support/case.ts';
import { type Service, startService } from '../support/service.ts';
import { ask } from '../support/trader.ts';

const HELD = symbolNames('L', 500);
/** One alone costs less than the service's own use varies by. */
const ACCOUNTS = 20;
const PACE = { perSecond: 2, together: false, names: HELD };
const HOLDING = { quantity: 10, price: 95 };

const MAX_DELTA_BYTES = 5 * 1024;
const MAX_UPDATE_MS = 1;
const MAX_WHOLES_PER_SECOND = 1;

interface Followed {
  readonly updates: number;
  readonly bytes: number;
  readonly largest: number;
  readonly seconds: number;
  readonly serverSeconds: number;
}

export const largePortfolio: BenchCase = {
  name: 'large-portfolio',
  title: 'open portfolios of 500 positions',
  how: `Each of ${ACCOUNTS} accounts holds 500 symbols, which are traded ${PACE.perSecond} times a second each: every update changes many positions.
Each has a client that applies \`portfolio:delta\` first, then a standard one, then none.

- CPU of an update is what the service used beyond what it uses without a client, by the number of updates: reading
  and marking the positions, their encoding and the write.
- Bytes are those of a message's JSON. The first one, which is whole, is not counted.
- One service on a Postgres of its own, whose CPU is not counted. 20 s each.`,

  async run({ quick }) {
    const ms = quick ? 2_000 : 20_000;
    const service = await startService({
      database: 'postgres',
      users: ACCOUNTS,
      seed: (db, users) =>
        seedPositions(
          db,
          users.map(({ userId }) => userId),
          () => HELD,
          HOLDING,
        ),
    });
    try {
      await service.child.call('updates', PACE);
      await pass(quick ? 500 : 8_000);
      const applying = await follow(service, 'portfolio:delta', ms);
      const stock = await follow(service, 'portfolio:update', ms);
      const idle = await follow(service, null, ms);
      const cost = costOf(applying, idle);
      const wholes = stock.updates / stock.seconds / ACCOUNTS;
      return {
        rows: [
          {
            what: 'largest update of 500 positions with `portfolio:delta`',
            measured: kilobytes(applying.largest),
            yardstick: `whole ${kilobytes(stock.largest)}`,
            target: `≤ ${kilobytes(MAX_DELTA_BYTES)}`,
            reached: applying.largest <= MAX_DELTA_BYTES,
          },
          {
            what: 'CPU of the service for an update of 500 positions with `portfolio:delta`',
            measured: milliseconds(cost),
            yardstick: `whole ${milliseconds(costOf(stock, idle))}`,
            target: `≤ ${milliseconds(MAX_UPDATE_MS)}`,
            reached: cost <= MAX_UPDATE_MS,
          },
          {
            what: 'whole portfolios of 500 positions a second to each standard client',
            measured: wholes.toFixed(2),
            yardstick: '–',
            target: `≤ ${MAX_WHOLES_PER_SECOND}`,
            reached: wholes <= MAX_WHOLES_PER_SECOND,
          },
        ],
        notes: [describe('changes', applying, idle), describe('whole', stock, idle)],
      };
    } finally {
      await service.stop();
    }
  },
};

/** What the service uses for so long with clients that get this event, or with none. */
async function follow(
  { child, port, users }: Service,
  event: 'portfolio:delta' | 'portfolio:update' | null,
  ms: number,
): Promise<Followed> {
  const sizes: number[] = [];
  const clients = event ? users.map((user) => openViewer(port, user, event, sizes)) : [];
  await Promise.all(clients.map(subscribe));
  await pass(1_000);
  sizes.length = 0;
  const [cpu, startedAt] = [await child.call('cpuSeconds'), performance.now()];
  await pass(ms);
  const serverSeconds = (await child.call('cpuSeconds')) - cpu;
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const client of clients) client.disconnect();
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { updates: sizes.length, bytes, largest: Math.max(0, ...sizes), seconds, serverSeconds };
}

function openViewer(
  port: number,
  { sessionID, userId }: SeededUser,
  event: 'portfolio:delta' | 'portfolio:update',
  sizes: number[],
): ClientSocket {
  const auth = { sessionID, userId, delta: event === 'portfolio:delta' };
  const client = openSocket(`http://127.0.0.1:${port}`, { auth });
  client.on(event, (payload: object) => sizes.push(Buffer.byteLength(JSON.stringify([event, payload]))));
  return client;
}

async function subscribe(client: ClientSocket): Promise<void> {
  await connected(client);
  await ask(client, 'subscribe:portfolio');
}

/** Milliseconds of CPU an update. */
const costOf = ({ serverSeconds, seconds, updates }: Followed, idle: Followed): number =>
  ((serverSeconds - (idle.serverSeconds / idle.seconds) * seconds) / updates) * 1_000;

const describe = (name: string, followed: Followed, idle: Followed): string =>
  `${name}: ${thousands(followed.updates)} updates in ${followed.seconds.toFixed(1)} s, ` +
  `${kilobytes(followed.bytes / followed.updates)} each and ${kilobytes(followed.largest)} at most, ` +
  `${milliseconds(costOf(followed, idle))} of CPU each`;
