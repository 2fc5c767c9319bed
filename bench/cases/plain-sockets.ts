import { type BenchCase, kilobytes, percent, type Row, thousands, times } from '../support/case.ts';
import { clientsOf, type FanOut, measureFanOut, startLoad } from '../support/fan-out.ts';
import { measureIdle } from '../support/idle.ts';
import type { LoadClient } from '../support/load.ts';
import { watchlists } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';
import type { ClientKind } from '../support/speech.ts';

const SOCKETS = 500;
const SYMBOLS_EACH = 50;
const PACE = { perSecond: 10, together: false };
const SOCKETS_PER_USER = 5;
/** Each kind is measured this often, in turns; the better run counts. */
const ROUNDS = 2;

const MAX_COST = 1.1;

const IDLE_SOCKETS = 2_000;
const IDLE_SYMBOLS = 20;
/** A plain peer has neither a packet parser nor rooms. */
const MAX_MEMORY = 1;

export const plainSockets: BenchCase = {
  name: 'plain-sockets',
  title: '500 plain WebSockets × 50 of 200 symbols × 10 updates/s',
  how: `The load of the case \`fan-out\`, on one service: first over Socket.IO, then over \`/api/socket\`, and both once more.
The better run of each kind counts, because the first one also warms the process up.

- Warm-up 3 s, measurement 8 s. The result is server CPU (all threads) divided by the deliveries that the clients
  counted.
- A message of the plain dialect is longer than one of Socket.IO: its symbol and its times stand twice.
- Memory is measured as in the case \`connections\`: 2,000 idle sockets with 20 symbols each, a fresh process for each
  kind.`,

  async run({ quick }) {
    const sockets = quick ? 50 : SOCKETS;
    const service = await startService({
      database: 'embedded',
      users: Math.ceil(sockets / SOCKETS_PER_USER),
      env: { RATE_LIMITS: 'connect=1000/60' },
    });
    const runs: Record<'socket.io' | 'plain', FanOut[]> = { 'socket.io': [], plain: [] };
    try {
      const clients = clientsOf(service.users, watchlists(sockets, SYMBOLS_EACH));
      await service.child.call('updates', PACE);
      for (let round = 0; round < (quick ? 1 : ROUNDS); round++)
        for (const kind of ['socket.io', 'plain'] as const)
          runs[kind].push(await measure(service, kind, clients, quick));
    } finally {
      await service.stop();
    }
    const compared = compare(best(runs['socket.io']), best(runs.plain));
    const memory = compareMemory(await memoryEach('socket.io', quick), await memoryEach('plain', quick));
    return { ...compared, rows: [...compared.rows, memory] };
  },
};

/** Bytes of the resident set that an idle connection of this kind takes, in a process of its own. */
async function memoryEach(kind: ClientKind, quick: boolean): Promise<number> {
  const sockets = quick ? 100 : IDLE_SOCKETS;
  const users = Math.ceil(sockets / SOCKETS_PER_USER);
  const { child, port, ...service } = await startService({ database: 'embedded', users });
  const clients = clientsOf(service.users, watchlists(sockets, IDLE_SYMBOLS));
  const idle = await measureIdle({ server: child, port, kind, clients }).finally(service.stop);
  return idle.memoryEach;
}

function compareMemory(socketIo: number, plain: number): Row {
  const ratio = plain / socketIo;
  return {
    what: 'memory per connection, /api/socket against Socket.IO',
    measured: `${kilobytes(plain)}: ${times(ratio)}`,
    yardstick: kilobytes(socketIo),
    target: `≤ ${MAX_MEMORY} ×`,
    reached: ratio <= MAX_MEMORY,
  };
}

async function measure(
  { child, port }: Service,
  kind: ClientKind,
  clients: readonly LoadClient[],
  quick: boolean,
): Promise<FanOut> {
  const load = startLoad();
  try {
    await load.call('connect', { port, kind, clients });
    await load.call('subscribe', 0);
    return await measureFanOut(
      child,
      load,
      quick ? { warmUpMs: 500, windowMs: 1_000 } : { warmUpMs: 3_000, windowMs: 8_000 },
    );
  } finally {
    await load.stop();
  }
}

const best = (runs: readonly FanOut[]): FanOut =>
  runs.reduce((one, other) => (other.perCpuSecond > one.perCpuSecond ? other : one));
const microseconds = ({ perCpuSecond }: FanOut): number => 1e6 / perCpuSecond;

function compare(socketIo: FanOut, plain: FanOut) {
  const cost = microseconds(plain) / microseconds(socketIo);
  return {
    rows: [
      {
        what: 'server CPU per delivery, /api/socket against Socket.IO',
        measured: `${microseconds(plain).toFixed(2)} µs: ${times(cost)}`,
        yardstick: `${microseconds(socketIo).toFixed(2)} µs`,
        target: `≤ ${MAX_COST} ×`,
        reached: cost <= MAX_COST,
      },
    ],
    notes: [describe('Socket.IO', socketIo), describe('/api/socket', plain)],
  };
}

const describe = (name: string, { deliveries, bytes, seconds, serverSeconds, cpuSeconds }: FanOut): string =>
  `${name}: ${thousands(deliveries / seconds)} deliveries/s of ${Math.round(bytes / deliveries)} bytes with ` +
  `${percent(serverSeconds / seconds)} of a core; the client process used ${percent(cpuSeconds / seconds)} of a core`;
