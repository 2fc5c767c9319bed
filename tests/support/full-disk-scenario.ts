/** Run with `full-disk.ts` preloaded on a folder and what of it becomes full; prints what happened as JSON. */

import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { startApp } from '../../rig/app.ts';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { until } from '../../rig/wait.ts';

const [dataDir, full] = process.argv.slice(2) as [string, string];
const lines: { level: number; msg: string; reason?: string; err?: { message: string } }[] = [];
const log = pino(
  { level: 'warn' },
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  }),
);
const app = await startApp({ dataDir, log, env: { RATE_LIMITS: 'http:register=100000/60' } });
const ready = async () => (await app.request('GET', '/ready')) as { status: number; body: unknown };
await until(async () => (await ready()).status === 200, 'it is ready');

writeFileSync(process.env.DISK_FULL!, full);
// New pages and segments are needed from some row on.
let refused = await app.request('GET', '/health');
await until(async () => {
  refused = await app.request('POST', '/api/auth/register', {
    body: { username: `u${randomUUID().slice(0, 8)}`, password: PASSWORD },
  });
  return refused.status !== 201;
}, 'nothing more can be stored');
const during = await ready();
// Nobody writes meanwhile but the service's own tries: it says so for as long as it is true.
const tellsUntil = performance.now() + 12_000;
let told = during.status;
await until(async () => {
  told = (await ready()).status;
  return told === 200 || performance.now() > tellsUntil;
}, 'more than two tries have failed');
const health = await app.request('GET', '/health/websocket');

rmSync(process.env.DISK_FULL!);
await until(async () => (await ready()).status === 200, 'it is ready again');
const { user } = await app.signUp();
await app.stop();

console.log(
  JSON.stringify({
    refused: [refused.status, refused.body.code, refused.body.error],
    during: [during.status, (during.body as { checks: { database: string } }).checks.database],
    later: told,
    problems: health.body.problems,
    logged: lines.map(({ msg }) => msg),
    after: typeof user.id,
  }),
);
process.exit(0);
