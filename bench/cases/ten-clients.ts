import {
  type BenchCase,
  type CaseResult,
  kilobytes,
  megabytes,
  milliseconds,
  pass,
} from '../support/case.ts';
import { clientsOf, type FanOut, measureFanOut, startLoad } from '../support/fan-out.ts';
import { type Pace, SYMBOLS } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';
import type { ClientKind } from '../support/speech.ts';
import type { Memory } from '../support/usage.ts';

const CLIENTS = 10;
const WATCHED = SYMBOLS.slice(0, 50);
const EACH = WATCHED.length / CLIENTS;
/** The aggregates of a second, and the pace of the simulated market. */
const SLOW: Pace = { perSecond: 1, together: false, names: WATCHED };
const FAST: Pace = { ...SLOW, perSecond: 5 };

/** The figures of the document. */
const MAX_ADDED_BYTES = 50e6;
const MAX_CPU = 0.05;
const MAX_SYMBOL_BYTES = 1e3;
const MAX_TOTAL_BYTES = 50e3;
const MAX_P50_MS = 50;
const MAX_P99_MS = 150;
/** A smaller share of one client is noise. */
const MIN_SHARE = 0.001;

const ALL = Array.from({ length: CLIENTS }, () => WATCHED);
const PARTS = Array.from({ length: CLIENTS }, (_, at) => WATCHED.slice(at * EACH, (at + 1) * EACH));

interface Measured {
  /** Share of a core that the service uses while its market moves and nobody is connected. */
  readonly alone: number;
  readonly before: Memory;
  readonly after: Memory;
  /** Over `/api/socket`: each client a tenth of the symbols, all of them, and all of them at the fast pace. */
  readonly parts: FanOut;
  readonly all: FanOut;
  readonly fast: FanOut;
  readonly socketIo: FanOut;
}

export const tenClients: BenchCase = {
  name: 'ten-clients',
  title: '10 clients and 50 symbols: the figures of the document',
  how: `Rows 001/91 to 001/98 of [what was asked for](../docs/seeds.md) give figures for one client, and for 10 clients with
50 symbols. Here 10 clients of 10 users are connected over \`/api/socket\`, and for comparison over Socket.IO.

- The document subscribes to the aggregates of a second. So each symbol is updated once a second, and in a second run
  five times, as in the simulated market. The feed has these 50 symbols only.
- The document's 50 KB/s are 50 subscriptions at its 1 KB/s: each of 10 clients watches 5 of the 50 symbols. The other
  runs have all 50 symbols at each client, 500 subscriptions.
- The document's 50 MB are 10 clients at its 5 MB. The row is the growth of the resident set, as in the case
  \`connections\`, from the fresh service on the embedded database to 10 clients after the first runs.
- Bytes are all that the client sockets received. CPU is that of the service with all its threads.`,

  async run({ quick }) {
    const service = await startService({ database: 'embedded', users: CLIENTS });
    try {
      return toResult(await measure(service, quick));
    } finally {
      await service.stop();
    }
  },
};

async function measure(service: Service, quick: boolean): Promise<Measured> {
  const { child } = service;
  const window = (ms: number) => (quick ? 500 : ms);
  const before = await child.call('settledMemory');
  await child.call('updates', SLOW);
  await pass(1_000);
  const cpu = await child.call('cpuSeconds');
  await pass(window(3_000));
  const alone = ((await child.call('cpuSeconds')) - cpu) / (window(3_000) / 1_000);

  const parts = await withClients(service, 'plain', PARTS, (run) => run(window(3_000)));
  const { after, ...plain } = await withClients(service, 'plain', ALL, async (run) => {
    // The faster run first: it warms the process up for the other.
    await child.call('updates', FAST);
    const fast = await run(window(5_000));
    await child.call('updates', SLOW);
    const all = await run(window(7_000));
    return { all, fast, after: await child.call('settledMemory') };
  });
  const socketIo = await withClients(service, 'socket.io', ALL, (run) => run(window(4_000)));
  return { alone, before, after, parts, socketIo, ...plain };
}

/** Connects clients with these lists, and ends them when `use` has measured. */
async function withClients<T>(
  { child, port, users }: Service,
  kind: ClientKind,
  lists: readonly (readonly string[])[],
  use: (run: (windowMs: number) => Promise<FanOut>) => Promise<T>,
): Promise<T> {
  const load = startLoad();
  try {
    await load.call('connect', { port, kind, clients: clientsOf(users, lists) });
    await load.call('subscribe', 0);
    return await use((windowMs) => measureFanOut(child, load, { warmUpMs: 1_500, windowMs }));
  } finally {
    await load.stop();
  }
}

