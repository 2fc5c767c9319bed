/**
 * Checks a Redis for the service: `node scripts/verify-redis.js [address]`. The address, the prefix and everything else
 * come from the environment and .env, as the service reads them. Exits with 0 where all works.
 *
 * A Node that runs no TypeScript, as 20, starts it again with the Node that the packages brought.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OWN_NODE = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const [address] = process.argv.slice(2);

if (process.features.typescript) process.exitCode = await verify();
else if (existsSync(OWN_NODE) && process.env.TRADECAST_NODE !== OWN_NODE) process.exitCode = startAgain();
else {
  console.error(
    `This is Node ${process.versions.node}, and the check needs 22.18 or later. Run npm ci, which brings one.`,
  );
  process.exitCode = 1;
}

async function verify() {
  const { verifyRedis } = await import('../src/adapters/redis/verify.ts');
  const { ConfigError, readConfig } = await import('../src/config/index.ts');
  if (existsSync('.env')) process.loadEnvFile('.env');
  try {
    const { config, secrets } = readConfig({
      // Only Redis is of interest: what else production demands may be missing here.
      REDIS_URL: address ?? process.env.REDIS_URL,
      REDIS_PREFIX: process.env.REDIS_PREFIX,
      DATABASE_URL: 'postgres://not-used',
    });
    if (secrets.redisUrl !== null)
      return (await verifyRedis(secrets.redisUrl, config.cluster.redisPrefix, console.log)) ? 0 : 1;
    console.error(
      'Set REDIS_URL, or give the address: node scripts/verify-redis.js redis://user:password@host',
    );
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : String(error?.message ?? error));
  }
  return 1;
}

function startAgain() {
  const { status, error } = spawnSync(OWN_NODE, process.argv.slice(1), {
    stdio: 'inherit',
    // Once only, whatever that Node is.
    env: { ...process.env, TRADECAST_NODE: OWN_NODE },
  });
  if (error) console.error(`${OWN_NODE} could not be started: ${error.message}`);
  return status ?? 1;
}
