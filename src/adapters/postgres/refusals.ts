import pg from 'pg';
import type { Database } from '../sql/database.ts';
import { NO_TLS, type PostgresConnection } from './connection.ts';

const PASSWORD_HINT = 'In a password write # as %23, % as %25, / as %2F, ? as %3F and @ as %40.';

/** Node's codes for a certificate that it does not trust, and why. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'signed by an authority that is not known here',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'made for another host name',
};

/** Why a first connection to Postgres failed, in one sentence with what to do; without the password. */
export function sentenceOf(error: unknown, connection: PostgresConnection): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const { where } = connection;
  const certificate = CERTIFICATES[code];
  if (certificate)
    return `The certificate of the database at ${where} is ${certificate} (${code}): add sslrootcert=/path/to/ca.pem to DATABASE_URL, or sslmode=require to encrypt without verifying it.`;
  if (NO_TLS.test(message))
    return `The database at ${where} offers no TLS: leave sslmode out of DATABASE_URL, or turn TLS on there.`;
  if (/SASL.*password must be a (non-empty )?string/.test(message))
    return `The database at ${where} asks for a password, and DATABASE_URL has none.`;
  const refused = error instanceof pg.DatabaseError ? refusalOf(code, message, connection) : null;
  if (refused) return refused;
  const why = message || code || 'no reason given';
  return error instanceof pg.DatabaseError
    ? `The database at ${where} (DATABASE_URL) refuses the service: ${why}.`
    : `The database at ${where} (DATABASE_URL) cannot be reached: ${why}.`;
}

/** By the server's SQLSTATE; a pooler has one for everything, and its words. */
function refusalOf(code: string, message: string, { where, address }: PostgresConnection): string | null {
  const user = `"${address.user ?? ''}"`;
  const parameter = /unsupported startup parameter(?: in options)?: (\S+)/.exec(message)?.[1];
  if (parameter)
    return `The pooler at ${where} refuses the start-up parameter ${parameter}: add it to ignore_startup_parameters in its pgbouncer.ini.`;
  if (code === '28P01' || /SASL authentication failed|password authentication failed/i.test(message))
    return `The database at ${where} refuses the password of the user ${user} in DATABASE_URL. ${PASSWORD_HINT}`;
  if (/no encryption|SSL off|SSL required|SSL\/TLS required|insecure connection/i.test(message))
    return `The database at ${where} demands TLS: add ?sslmode=verify-full to DATABASE_URL (${message}).`;
  if (code === '3D000' || /no such database/i.test(message))
    return `There is no database "${address.database ?? address.user}" at ${where}: run CREATE DATABASE, or correct the name in DATABASE_URL.`;
  if (/role .* does not exist|no such user/i.test(message))
    return `There is no user ${user} at ${where}: run CREATE ROLE … LOGIN PASSWORD, or correct the name in DATABASE_URL.`;
  if (code === '42501' && /for database/.test(message))
    return `The user ${user} may not connect to the database at ${where}: run GRANT CONNECT ON DATABASE "${address.database ?? ''}" TO ${user}.`;
  if (code === '53300')
    return `The database at ${where} accepts no further connection of the user ${user} (${message}): raise max_connections, or the CONNECTION LIMIT of the user or the database.`;
  return null;
}

/** Rights on the tables that are missing, as one sentence; null where all are there. */
export async function missingTableRights(
  db: Pick<Database, 'query'>,
  tables: readonly string[],
): Promise<string | null> {
  const rows = await db.query<{ name: string; schema: string; user: string }>(
    `SELECT c.relname::text AS name, c.relnamespace::regnamespace::text AS schema, current_user::text AS user
     FROM unnest($1::text[]) AS t (name) JOIN pg_class c ON c.oid = to_regclass(quote_ident(t.name))
     WHERE NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
       AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))`,
    [tables],
  );
  const [first] = rows;
  if (!first) return null;
  const names = rows.map(({ name }) => name).join(', ');
  return `The user "${first.user}" lacks rights on the tables ${names}: run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${first.schema} TO "${first.user}".`;
}
