/** `npm run bench -- [--only <case>] [--quick]`: every case against its yardstick, one table, one report. */
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeReport } from '../rig/report-files.ts';
import { aged } from './cases/aged.ts';
import { cluster } from './cases/cluster.ts';
import { comeback } from './cases/comeback.ts';
import { connections } from './cases/connections.ts';
import { fanOut } from './cases/fan-out.ts';
import { fanOutSize } from './cases/fan-out-size.ts';
import { fullDay } from './cases/full-day.ts';
import { greeks } from './cases/greeks.ts';
import { hooks } from './cases/hooks.ts';
import { largePortfolio } from './cases/large-portfolio.ts';
import { marketLatency } from './cases/market-latency.ts';
import { marketRest } from './cases/market-rest.ts';
import { optionFanOut } from './cases/option-fan-out.ts';
import { orders } from './cases/orders.ts';
import { places } from './cases/places.ts';
import { plainSockets } from './cases/plain-sockets.ts';
import { prints } from './cases/prints.ts';
import { quoteEncoding } from './cases/quote-encoding.ts';
import { reconnect } from './cases/reconnect.ts';
import { replay } from './cases/replay.ts';
import { seal } from './cases/seal.ts';
import { sentiment } from './cases/sentiment.ts';
import { signals } from './cases/signals.ts';
import { slowReaders } from './cases/slow-readers.ts';
import { tenClients } from './cases/ten-clients.ts';
import { thinReaders } from './cases/thin-readers.ts';
import { uninvolved } from './cases/uninvolved.ts';
import { unitCosts } from './cases/unit-costs.ts';
import { viewers } from './cases/viewers.ts';
import { type Finished, toReport, toSummary, toText } from './support/report.ts';

const CASES = [
  fanOut,
  fanOutSize,
  optionFanOut,
  plainSockets,
  greeks,
  seal,
  quoteEncoding,
  marketRest,
  marketLatency,
  tenClients,
  connections,
  viewers,
  largePortfolio,
  hooks,
  orders,
  aged,
  signals,
  replay,
  prints,
  fullDay,
  sentiment,
  reconnect,
  cluster,
  uninvolved,
  places,
  unitCosts,
  slowReaders,
  thinReaders,
  comeback,
];

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const chosen = CASES.filter(({ name }) => values.only === undefined || name === values.only);

// The children end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (chosen.length === 0) {
  console.error(`There is no case "${values.only}". Cases: ${CASES.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}

const startedAt = performance.now();
const finished: Finished[] = [];
for (const benchCase of chosen) {
  const load = loadavg()[0] ?? 0;
  console.error(`${benchCase.name}: ${benchCase.title}`);
  const result = await benchCase.run({ quick: values.quick });
  for (const note of result.notes) console.error(`  ${note}`);
  finished.push({ benchCase, result, load });
}
console.log(`\n${toText(finished)}`);
if (values.quick) console.log('\nA quick run: it shows that everything runs, its numbers mean nothing.');

// A part of the run, or a short one, does not replace the last whole one.
if (chosen.length === CASES.length && !values.quick) {
  const seconds = (performance.now() - startedAt) / 1_000;
  const files = await writeReport({
    name: 'benchmarks',
    summary: toSummary(finished),
    report: toReport(finished, seconds),
  });
  console.log(`\nWritten to ${files.map((file) => path.relative(process.cwd(), file)).join(' and ')}.`);
}
process.exit(0);
