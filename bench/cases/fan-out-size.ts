import { type BenchCase, percent, thousands, times } from '../support/case.ts';
import { clientsOf, type FanOut, measureFanOut, startLoad } from '../support/fan-out.ts';
import { watchlists } from '../support/quotes.ts';
import { startService } from '../support/service.ts';

const SIZES = [1_000, 2_000, 4_000, 8_000];
const SYMBOLS_EACH = 20;
/** Every symbol moves in the same tick: a socket costs one write of 20 quotes, at every size the same. */
const PACE = { perSecond: 2, together: true };
const SOCKETS_PER_USER = 5;
const MAX_GROWTH = 1.2;

export const fanOutSize: BenchCase = {
  name: 'fan-out-size',
  title: 'fan-out from 1,000 to 8,000 sockets × 20 symbols',
  how: `One service has 1,000, then 2,000, 4,000 and 8,000 sockets, each with 20 of 200 symbols and no two lists equal. All
symbols change twice a second, so each socket costs two writes of 20 quotes a second at every size, and 8,000
sockets fit into one core.

- Each size: warm-up 3 s, measurement 8 s. The result is server CPU (all threads) divided by the deliveries that the
  clients counted.
- The smallest size carries the fixed costs (timers, encoding) alone, so the growth is also compared with the
  cheapest size.`,

  async run({ quick }) {
    const sizes = quick ? SIZES.map((size) => size / 20) : SIZES;
    const largest = sizes.at(-1)!;
    const service = await startService({ database: 'embedded', users: largest / SOCKETS_PER_USER });
    const load = startLoad();
    const results: FanOut[] = [];
    try {
      const clients = clientsOf(service.users, watchlists(largest, SYMBOLS_EACH));
      let connected = 0;
      await service.child.call('updates', PACE);
      for (const size of sizes) {
        await load.call('connect', {
          port: service.port,
          kind: 'socket.io',
          clients: clients.slice(connected, size),
        });
        await load.call('subscribe', connected);
        connected = size;
        const window = quick ? { warmUpMs: 500, windowMs: 1_000 } : { warmUpMs: 3_000, windowMs: 8_000 };
        results.push(await measureFanOut(service.child, load, window));
      }
    } finally {
      await load.stop();
      await service.stop();
    }

    const costs = results.map(({ perCpuSecond }) => 1e6 / perCpuSecond);
    const growth = costs.at(-1)! / costs[0]!;
    const againstCheapest = costs.at(-1)! / Math.min(...costs);
    return {
      rows: [
        {
          what: `server CPU per delivery, ${thousands(sizes[0]!)} → ${thousands(largest)} sockets`,
          measured: `${costs.at(-1)!.toFixed(2)} µs: ${times(growth)}`,
          yardstick: `${costs[0]!.toFixed(2)} µs`,
          target: `≤ ${MAX_GROWTH} ×`,
          reached: growth <= MAX_GROWTH,
        },
        {
          what: 'server CPU per delivery, 8,000 sockets against the cheapest size',
          measured: times(againstCheapest),
          yardstick: `${Math.min(...costs).toFixed(2)} µs`,
          target: '–',
          reached: null,
        },
      ],
      notes: results.map(
        (result, index) =>
          `${thousands(sizes[index]!)} sockets: ${costs[index]!.toFixed(2)} µs a delivery, ` +
          `${thousands(result.deliveries / result.seconds)} deliveries/s with ${percent(result.serverSeconds / result.seconds)} of a core; ` +
          `the client process used ${percent(result.cpuSeconds / result.seconds)} of a core`,
      ),
    };
  },
};
