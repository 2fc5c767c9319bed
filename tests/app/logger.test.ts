import { expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.ts';

const written = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  let text = '';
  write(
    createLogger({
      level: 'debug',
      terminal: false,
      destination: {
        write(line: string) {
          text += line;
        },
      },
    }),
  );
  return text;
};

test('secrets are cut out of a log line wherever they stand in it', () => {
  const text = written((log) => {
    log.info(
      {
        password: 'p-1',
        user: { passwordHash: 'p-2' },
        request: { headers: { cookie: 'p-3', authorization: 'p-4' } },
      },
      'x',
    );
    log.child({ part: 'http' }).warn({ sessionID: 'p-5', body: { sessionId: 'p-6', apiKey: 'p-7' } }, 'y');
    log.info({ headers: { 'x-tradecast-signature': 'p-8', 'set-cookie': ['p-9'] } }, 'z');
    log.error(
      { err: Object.assign(new Error('no'), { config: { headers: { authorization: 'p-10' } } }) },
      'deep',
    );
  });
  expect(text).not.toMatch(/p-\d/);
  expect(text.match(/\[redacted\]/g)).toHaveLength(9);
});

test('a line is JSON with its time, its part and what happened', () => {
  const line = JSON.parse(
    written((log) => log.child({ part: 'feed' }).info({ state: 'live' }, 'the feed is live')),
  );
  expect(line).toMatchObject({ level: 30, part: 'feed', state: 'live', msg: 'the feed is live' });
  expect(new Date(line.time).toISOString()).toBe(line.time);
});
