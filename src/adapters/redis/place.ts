import { readFileSync } from 'node:fs';
import net from 'node:net';
import type { RedisOptions } from 'ioredis';
import type { RedisAddress, RedisTls } from '../../lib/addresses/redis-address.ts';
import { StartupError } from '../../lib/startup-error.ts';

/** Where a client connects and as whom. Throws StartupError where a file of certificates cannot be read. */
export function placeOf({
  host,
  port,
  socket,
  user,
  password,
  database,
  family,
  tls,
}: RedisAddress): RedisOptions {
  return {
    ...(socket === null ? { host: host ?? 'localhost', port, family } : { path: socket }),
    ...(user !== null && { username: user }),
    ...(password !== null && { password }),
    db: database,
    ...(tls !== null && { tls: tlsOptions(tls, host) }),
  };
}

/** As a person wrote it; no user and no password. */
export const whereOf = ({ host, port, socket }: RedisAddress): string =>
  socket ?? `${host ?? 'localhost'}:${port}`;

const tlsOptions = ({ checksCertificate, checksHost, ca }: RedisTls, host: string | null) => ({
  // A server of many names chooses its certificate by it; an IP address is no such name.
  ...(host !== null && net.isIP(host) === 0 && { servername: host }),
  rejectUnauthorized: checksCertificate,
  ...(ca !== null && { ca: readCertificates(ca) }),
  ...(!checksHost && { checkServerIdentity: () => undefined }),
});

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(`REDIS_URL names ssl_ca_certs=${file}, which cannot be read (${code}).`);
  }
}
