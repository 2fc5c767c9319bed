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
Each has a client that applies \`portfolio:delta\` first, then a standard one. Then only one of them has a client.

- CPU of an update is what the service used beyond what it uses for the one client, by the updates beyond its: marking
  the positions, the encoding and the write. What the market itself costs is in both.
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
      const all = service.users;
      const applying = await follow(service, all, 'portfolio:delta', ms);
      const stock = await follow(service, all, 'portfolio:update', ms);
      const one = await follow(service, all.slice(0, 1), 'portfolio:delta', ms);
      const cost = costOf(applying, one);
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
            yardstick: '–',
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
        notes: [
          `${describe('changes', applying)}, ${milliseconds(cost)} of CPU each`,
          describe('whole', stock),
        ],
      };
    } finally {
      await service.stop();
    }
  },
};

/** What the service uses for so long with clients of these users that get this event. */
async function follow(
  { child, port }: Service,
  users: readonly SeededUser[],
  event: 'portfolio:delta' | 'portfolio:update',
  ms: number,
): Promise<Followed> {
  const sizes: number[] = [];
  const clients = users.map((user) => openViewer(port, user, event, sizes));
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

/** Milliseconds of CPU an update, beyond those of one client. */
const costOf = (many: Followed, one: Followed): number => {
  const share = many.seconds / one.seconds;
  return ((many.serverSeconds - one.serverSeconds * share) / (many.updates - one.updates * share)) * 1_000;
};

const describe = (name: string, { updates, bytes, largest, seconds }: Followed): string =>
  `${name}: ${thousands(updates)} updates in ${seconds.toFixed(1)} s, ` +
  `${kilobytes(bytes / updates)} each and ${kilobytes(largest)} at most`;
