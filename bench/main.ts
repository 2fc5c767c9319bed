/** `node bench/main.ts [--only <case>] [--quick]`: every case against its yardstick, one table, docs/benchmarks.md. */
import { connections } from './cases/connections.ts';
import { fanOut } from './cases/fan-out.ts';
import { fanOutSize } from './cases/fan-out-size.ts';

const only = process.argv[3];
for (const c of [fanOut, fanOutSize, connections]) if (c.name === only) console.log(JSON.stringify(await c.run({ quick: process.argv.includes('--quick') }), null, 2));
process.exit(0);
