/**
 * Checks a Redis for the service: `node scripts/verify-redis.js [address]`. The address, the prefix and everything else
 * come from the environment and .env, as the service reads them. Exits with 0 where all works.
 */
import { existsSync } from 'node:fs';
import { verifyRedis } from '../src/adapters/redis/verify.ts';
import { ConfigError, readConfig } from '../src/config/index.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const [address] = process.argv.slice(2);

try {
  const { config, secrets } = readConfig({
    // Only Redis is of interest: what else production demands may be missing here.
    REDIS_URL: address ?? process.env.REDIS_URL,
    REDIS_PREFIX: process.env.REDIS_PREFIX,
    DATABASE_URL: 'postgres://not-used',
  });
  if (secrets.redisUrl === null) {
    console.error(
      'Set REDIS_URL, or give the address: node scripts/verify-redis.js redis://user:password@host',
    );
    process.exitCode = 1;
  } else {
    const works = await verifyRedis(secrets.redisUrl, config.cluster.redisPrefix, console.log);
    process.exitCode = works ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : String(error?.message ?? error));
  process.exitCode = 1;
}