const cpuOf = ({ serverSeconds, seconds }: FanOut): number => serverSeconds / seconds;
const rateOf = ({ received, seconds }: FanOut): number => received / seconds;
const ofCore = (share: number): string => `${(share * 100).toFixed(1)} %`;
const smallRate = (bytes: number): string => `${Math.round(bytes)} bytes/s`;
const perSecond = (bytes: number): string => `${kilobytes(bytes)}/s`;

function toResult({ alone, before, after, parts, all, fast, socketIo }: Measured): CaseResult {
  const added = after.rssWithoutSpare - before.rssWithoutSpare;
  const each = (cpuOf(all) - alone) / CLIENTS;
  const perSymbol = rateOf(all) / (CLIENTS * WATCHED.length);
  const perSymbolSocketIo = rateOf(socketIo) / (CLIENTS * WATCHED.length);
  return {
    rows: [
      {
        what: 'memory that 10 clients × 50 symbols add to the service',
        measured: `${megabytes(added)}: ${(added / CLIENTS / 1e6).toFixed(1)} MB each`,
        yardstick: `without clients ${megabytes(before.rss)} resident`,
        target: `≤ ${megabytes(MAX_ADDED_BYTES)}, 5 MB each (001/93, 96)`,
        reached: added <= MAX_ADDED_BYTES,
      },
      {
        what: 'CPU of the service with 10 clients × 50 symbols at 1 update/s',
        measured: `${ofCore(cpuOf(all))} of a core: ${each < MIN_SHARE ? `under ${ofCore(MIN_SHARE)}` : ofCore(each)} each`,
        yardstick: `without clients ${ofCore(alone)}, Socket.IO ${ofCore(cpuOf(socketIo))}`,
        target: `≤ ${MAX_CPU * 100} %, 1 % each (001/94, 97)`,
        reached: cpuOf(all) <= MAX_CPU,
      },
      {
        what: 'bytes for one subscribed symbol at 1 update/s',
        measured: smallRate(perSymbol),
        yardstick: `Socket.IO ${smallRate(perSymbolSocketIo)}`,
        target: `≤ ${perSecond(MAX_SYMBOL_BYTES)} (001/95)`,
        reached: perSymbol <= MAX_SYMBOL_BYTES,
      },
      {
        what: 'bytes to 10 clients for 50 subscriptions, 5 each, at 1 update/s',
        measured: perSecond(rateOf(parts)),
        yardstick: '–',
        target: `≤ ${perSecond(MAX_TOTAL_BYTES)} (001/98)`,
        reached: rateOf(parts) <= MAX_TOTAL_BYTES,
      },
      {
        what: 'bytes to 10 clients with all 50 symbols each, at 1 and at 5 updates/s',
        measured: `${perSecond(rateOf(all))}, ${perSecond(rateOf(fast))}`,
        yardstick: `Socket.IO at 1/s: ${perSecond(rateOf(socketIo))}`,
        target: '–',
        reached: null,
      },
      {
        what: 'feed → client with 10 clients × 50 symbols at 5 updates/s, 50th and 99th percentile',
        measured: `${milliseconds(fast.p50)}, ${milliseconds(fast.p99)}`,
        yardstick: '–',
        target: `≤ ${MAX_P50_MS} ms, ${MAX_P99_MS} ms (001/91, 92)`,
        reached: fast.p50 <= MAX_P50_MS && fast.p99 <= MAX_P99_MS,
      },
    ],
    notes: [
      `resident set ${megabytes(before.rss)} → ${megabytes(after.rss)}, without V8's spare pages ` +
        `${megabytes(before.rssWithoutSpare)} → ${megabytes(after.rssWithoutSpare)}`,
      describe('/api/socket, 5 symbols each, 1 update/s', parts),
      describe('/api/socket, 50 symbols each, 1 update/s', all),
      describe('/api/socket, 50 symbols each, 5 updates/s', fast),
      describe('Socket.IO, 50 symbols each, 1 update/s', socketIo),
    ],
  };
}

const describe = (name: string, run: FanOut): string =>
  `${name}: ${Math.round(run.deliveries / run.seconds)} deliveries/s of ${Math.round(run.bytes / run.deliveries)} bytes, ` +
  `${perSecond(rateOf(run))} on the sockets with ${ofCore(cpuOf(run))} of a core`;
