/**
 * `npm run cluster`: the service as it runs elsewhere, on one machine: a Redis, a Postgres, three replicas and a
 * front. Configuration is that of `npm start`; data and logs lie in DATA_DIR/cluster.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigError, readConfig } from '../src/config/index.ts';
import { StartupError } from '../src/lib/startup-error.ts';
import { type LocalCluster, startLocalCluster } from './local-cluster.ts';
import { inForeground } from './server-process.ts';

const REPLICAS = 3;
/** Seconds: long enough to see clients move one after the other, short enough for a Ctrl-C. */
const DRAIN_SECONDS = '3';

function say(line: string): void {
  console.log(`${new Date().toLocaleTimeString('en-GB')} ${line}`);
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  // The addresses are those of the cluster's own Redis and Postgres, whatever the environment has.
  const { config } = readConfig({
    ...process.env,
    REDIS_URL: 'redis://ours',
    DATABASE_URL: 'postgres://ours',
  });
  const folder = path.resolve(config.dataDir, 'cluster');
  const giveUp = new AbortController();
  let cluster: LocalCluster | null = null;
  let signals = 0;

  async function stop(): Promise<void> {
    signals += 1;
    giveUp.abort();
    if (!cluster) return;
    if (signals === 1) say('stopping: the replicas drain, then everything ends (Ctrl-C again: at once)');
    await (signals === 1 ? cluster.stop() : cluster.kill());
    process.exit();
  }
  async function roll(): Promise<void> {
    if (!cluster || signals > 0) return;
    say('restarting the replicas one after the other');
    await cluster.roll();
    if (signals === 0) say('all replicas are new');
  }
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', roll);
  // A terminal that is gone cannot be written to.
  process.stdout.on('error', () => {});
  if (inForeground()) {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => line.trim() === 'r' && void roll());
    lines.on('close', stop);
  }

  console.log(`Starting Redis, Postgres and ${REPLICAS} replicas; data and logs are in ${folder}`);
  try {
    cluster = await startLocalCluster({
      folder,
      port: config.http.port,
      host: config.http.host,
      replicas: REPLICAS,
      env: { DRAIN_SECONDS: process.env.DRAIN_SECONDS ?? DRAIN_SECONDS },
      say,
      signal: giveUp.signal,
    });
  } catch (error) {
    if (giveUp.signal.aborted) process.exit();
    throw error;
  }
  if (signals > 0) return cluster.kill().then(() => process.exit());
  console.log(introduction(cluster, config.accounts.demoAccount));
}

function introduction({ url, parts, demoPassword }: LocalCluster, hasDemo: boolean): string {
  const rows = parts.map(
    ({ program, address }) =>
      `  ${program.name.padEnd(10)} pid ${String(program.pid() ?? '').padEnd(8)} ${address}`,
  );
  const demo = hasDemo ? [`Sign in with the demo account: user name demo, password ${demoPassword}`] : [];
  return [
    '',
    `Tradecast is running at ${url}`,
    ...demo,
    '',
    ...rows,
    '',
    'Break it: kill -9 any of them; kill -STOP puts one to sleep, kill -CONT wakes it. What has ended is started again.',
    `Deploy: kill -HUP ${process.pid}, or r and Enter, restarts the replicas one after the other. Ctrl-C ends everything.`,
    '',
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(
    error instanceof StartupError || error instanceof ConfigError
      ? error.message
      : `The cluster does not start: ${(error as Error).message}`,
  );
  process.exit(1);
});
