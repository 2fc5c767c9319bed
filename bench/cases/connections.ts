import type { PlainMethods } from '../servers/plain.ts';
import { type BenchCase, kilobytes, megabytes, thousands, times } from '../support/case.ts';
import { clientsOf } from '../support/fan-out.ts';
import { type Idle, measureIdle } from '../support/idle.ts';
import { watchlists } from '../support/quotes.ts';
import { startServer } from '../support/server.ts';
import { startService } from '../support/service.ts';

const SOCKETS = 10_000;
const SYMBOLS_EACH = 20;
const SOCKETS_PER_USER = 5;

const MAX_MEMORY_RATIO = 1.3;
const MAX_PROCESS_BYTES = 375e6;
const MIN_CONNECTS = 1_000;

async function measureService(
  database: 'embedded' | 'postgres',
  sockets: number,
  lists: readonly string[][],
): Promise<Idle> {
  const service = await startService({ database, users: Math.ceil(sockets / SOCKETS_PER_USER) });
  const clients = clientsOf(service.users, lists);
  return measureIdle({ server: service.child, port: service.port, kind: 'socket.io', clients }).finally(
    service.stop,
  );
}

export const connections: BenchCase = {
  name: 'connections',
  title: '10,000 authenticated sockets, 20 symbols each, idle market',
  how: `10,000 sockets of 2,000 users sign in with sessions in the database, with all limits on (five sockets per user).
They subscribe to 20 of 200 symbols, and no two lists are equal. The quotes are known, so every subscription is
answered with 20 of them. Then nothing changes.

- The reference is plain Socket.IO with 20 rooms per socket and no sessions.
- Both processes run with \`--expose-gc\`: four collections, then the resident set, before the first socket and after
  the last subscription.
- Memory per connection is the growth of the resident set without the pages that V8 has freed and keeps. Their number
  differs between two equal runs by 30 MB and more.
- The service runs on a Postgres of its own, whose memory is not counted, and again on the embedded database, whose
  engine is in the same process.
- CPU of the connects: from the first to the last of 10,000, 200 at a time, with session look-ups and without
  subscriptions.`,

  async run({ quick }) {
    const sockets = quick ? 500 : SOCKETS;
    const lists = watchlists(sockets, SYMBOLS_EACH);
    const ours = await measureService('postgres', sockets, lists);
    const embedded = await measureService('embedded', sockets, lists);
    const plainChild = startServer<PlainMethods>('bench/servers/plain.ts');
    const plainPort = await plainChild.call('start');
    const plainClients = lists.map((symbols) => ({ symbols }));
    const plain = await measureIdle({
      server: plainChild,
      port: plainPort,
      kind: 'socket.io',
      clients: plainClients,
    }).finally(plainChild.stop);

    const ratio = ours.memoryEach / plain.memoryEach;
    const connects = Math.min(ours.connectsPerCpuSecond, embedded.connectsPerCpuSecond);
    return {
      rows: [
        {
          what: 'memory per connection, against plain Socket.IO with 20 rooms',
          measured: `${kilobytes(ours.memoryEach)}: ${times(ratio)}`,
          yardstick: kilobytes(plain.memoryEach),
          target: `≤ ${MAX_MEMORY_RATIO} ×`,
          reached: ratio <= MAX_MEMORY_RATIO,
        },
        {
          what: 'resident memory with 10,000 sockets, on Postgres',
          measured: megabytes(ours.after.rss),
          yardstick: `plain ${megabytes(plain.after.rss)}`,
          target: `≤ ${megabytes(MAX_PROCESS_BYTES)}`,
          reached: ours.after.rss <= MAX_PROCESS_BYTES,
          ifMissed:
            'V8 keeps pages that it freed while thousands of clients connected, and uses them again before it asks for more. The notes have the resident set without them.',
        },
        {
          what: 'resident memory with 10,000 sockets, on the embedded database',
          measured: megabytes(embedded.after.rss),
          yardstick: `without sockets ${megabytes(embedded.before.rss)}`,
          target: '–',
          reached: null,
        },
        {
          what: 'connects per server CPU second, sessions in the database',
          measured: `${thousands(ours.connectsPerCpuSecond)} on Postgres, ${thousands(embedded.connectsPerCpuSecond)} embedded`,
          yardstick: `plain, without sessions: ${thousands(plain.connectsPerCpuSecond)}`,
          target: `≥ ${thousands(MIN_CONNECTS)}`,
          reached: connects >= MIN_CONNECTS,
        },
      ],
      notes: [
        describe('the service on Postgres', ours),
        describe('the service on the embedded database', embedded),
        describe('plain Socket.IO', plain),
      ],
    };
  },
};

const describe = (
  name: string,
  { before, after, memoryEach, heapEach, subscribesPerCpuSecond }: Idle,
): string =>
  `${name}: resident ${megabytes(before.rss)} → ${megabytes(after.rss)}, without V8's spare pages ` +
  `${megabytes(before.rssWithoutSpare)} → ${megabytes(after.rssWithoutSpare)} (${kilobytes(memoryEach)} a connection), ` +
  `objects and buffers ${megabytes(before.heap)} → ${megabytes(after.heap)} (${kilobytes(heapEach)}); ` +
  `${thousands(subscribesPerCpuSecond)} subscriptions of 20 symbols per CPU second`;
