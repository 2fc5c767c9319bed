import { type BenchCase, milliseconds, percent, thousands, times } from '../support/case.ts';
import { clientsOf, type FanOut, measureFanOut, startLoad } from '../support/fan-out.ts';
import type { LoadClient } from '../support/load.ts';
import { CONTRACTS, type Pace, SYMBOLS, watchlists } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';

const PEERS = 500;
const PEERS_PER_USER = 5;
const OPTIONS = { each: 120, pace: { perSecond: 4, together: false } };
const QUOTES = { each: 50, pace: { perSecond: 10, together: false } };
const MIN_RATIO = 0.9;

export const optionFanOut: BenchCase = {
  name: 'option-fan-out',
  title: `${PEERS} peers × ${OPTIONS.each} of ${CONTRACTS.length} contracts × ${OPTIONS.pace.perSecond} updates/s`,
  how: `Each peer watches ${OPTIONS.each} of ${CONTRACTS.length} option contracts, and no two lists are equal. Each contract is traded and
quoted ${OPTIONS.pace.perSecond} times a second, so the service finds its volatility and greeks anew each time and delivers them.

The yardstick is the same service with quotes of stocks: ${QUOTES.each} of ${SYMBOLS.length} symbols for each peer, ${QUOTES.pace.perSecond} updates a second. An
\`option:update\` has twice the bytes of a \`quote:update\`, so bytes are compared and not messages. Warm-up 4 s,
measurement 10 s; CPU is that of the server process with all its threads.`,

  async run({ quick }) {
    const peers = quick ? 50 : PEERS;
    const service = await startService({ database: 'embedded', users: Math.ceil(peers / PEERS_PER_USER) });
    const clients = (names: readonly string[], each: number): LoadClient[] =>
      clientsOf(service.users, watchlists(peers, each, names));
    try {
      const quotes = await measure(service, 'socket.io', clients(SYMBOLS, QUOTES.each), QUOTES.pace, quick);
      const options = await measure(
        service,
        'options',
        clients(CONTRACTS, OPTIONS.each),
        OPTIONS.pace,
        quick,
      );
      const ratio = bytesPerCpuSecond(options) / bytesPerCpuSecond(quotes);
      return {
        rows: [
          {
            what: 'bytes of option updates per server CPU second, against quotes',
            measured: `${megabytesPerCpu(options)}: ${times(ratio)}`,
            yardstick: megabytesPerCpu(quotes),
            target: `≥ ${MIN_RATIO} ×`,
            reached: ratio >= MIN_RATIO,
          },
        ],
        notes: [describe('quotes', quotes), describe('option updates', options)],
      };
    } finally {
      await service.stop();
    }
  },
};

async function measure(
  { child, port }: Service,
  kind: 'socket.io' | 'options',
  clients: readonly LoadClient[],
  pace: Pace,
  quick: boolean,
): Promise<FanOut> {
  const update = kind === 'options' ? 'contractUpdates' : 'updates';
  const load = startLoad();
  try {
    await load.call('connect', { port, kind, clients });
    await load.call('subscribe', 0);
    await child.call(update, pace);
    return await measureFanOut(child, load, {
      warmUpMs: quick ? 500 : 4_000,
      windowMs: quick ? 1_000 : 10_000,
    });
  } finally {
    await child.call(update, null);
    await load.stop();
  }
}

const bytesPerCpuSecond = ({ bytes, serverSeconds }: FanOut): number => bytes / serverSeconds;
const megabytesPerCpu = (result: FanOut): string =>
  `${(bytesPerCpuSecond(result) / 1e6).toFixed(0)} MB per CPU second`;

const describe = (name: string, { deliveries, bytes, seconds, serverSeconds, p50, p99 }: FanOut): string =>
  `${name}: ${thousands(deliveries / seconds)} deliveries/s of ${thousands(bytes / Math.max(1, deliveries))} bytes with ` +
  `${percent(serverSeconds / seconds)} of a core, p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}`;
