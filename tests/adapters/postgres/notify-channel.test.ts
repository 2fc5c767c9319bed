import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { createPostgresConnection } from '../../../src/adapters/postgres/connection.ts';
import { createNotifyChannel } from '../../../src/adapters/postgres/notify-channel.ts';
import type { RelayChannel } from '../../../src/domain/bus/relay-channel.ts';
import { systemClock } from '../../../src/lib/clock.ts';

let database: PostgresTestDatabase;
let channel: RelayChannel;
let heard: string[];
beforeEach(async () => {
  database = await createTestDatabase('postgres');
  heard = [];
  // A prefix may contain characters that SQL would split.
  channel = createNotifyChannel({
    connection: createPostgresConnection(database.url),
    db: database.db,
    name: `odd "name'; --`,
    clock: systemClock,
    log: silentLog,
  });
  channel.onText((text) => heard.push(text));
  channel.start();
});
afterEach(async () => {
  channel.stop();
  await database.close();
});

const listeners = (): Promise<{ pid: number }[]> =>
  database.db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'tradecast relay' AND datname = current_database()`,
  );
/** Sends a text until it arrives: the connection may not listen yet. */
const reaches = (text: string): Promise<void> =>
  until(async () => {
    await channel.send([text]);
    return heard.includes(text);
  }, `${text} is received`);

describe('the channel of the relay', () => {
  test('delivers every text in order, up to its largest size', async () => {
    await reaches('first');
    const texts = Array.from({ length: 50 }, (_, index) => `${index}:${'€'.repeat(100)}`);
    const largest = 'x'.repeat(channel.maxBytes);
    await channel.send([...texts, largest]);
    await until(() => heard.at(-1) === largest, 'the last is heard');
    expect(heard.slice(-51, -1)).toEqual(texts);
  });

  test('listens again by itself when its connection ends', async () => {
    await reaches('before');
    const [before] = await listeners();
    await database.db.query('SELECT pg_terminate_backend($1)', [before!.pid]);
    await reaches('after');
    const after = await listeners();
    expect(after).toHaveLength(1);
    expect(after[0]!.pid).not.toBe(before!.pid);
  });

  test('keeps no connection once it is stopped', async () => {
    await reaches('before');
    channel.stop();
    await until(async () => (await listeners()).length === 0, 'its connection is gone');
    channel.stop();
  });

  test('without a database it waits quietly, and what is sent fails', async () => {
    const away = createNotifyChannel({
      connection: createPostgresConnection('postgres://127.0.0.1:1/nowhere'),
      db: database.db,
      name: 'away',
      clock: systemClock,
      log: silentLog,
    });
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    away.start();
    await reaches('meanwhile');
    away.stop();
    await database.db.close();
    await expect(away.send(['text'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
