/**
 * `npm run drill -- [--only <drill>] [--minutes <n>] [--seed <n>] [--controls] [--quick]`: breaks a real cluster on
 * purpose, one row per fault, and a report after a whole run.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeReport } from '../rig/report-files.ts';
import { bus } from './drills/bus.ts';
import { embedded } from './drills/embedded.ts';
import { kill } from './drills/kill.ts';
import { postgres } from './drills/postgres.ts';
import { prints } from './drills/prints.ts';
import { redis } from './drills/redis.ts';
import { rolling } from './drills/rolling.ts';
import { signals } from './drills/signals.ts';
import { stall } from './drills/stall.ts';
import { upstream } from './drills/upstream.ts';
import { asExpected, type DrillOptions } from './support/drill.ts';
import { type Finished, findings, toReport, toSummary, toText } from './support/report.ts';

const DRILLS = [kill, redis, bus, postgres, stall, upstream, rolling, embedded, signals, prints];
/** Every fault is still injected several times, and Redis is away for longer than any client waits. */
const LEAST_SCALE = 0.5;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    controls: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const chosen = DRILLS.filter(({ name }) => values.only === undefined || name === values.only);
const seed = Number(values.seed);
const fullMinutes = chosen.reduce((sum, { minutes }) => sum + minutes, 0);
const scale = values.minutes === undefined ? 1 : Number(values.minutes) / fullMinutes;

// The children end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (chosen.length === 0) {
  console.error(`There is no drill "${values.only}". Drills: ${DRILLS.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
if (!(scale > 0) || !Number.isSafeInteger(seed)) {
  console.error('--minutes is a number above zero, --seed a whole number.');
  process.exit(1);
}

const options: DrillOptions = { quick: values.quick, controls: values.controls, scale, seed };
const finished: Finished[] = [];
for (const drill of chosen) {
  console.error(`${drill.name}: ${drill.title}`);
  const startedAt = performance.now();
  const rows = await drill.run(options);
  finished.push({ drill, rows, seconds: (performance.now() - startedAt) / 1_000 });
  for (const row of rows) {
    for (const note of row.notes ?? []) console.error(`  ${note}`);
    if (row.control === undefined && row.verdict) {
      for (const finding of findings(row.verdict)) console.error(`  ${finding}`);
    }
  }
}
console.log(`\n${toText(finished)}`);

// A part of the run, or a much shorter one, does not replace the last whole one.
const whole = chosen.length === DRILLS.length && scale >= LEAST_SCALE && !values.quick;
if (whole) {
  const files = await writeReport({
    name: 'drills',
    summary: toSummary(finished, options),
    report: toReport(finished, options),
  });
  console.log(`\nWritten to ${files.map((file) => path.relative(process.cwd(), file)).join(' and ')}.`);
}
process.exit(finished.every(({ rows }) => rows.every(asExpected)) ? 0 : 1);
