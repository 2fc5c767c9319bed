import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgresServer } from '../../../local/postgres-server.ts';
import { createTestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import { createPostgresConnection } from '../../../src/adapters/postgres/connection.ts';
import { createNotifyChannel } from '../../../src/adapters/postgres/notify-channel.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { StartupError } from '../../../src/lib/startup-error.ts';
import { type GuardedPostgres, startGuardedPostgres } from '../../support/guarded-postgres.ts';

const PASSWORD = encodeURIComponent('p@s/s#w:o?r%41d &+ü');
const urlOf = (rest: string): string => rest.replace('HOST', `127.0.0.1:${server.port}`);

let server: GuardedPostgres;
beforeAll(async () => {
  server = await startGuardedPostgres();
  const { run } = server;
  await run(
    'postgres',
    "CREATE ROLE app LOGIN PASSWORD 'p@s/s#w:o?r%41d &+ü'",
    "CREATE ROLE tlsonly LOGIN PASSWORD 'secret'",
    "CREATE ROLE limited LOGIN PASSWORD 'secret'",
    "CREATE ROLE reader LOGIN PASSWORD 'secret'",
    "CREATE ROLE lost LOGIN PASSWORD 'secret'",
    "CREATE ROLE frozen LOGIN PASSWORD 'secret'",
    "CREATE ROLE crowded LOGIN PASSWORD 'secret' CONNECTION LIMIT 0",
    'CREATE DATABASE app OWNER app',
    'CREATE DATABASE forbidden OWNER app',
    'CREATE DATABASE schemas',
    'CREATE DATABASE odd',
    'CREATE DATABASE "foreign" OWNER app',
    'CREATE DATABASE rails OWNER app',
    "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    'REVOKE CONNECT ON DATABASE forbidden FROM PUBLIC',
    'ALTER ROLE lost SET search_path = nowhere',
    'ALTER ROLE frozen SET default_transaction_read_only = on',
  );
  await run(
    'schemas',
    'CREATE SCHEMA tradecast AUTHORIZATION limited',
    'CREATE SCHEMA "Two" AUTHORIZATION limited',
  );
  await run(
    'schemas',
    'CREATE SCHEMA private',
    'CREATE SCHEMA trade',
    'GRANT USAGE ON SCHEMA trade TO limited',
  );
  await run('foreign', 'CREATE TABLE users (id int)');
  await run(
    'rails',
    'CREATE TABLE schema_migrations (version text)',
    'ALTER TABLE schema_migrations OWNER TO app',
  );
  await open(`postgres://app:${PASSWORD}@HOST/app`);
  await run('app', 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tlsonly');
});
afterAll(() => server.close());

/** Opens and migrates the database at `rest`, and answers with rows of it. */
async function open(rest: string, sql = 'SELECT 1 AS one'): Promise<{ rows: unknown[]; lines: string[] }> {
  const lines: string[] = [];
  const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) };
  const db = await openDatabase({ databaseUrl: urlOf(rest), log });
  try {
    return { rows: await db.query(sql), lines };
  } finally {
    await db.close();
  }
}

async function refusal(rest: string): Promise<string> {
  const error: unknown = await openDatabase({ databaseUrl: urlOf(rest), log: silentLog }).then(
    (db) => db.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).not.toContain('\n');
  expect(message).not.toContain('secret');
  return message;
}

