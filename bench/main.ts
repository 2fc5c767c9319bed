/** `node bench/main.ts [--only <case>] [--quick]`: every case against its yardstick, one table, docs/benchmarks.md. */
import { fanOut } from './cases/fan-out.ts';

console.log(JSON.stringify(await fanOut.run({ quick: process.argv.includes('--quick') }), null, 2));
process.exit(0);
