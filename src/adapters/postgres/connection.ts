import { readFileSync } from 'node:fs';
import type pg from 'pg';
import {
  type PostgresAddress,
  type PostgresTls,
  readPostgresAddress,
} from '../../lib/addresses/postgres-address.ts';
import { StartupError } from '../../lib/startup-error.ts';

/** node-postgres' words for a server that answered "no" to the question whether it speaks TLS. */
export const NO_TLS = /does not support SSL connections/;

/** How to connect to the Postgres of DATABASE_URL: one reading of the address for every connection. */
export interface PostgresConnection {
  readonly address: PostgresAddress;
  /** For `pg.Client` and `pg.Pool`. Throws StartupError where a file of certificates cannot be read. */
  config(): pg.ClientConfig;
  /** Learns from a failed attempt: true where the next one goes without TLS, as `sslmode=prefer` has it. */
  learn(error: unknown): boolean;
  /** Host as a person wrote it; no user and no password. */
  readonly where: string;
}

export function createPostgresConnection(url: string): PostgresConnection {
  const address = readPostgresAddress(url);
  if ('problem' in address) throw new StartupError(`DATABASE_URL ${address.problem}`);
  const { host, port, user, password, database, isDirect, bindsChannel, options } = address;
  let { tls } = address;
  let ssl: pg.ClientConfig['ssl'];
  return {
    address,
    where: `${host ?? 'localhost'}${port === null ? '' : `:${port}`}`,
    config() {
      // An address without a word is one without TLS: `undefined` would leave it to node-postgres, which reads PGSSLMODE.
      ssl ??= tlsOptions(address, tls ?? 'off');
      return {
        ...given({ host, port, user, password, database, options }),
        ssl,
        ...(isDirect && { sslnegotiation: 'direct' }),
        ...(bindsChannel && { enableChannelBinding: true }),
      };
    },
    learn(error) {
      if (tls !== 'prefer' || !(error instanceof Error && NO_TLS.test(error.message))) return false;
      tls = 'off';
      ssl = false;
      return true;
    },
  };
}

/** What is missing takes node-postgres' own default. */
const given = (parts: Readonly<Record<string, string | number | null>>): pg.ClientConfig =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null));

function tlsOptions({ files }: PostgresAddress, tls: Exclude<PostgresTls, null>): pg.ClientConfig['ssl'] {
  if (tls === 'off') return false;
  return {
    ...(files.ca !== null && { ca: readFile('sslrootcert', files.ca) }),
    ...(files.cert !== null && { cert: readFile('sslcert', files.cert) }),
    ...(files.key !== null && { key: readFile('sslkey', files.key) }),
    rejectUnauthorized: tls === 'chain' || tls === 'full',
    ...(tls === 'chain' && { checkServerIdentity: () => undefined }),
  };
}

function readFile(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(`DATABASE_URL names ${parameter}=${file}, which cannot be read (${code}).`);
  }
}
