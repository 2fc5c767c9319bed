import pg from 'pg';
import { StartupError } from '../../lib/startup-error.ts';

/** Who makes tables where. */
export interface Place {
  readonly user: string;
  readonly schema: string;
}

/** Within a transaction, which says where the tables are. */
export async function placeOf(client: pg.PoolClient): Promise<Place> {
  const { rows } = await client.query<Place>(
    "SELECT current_user::text AS user, coalesce(current_schema()::text, 'public') AS schema",
  );
  return rows[0]!;
}

/** SQLSTATE of a right that is missing, and of a name that is taken: by a table, by another object, with other columns. */
const FORBIDDEN = '42501';
const TAKEN = ['42P07', '42710', '42703'];

/** What a person has to do where the server refuses to make a table; null where that is another matter. */
export function refusalOf(error: unknown, { user, schema }: Place): StartupError | null {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const [role, name] = [pg.escapeIdentifier(user), pg.escapeIdentifier(schema)];
  if (code === FORBIDDEN)
    return new StartupError(
      `The user ${role} of DATABASE_URL may not make or change the tables of the service in the schema ${name} (${message}): run GRANT USAGE, CREATE ON SCHEMA ${name} TO ${role}; or start the service once with the user that owns the tables.`,
      { cause: error },
    );
  if (TAKEN.includes(code))
    return new StartupError(
      `The schema ${name} of the database contains something else under a name that the service needs (${message}). Give the service a schema of its own: run CREATE SCHEMA tradecast AUTHORIZATION ${role}, and add ?schema=tradecast to DATABASE_URL.`,
      { cause: error },
    );
  return null;
}
