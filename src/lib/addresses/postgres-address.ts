import { type AddressProblem, hostOf, readBoolean, readUrl, textOf } from './parts.ts';

/**
 * What `sslmode` asks for. `prefer` takes TLS where the server offers it; `encrypted` checks no certificate; `chain`
 * checks who signed it, and `full` the host name as well; null is not said.
 */
export type PostgresTls = 'off' | 'prefer' | 'encrypted' | 'chain' | 'full' | null;

/** The parts of DATABASE_URL. A part that is null is PostgreSQL's own default. */
export interface PostgresAddress {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string | null;
  readonly port: number | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string | null;
  readonly tls: PostgresTls;
  /** Files of PEM text. */
  readonly files: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null };
  /** TLS from the first byte, without PostgreSQL's own question. */
  readonly isDirect: boolean;
  /** SCRAM bound to the TLS connection. */
  readonly bindsChannel: boolean;
  /** Where the tables are: the first is theirs. Empty: where the user's own search path leads. */
  readonly schemas: readonly string[];
  /** `pgbouncer=true`: a pooler in transaction mode, which keeps no session. */
  readonly isPooled: boolean;
  /** Command-line options of the server, as in `options=-c%20geqo%3Doff`. */
  readonly options: string | null;
}

/** What `sslmode` and PGSSLMODE may be. */
export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'no-verify',
  'verify-ca',
  'verify-full',
] as const;

/** As libpq reads them, and `no-verify` as node-postgres does. */
const TLS_MODES: Readonly<Record<(typeof SSL_MODES)[number], PostgresTls>> = {
  disable: 'off',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'encrypted',
  'no-verify': 'encrypted',
  'verify-ca': 'chain',
  'verify-full': 'full',
};
/** The address with this `sslmode` where it says nothing of TLS itself. */
export function withSslMode(text: string, mode: (typeof SSL_MODES)[number] | null): string {
  const address = readPostgresAddress(text);
  if (mode === null || 'problem' in address || address.tls !== null) return text;
  return `${text}${text.includes('?') ? '&' : '?'}sslmode=${mode}`;
}

/** Names the system's certificates instead of a file. */
const SYSTEM_CA = 'system';

/** Reads a checked address `postgres://user:password@host:port/database?…`. */
export function readPostgresAddress(text: string): PostgresAddress | AddressProblem {
  const url = readUrl(text);
  if (url === null) return { problem: 'is no address.' };
  const { port, username, password, pathname, searchParams: given } = url;
  const tls = tlsOf(given);
  if (tls !== null && typeof tls === 'object') return tls;
  const ca = given.get('sslrootcert');
  const number = given.get('port') || port;
  if (number && !/^\d{1,5}$/.test(number)) return { problem: 'has a port that is not a number.' };
  return {
    host: given.get('host') || hostOf(url),
    port: number ? Number(number) : null,
    user: given.get('user') || textOf(username),
    password: given.get('password') || textOf(password),
    database: given.get('dbname') || textOf(pathname.slice(1)),
    tls: withFile(tls, ca),
    files: {
      ca: ca === SYSTEM_CA ? null : ca || null,
      cert: given.get('sslcert') || null,
      key: given.get('sslkey') || null,
    },
    isDirect: given.get('sslnegotiation') === 'direct',
    bindsChannel: given.get('channel_binding') === 'require',
    schemas: (given.get('schema') || given.get('currentSchema') || '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    isPooled: readBoolean(given.get('pgbouncer')),
    options: given.get('options') || null,
  };
}

function tlsOf(given: URLSearchParams): PostgresTls | AddressProblem {
  const mode = given.get('sslmode');
  if (mode) {
    return (
      (TLS_MODES as Readonly<Record<string, PostgresTls>>)[mode] ?? {
        problem: `has sslmode=${mode}; it must be one of ${SSL_MODES.join(', ')}.`,
      }
    );
  }
  const ssl = given.get('ssl');
  if (ssl === 'no-verify') return 'encrypted';
  if (ssl) return readBoolean(ssl) ? 'full' : 'off';
  const hasFile = ['sslrootcert', 'sslcert', 'sslkey'].some((name) => given.get(name));
  return hasFile || given.get('sslnegotiation') === 'direct' ? 'full' : null;
}

/** `require` with a certificate to check against checks it, as with libpq; `verify-ca` without one could trust nobody. */
function withFile(tls: PostgresTls, ca: string | null): PostgresTls {
  if (ca === SYSTEM_CA || (tls === 'chain' && !ca)) return tls === 'off' ? tls : 'full';
  return tls === 'encrypted' && ca ? 'chain' : tls;
}