describe('a start that cannot work is refused in one sentence:', () => {
  test.each([
    [
      'a wrong password',
      'postgres://app:wrong@HOST/app',
      /refuses the password of the user "app".*write # as %23/,
    ],
    ['no password', 'postgres://app@HOST/app', /asks for a password, and DATABASE_URL has none/],
    ['no such user', 'postgres://nobody:secret@HOST/app', /refuses the password of the user "nobody"/],
    [
      'no such database',
      'postgres://tlsonly:secret@HOST/none?sslmode=require',
      /There is no database "none"/,
    ],
    [
      'no right to connect',
      'postgres://limited:secret@HOST/forbidden',
      /GRANT CONNECT ON DATABASE "forbidden" TO "limited"/,
    ],
    ['TLS demanded', 'postgres://tlsonly:secret@HOST/app', /demands TLS: add \?sslmode=verify-full/],
    [
      'no right on the schema',
      'postgres://limited:secret@HOST/schemas',
      /GRANT USAGE, CREATE ON SCHEMA "public" TO "limited"/,
    ],
    [
      'no right to make tables in the schema of the address',
      'postgres://limited:secret@HOST/schemas?schema=trade',
      /user "limited" .* in the schema "trade" .*GRANT USAGE, CREATE ON SCHEMA "trade" TO "limited"/,
    ],
    [
      'a table of another application',
      'postgres://app:PASSWORD@HOST/foreign',
      /"users" already exists.*CREATE SCHEMA tradecast AUTHORIZATION "app", and add \?schema=tradecast/,
    ],
    [
      'migrations of another application',
      'postgres://app:PASSWORD@HOST/rails',
      /column "name" does not exist.*and add \?schema=tradecast to DATABASE_URL/,
    ],
    [
      'a search path to nowhere',
      'postgres://lost:secret@HOST/app',
      /search path of the user "lost" leads to no schema: add \?schema=/,
    ],
    ['a user who may only read', 'postgres://frozen:secret@HOST/app', /default_transaction_read_only = off/],
    ['no connection left', 'postgres://crowded:secret@HOST/app', /CONNECTION LIMIT/],
    ['another encoding', 'postgres://postgres@HOST/latin', /encoding LATIN1.*ENCODING 'UTF8'/],
    [
      'a missing schema',
      'postgres://limited:secret@HOST/schemas?schema=none',
      /CREATE SCHEMA "none" AUTHORIZATION "limited"/,
    ],
    [
      'a closed schema',
      'postgres://limited:secret@HOST/schemas?schema=private',
      /GRANT USAGE, CREATE ON SCHEMA "private" TO "limited"/,
    ],
    [
      'an unknown authority',
      'postgres://tlsonly:secret@HOST/app?sslmode=verify-full',
      /sslrootcert=\/path\/to\/ca.pem/,
    ],
    [
      'a missing file of certificates',
      'postgres://tlsonly:secret@HOST/app?sslmode=verify-full&sslrootcert=/no/ca.pem',
      /sslrootcert=\/no\/ca.pem, which cannot be read \(ENOENT\)/,
    ],
    ['nobody there', 'postgres://app:secret@127.0.0.1:1/app', /cannot be reached: .*ECONNREFUSED/],
    ['no such socket', 'postgres://app:secret@%2Fno%2Fsuch/app', /cannot be reached: .*ENOENT/],
  ])('%s', async (_name, rest, sentence) => {
    expect(await refusal(rest.replace('PASSWORD', PASSWORD))).toMatch(sentence);
  });

  test('a certificate that another authority signed', async () => {
    for (const mode of ['verify-full', 'verify-ca', 'require'])
      expect(
        await refusal(`postgres://tlsonly:secret@HOST/app?sslmode=${mode}&sslrootcert=${server.otherCa}`),
      ).toMatch(/certificate .* not known here/);
  });

  test('tables that the user may not write', async () => {
    await server.run('app', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader');
    expect(await refusal('postgres://reader:secret@HOST/app')).toMatch(
      /lacks rights on the tables .*orders.*: run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "reader"/,
    );
    await server.run('app', 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reader');
    // A user that owns nothing and may create nothing runs a migrated service.
    expect((await open('postgres://reader:secret@HOST/app')).rows).toEqual([{ one: 1 }]);
  });
});

describe('an address', () => {
  test.each([
    ['a percent-encoded password', `postgres://app:${PASSWORD}@HOST/app`],
    ['a folder of a Unix socket as its host', `postgres://app:${PASSWORD}@SOCKET:PORT/app`],
    ['a folder of a Unix socket as a parameter', `postgres://app:${PASSWORD}@/app?host=FOLDER&port=PORT`],
  ])('with %s is understood', async (_name, rest) => {
    const url = rest
      .replace('SOCKET', encodeURIComponent(server.socket))
      .replace('FOLDER', server.socket)
      .replace('PORT', String(server.port));
    expect((await open(url, 'SELECT current_user AS user')).rows).toEqual([{ user: 'app' }]);
  });

  test.each([
    ['sslmode=require', true, /encrypted, and its certificate is not verified; sslmode=verify-full/],
    ['sslmode=no-verify', true, /not verified/],
    ['sslmode=require&channel_binding=require', true, /not verified/],
    ['sslmode=prefer', true, null],
    ['sslmode=verify-full&sslrootcert=CA', true, null],
    ['sslmode=verify-ca&sslrootcert=CA', true, null],
    ['ssl=true&sslrootcert=CA', true, null],
    ['sslmode=disable', false, null],
    ['', false, null],
  ])('with %s encrypts: %s', async (parameters, isEncrypted, notice) => {
    const user = isEncrypted ? 'tlsonly:secret' : `app:${PASSWORD}`;
    const { rows, lines } = await open(
      `postgres://${user}@HOST/app?${parameters.replace('CA', server.ca)}`,
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    expect(rows).toEqual([{ ssl: isEncrypted }]);
    expect(lines).toEqual(notice === null ? [] : [expect.stringMatching(notice)]);
  });

  test('of a server with too few connections for a deployment says how many it should have', async () => {
    const small = await startPostgresServer({ settings: { max_connections: 16 } });
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) };
    const db = await openDatabase({ databaseUrl: `${small.url}/postgres`, log });
    await db.close();
    await small.stop();
    expect(lines).toContainEqual(
      expect.stringMatching(/has 13 connections to give, one replica uses up to 7 .* max_connections to 17/),
    );
  });

  test('with sslmode=prefer works with a server that offers no TLS, also for the connection that listens', async () => {
    const own = await createTestDatabase('postgres');
    const url = `${own.url}?sslmode=prefer`;
    const db = await openDatabase({ databaseUrl: url, log: silentLog });
    const channel = createNotifyChannel({
      connection: createPostgresConnection(url),
      db,
      name: 'prefer',
      clock: systemClock,
      log: silentLog,
    });
    const heard: string[] = [];
    channel.onText((text) => heard.push(text));
    channel.start();
    await until(async () => {
      await channel.send(['over plain text']);
      return heard.length > 0;
    }, 'a notification arrives');
    channel.stop();
    await db.close();
    await own.close();
  });

  test('with schema= has its tables there, also where the name has capitals', async () => {
    for (const schema of ['tradecast', 'Two']) {
      const { rows } = await open(
        `postgres://limited:secret@HOST/schemas?schema=${schema}`,
        "SELECT DISTINCT schemaname AS schema FROM pg_tables WHERE tablename = 'orders' AND tableowner = 'limited' AND schemaname = current_schema()",
      );
      expect(rows).toEqual([{ schema }]);
    }
    const { rows } = await open(
      'postgres://limited:secret@HOST/schemas?schema=tradecast',
      "SELECT 1 FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(rows).toEqual([]);
  });
});

describe('a session', () => {
  test('sets what the statements rely on, whatever the defaults are', async () => {
    await server.run(
      'postgres',
      "ALTER DATABASE odd SET DateStyle = 'SQL, DMY'",
      "ALTER DATABASE odd SET TimeZone = 'Asia/Kolkata'",
      "ALTER DATABASE odd SET default_transaction_isolation = 'serializable'",
      "ALTER DATABASE odd SET IntervalStyle = 'sql_standard'",
      "ALTER DATABASE odd SET bytea_output = 'escape'",
      'ALTER DATABASE odd SET extra_float_digits = -5',
      'ALTER DATABASE odd SET standard_conforming_strings = off',
      "ALTER DATABASE odd SET lock_timeout = '900ms'",
      "ALTER DATABASE odd SET statement_timeout = '900ms'",
      "ALTER DATABASE odd SET client_encoding = 'LATIN1'",
      'ALTER DATABASE odd SET synchronous_commit = off',
    );
    const { rows, lines } = await open(
      'postgres://postgres@HOST/odd',
      `SELECT '2026-03-08T07:00:00.123Z'::timestamptz AS at, '2026-03-08'::date::text AS day, 0.1::float8 + 0.2 AS sum,
        'a\\b' AS text, '\\x00ff'::bytea AS bytes, current_setting('default_transaction_isolation') AS isolation,
        current_setting('synchronous_commit') AS commit, current_setting('statement_timeout') AS statement,
        current_setting('lock_timeout') AS lock, '€🙂' AS money`,
    );
    expect(rows).toEqual([
      {
        at: new Date('2026-03-08T07:00:00.123Z'),
        day: '2026-03-08',
        sum: 0.1 + 0.2,
        text: 'a\\b',
        bytes: Buffer.from([0, 255]),
        isolation: 'read committed',
        commit: 'on',
        statement: '10s',
        lock: '0',
        money: '€🙂',
      },
    ]);
    expect(lines).toEqual([expect.stringContaining('synchronous_commit is off')]);
  });
});

test('a server that refuses connections while the service runs is an outage, and ends no process', async () => {
  await server.run(
    'postgres',
    "CREATE ROLE rotated LOGIN PASSWORD 'secret'",
    'CREATE DATABASE rotated OWNER rotated',
  );
  const db = await openDatabase({
    databaseUrl: urlOf('postgres://rotated:secret@HOST/rotated'),
    log: silentLog,
  });
  await server.run(
    'postgres',
    "ALTER ROLE rotated PASSWORD 'another'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'",
  );
  const refused = { code: 'UNAVAILABLE' };
  await until(
    () =>
      db.query('SELECT 1').then(
        () => false,
        () => true,
      ),
    'the old connections are gone',
  );
  await expect(db.query('SELECT 1')).rejects.toMatchObject(refused);
  await server.run('postgres', "ALTER ROLE rotated PASSWORD 'secret'");
  expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);

  // A former primary: what it refuses is no fault of the statement.
  await server.run('postgres', 'ALTER ROLE rotated SET default_transaction_read_only = on');
  await server.run(
    'postgres',
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'",
  );
  await until(
    () =>
      db.query('CREATE TABLE written ()').then(
        () => false,
        (error: { cause?: { code?: string } }) => error.cause?.code === '25006',
      ),
    'a write is refused',
  );
  await expect(db.query('CREATE TABLE written ()')).rejects.toMatchObject(refused);
  await db.close();
});
