import { describe, expect, test } from '@jest/globals';
import { checkRecording } from '../../src/app/recording-check.ts';
import type { FileCheck } from '../../src/config/feed.ts';
import { ConfigError, readConfig } from '../../src/config/index.ts';
import { SECOND_NAMES } from '../../src/config/second-names.ts';
import {
  type Env,
  rawText,
  VARIABLES,
  type Variable,
  type VariableName,
} from '../../src/config/variables.ts';
import { COMMANDS, EVENTS } from '../../src/protocol/events.ts';

const variables = Object.entries(VARIABLES) as [VariableName, Variable<unknown>][];
const SECRET = 's'.repeat(32);
/** Any file that can be read. */
const RECORDING = import.meta.filename;

/** One environment for each feed. */
const environments: readonly Env[] = [
  { FEED: 'simulated' },
  { FEED: 'replay', REPLAY_FILE: RECORDING },
  { FEED: 'massive', MASSIVE_API_KEY: 'key' },
];
const production: Env = {
  NODE_ENV: 'production',
  SESSION_SECRET: SECRET,
  HOOK_SECRET: 'h'.repeat(32),
  FRONTEND_URL: 'https://app.example.com',
  DATABASE_URL: 'postgres://db/tradecast',
};

describe('the second names of variables', () => {
  test('are read, and the log says so without the value', () => {
    const { config, secrets, notices } = readConfig({
      POLYGON_API_KEY: 'top secret',
      WEBSOCKET_PORT: '3001',
    });
    expect([config.http.port, config.market.feed.source, secrets.market.massiveApiKey]).toEqual([
      3001,
      'massive',
      'top secret',
    ]);
    expect(notices).toEqual([
      'POLYGON_API_KEY is read as MASSIVE_API_KEY; set MASSIVE_API_KEY instead.',
      'WEBSOCKET_PORT is read as PORT; set PORT instead.',
    ]);
  });

  test('give way to the first names', () => {
    const { config, notices } = readConfig({ PORT: '3002', WEBSOCKET_PORT: '3001' });
    expect(config.http.port).toBe(3002);
    expect(notices).toEqual(['WEBSOCKET_PORT is ignored: PORT is set.']);
  });
});

function problemsOf(env: Env, checkFile?: FileCheck): readonly string[] {
  try {
    readConfig(env, checkFile);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the table', () => {
  test('has every variable that is read, and no other', () => {
    const read = new Set<string>();
    for (const environment of [...environments, production]) {
      readConfig(
        new Proxy(environment, {
          get(target, name) {
            read.add(String(name));
            return target[String(name)];
          },
        }),
      );
    }
    expect([...read].sort()).toEqual([...Object.keys(VARIABLES), ...Object.keys(SECOND_NAMES)].sort());
  });

  test.each([...environments, production])('has the real defaults: %j', (environment) => {
    const spelled = Object.fromEntries(variables.map(([name]) => [name, rawText(environment, name)]));
    expect(readConfig({ ...spelled, ...environment })).toEqual(readConfig(environment));
  });

  test.each(variables.filter(([, { exception }]) => exception))(
    'gives %s another default under its condition',
    (name, { exception, default: usual }) => {
      const applying = [...environments, production].filter((environment) => exception!.applies(environment));
      expect(applying.length).toBeGreaterThan(0);
      for (const environment of applying)
        expect(rawText({ ...environment, [name]: undefined }, name)).toBe(exception!.default);
      expect(rawText({}, name)).toBe(usual);
    },
  );
});

describe('an environment', () => {
  test.each([
    [{}, 'wss://socket.massive.com/options'],
    [{ MASSIVE_WS_URL: 'wss://delayed.massive.com/stocks' }, 'wss://delayed.massive.com/options'],
    [{ MASSIVE_OPTIONS_WS_URL: 'wss://delayed.massive.com/options' }, 'wss://delayed.massive.com/options'],
  ])('with %j has the options of the provider at %s', (env, optionsWsUrl) => {
    const { feed } = readConfig({ FEED: 'massive', MASSIVE_API_KEY: 'key', ...env }).config.market;
    expect(feed).toMatchObject({ optionsWsUrl });
  });

  test.each([
    ['postgres://db/x', 'require', 'postgres://db/x?sslmode=require'],
    ['postgres://db/x?schema=trade', 'no-verify', 'postgres://db/x?schema=trade&sslmode=no-verify'],
    ['postgres://db/x?sslmode=disable', 'require', 'postgres://db/x?sslmode=disable'],
    ['postgres://db/x?ssl=true', 'disable', 'postgres://db/x?ssl=true'],
    ['postgres://db/x', '', 'postgres://db/x'],
  ])('with DATABASE_URL %s and PGSSLMODE %j has %s', (DATABASE_URL, PGSSLMODE, databaseUrl) => {
    expect(readConfig({ DATABASE_URL, PGSSLMODE }).secrets).toMatchObject({ databaseUrl });
  });

  test('without a variable, or with empty ones, is complete outside production', () => {
    const empty = Object.fromEntries(variables.map(([name]) => [name, ' ']));
    expect(readConfig(empty)).toEqual(readConfig({}));
    expect(readConfig({}).secrets).toEqual({
      session: null,
      bus: null,
      hook: null,
      operator: null,
      signal: null,
      databaseUrl: null,
      redisUrl: null,
      market: { massiveApiKey: null },
      metricsToken: null,
    });
  });

  test('of production reports everything that is missing at once', () => {
    expect(problemsOf({ NODE_ENV: 'production' }).toSorted()).toEqual(
      ['DATABASE_URL', 'FRONTEND_URL', 'HOOK_SECRET', 'SESSION_SECRET'].map(
        (name) => `${name} is required in production.`,
      ),
    );
  });

  test.each([
    [{ REDIS_URL: 'redis://r' }, /^REDIS_URL needs DATABASE_URL/],
    [{ FEED: 'massive' }, /^FEED=massive needs MASSIVE_API_KEY\.$/],
    [{ FEED: 'massive', MASSIVE_API_KEY: 'k', DARKPOOL_PUBLIC: 'true' }, /MASSIVE_BUSINESS_PLAN=true/],
    [{ FEED: 'replay' }, /^FEED=replay needs REPLAY_FILE\.$/],
  ])('that is half configured is refused: %j', (environment: Env, sentence) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(sentence)]);
  });

  test.each([
    ['PORT', '65536', 'must be a whole number from 0 to 65535, not "65536".'],
    ['DEMO_ACCOUNT', 'yes', 'must be true or false, not "yes".'],
    ['MAX_ORDER_VALUE', '1e5', 'must be a plain number with at most two decimals, not "1e5".'],
    ['LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error, silent, not "loud".'],
    ['DATABASE_URL', 'mysql://db', 'must begin with postgres:// or postgresql://.'],
    [
      'FRONTEND_URL',
      'https://a.com/x',
      'must list origins such as https://app.example.com, not "https://a.com/x".',
    ],
    [
      'SESSION_SECRET',
      `${SECRET},short`,
      'must have at least 32 characters (each part, where it is a list).',
    ],
    [
      'RATE_LIMITS',
      'order:place=0/60,time:sync=1/1,nothing=1/1,time:sync=2/1,',
      'must list name=points/seconds with events or http limits of the protocol, each once, not "order:place=0/60", "nothing=1/1", "time:sync=2/1", "".',
    ],
  ])('with a wrong %s is refused once, in a sentence', (name, value, sentence) => {
    expect(problemsOf({ [name]: value })).toEqual([`${name} ${sentence}`]);
  });

  test.each([
    ['DATABASE_URL', 'postgres://u:hunter#2pass@127.0.0.1:1/db'],
    ['DATABASE_URL', 'postgres://u:12#hunter@127.0.0.1/db'],
    ['DATABASE_URL', 'postgres://u:12/hunter@127.0.0.1/db'],
    ['DATABASE_URL', 'postgres://u:12?hunter@127.0.0.1/db'],
    ['DATABASE_URL', 'postgres://u:hunter%ff@127.0.0.1/db'],
    ['DATABASE_URL', 'postgresql://u:hunter@[bad/x'],
    ['DATABASE_URL', 'postgres://u:hunter@/db'],
    ['DATABASE_URL', 'postgres://'],
    ['DATABASE_URL', 'postgres:///db'],
    ['REDIS_URL', 'redis://u:hunter#2pass@127.0.0.1:1'],
    ['REDIS_URL', 'redis://:12/hunter@127.0.0.1'],
    ['REDIS_URL', 'rediss://:hunter@'],
    ['REDIS_URL', 'redis://'],
  ])(
    'with the malformed %s %s is refused among all problems, and its password is not repeated',
    (name, value) => {
      const usual = { DATABASE_URL: 'postgres://db/tradecast', PORT: 'eighty' };
      const problems = problemsOf({ ...usual, [name]: value });
      expect(problems).toHaveLength(2);
      expect(problems.join()).toMatch(
        new RegExp(`${name} must be an address such as (postgres|redis)://user:password@host; .* # as %23`),
      );
      expect(problems.join()).not.toContain('hunter');
    },
  );

  test.each([
    ['postgres://u:a%23b%40c@db.example.com:5432/tradecast?sslmode=require', null],
    ['postgres://u:p@[::1]/db', null],
    ['postgres://u@%2Fvar%2Frun%2Fpostgresql/db', null],
    ['postgres:///db?host=/var/run/postgresql', null],
    ['postgres://u:p@/db?host=/cloudsql/project:region:instance', null],
    ['postgres://u:100%@db/x', 'postgres://u:100%25@db/x'],
  ])('takes %s as the address of its database', (address, normal) => {
    expect(readConfig({ DATABASE_URL: address }).secrets.databaseUrl).toBe(normal ?? address);
  });

  test.each([
    ['sslmode=verify', 'has sslmode=verify; it must be one of disable, allow, prefer, require, no-verify,'],
    ['port=none', 'has a port that is not a number.'],
  ])('with the parameter %s in the address of its database is refused', (parameter, reason) => {
    const [problem] = problemsOf({ DATABASE_URL: `postgres://u:p@h/db?${parameter}` });
    expect(problem).toContain(`DATABASE_URL ${reason}`);
  });

  test.each([
    [
      'redis://r/cache',
      'has "cache" where the number of a database belongs; a Unix socket is redis:///run/redis.sock.',
    ],
    ['redis://r/run/redis.sock', 'has "run/redis.sock" where the number of a database belongs'],
    ['unix://run', 'must have a file, as in unix:///run/redis.sock.'],
    ['https://r.upstash.io', 'must begin with redis:// or rediss:// or unix://.'],
  ])('with %s as the address of Redis is refused', (address, reason) => {
    const [problem] = problemsOf({ DATABASE_URL: 'postgres://db/x', REDIS_URL: address });
    expect(problem).toContain(`REDIS_URL ${reason}`);
  });

  test.each([
    'redis://r',
    'redis://:p%23@r:6379/2',
    'rediss://u:p@r.example.com?family=6',
    'redis:///run/redis.sock',
    'redis://u:p@/run/redis.sock?db=1',
    'unix:///run/redis.sock',
  ])('takes %s as the address of Redis', (address) => {
    const { secrets } = readConfig({ DATABASE_URL: 'postgres://db/x', REDIS_URL: address });
    expect(secrets.redisUrl).toBe(address);
  });

  test.each([
    ['https://a.com#x', 'not "https://a.com#x"'],
    ['https://a.com,', 'not ""'],
    ['https://ada:hunter@b.com', 'without a user name or password'],
    ['https://ada:hun,ter@b.com', 'without a user name or password'],
    ['ada:hunter@b.com', 'without a user name or password'],
  ])('with the origin %s is refused, and no password is repeated', (value, reason) => {
    expect(problemsOf({ FRONTEND_URL: value })).toEqual([
      `FRONTEND_URL must list origins such as https://app.example.com, ${reason}.`,
    ]);
  });

  test.each(['simulated', 'replay', 'massive'])(
    'for FEED=%s is judged by the variables of every feed',
    (feed) => {
      const own = { FEED: feed, REPLAY_FILE: RECORDING, MASSIVE_API_KEY: 'key' };
      const wrong = {
        SIM_SEED: '-1',
        REPLAY_SPEED: 'fast',
        REPLAY_LOOP: 'banana',
        MASSIVE_WS_URL: 'ftp://x',
      };
      expect(problemsOf({ ...own, ...wrong }).toSorted()).toEqual([
        'MASSIVE_WS_URL must be an address that begins with ws:// or wss://.',
        'REPLAY_LOOP must be true or false, not "banana".',
        'REPLAY_SPEED must be a factor above 0 or max, not "fast".',
        'SIM_SEED must be a whole number from 0 to 2147483648, not "-1".',
      ]);
    },
  );

  test.each([
    ['/no/such/day.ndjson', 'does not exist.'],
    [import.meta.dirname, 'is not a regular file.'],
    ['/dev/null', 'is not a regular file.'],
    [`${RECORDING}/day.ndjson`, 'cannot be read (ENOTDIR).'],
  ])('with the recording %s is refused where the recording is played', (file, reason) => {
    expect(problemsOf({ FEED: 'replay', REPLAY_FILE: file }, checkRecording)).toEqual([
      `REPLAY_FILE ${file} ${reason}`,
    ]);
    expect(problemsOf({ FEED: 'simulated', REPLAY_FILE: file }, checkRecording)).toEqual([]);
    expect(problemsOf({ FEED: 'replay', REPLAY_FILE: RECORDING }, checkRecording)).toEqual([]);
  });

  test('changes single limits: a user has five times those of a connection', () => {
    const { rateLimits } = readConfig({ RATE_LIMITS: 'order:place=7/9, http:api=3/4' }).config.cluster;
    expect(rateLimits).toMatchObject({
      'order:place': { points: 7, seconds: 9, scope: 'connection' },
      'user:order:place': { points: 35, seconds: 9, scope: 'shared' },
      'http:api': { points: 3, seconds: 4, scope: 'shared' },
      connect: { scope: 'shared' },
    });
  });

  test('no name of a limit begins another, so that no key of one is a key of the other', () => {
    const names = Object.keys(readConfig().config.cluster.rateLimits);
    const begins = names.filter((name) => names.some((other) => other.startsWith(`${name}:`)));
    expect(begins).toEqual([]);
  });
});

describe('the secrets of senders of signals', () => {
  const [one, other] = ['1'.repeat(32), '2'.repeat(32)];

  test('are pairs, and a source may have two while its secret changes', () => {
    const { secrets } = readConfig({
      SIGNAL_SECRETS: ` momentum:${one}, momentum:${other},x-1:${'a:'.repeat(16)}`,
    });
    expect(secrets.signal).toEqual([
      { source: 'momentum', secret: one },
      { source: 'momentum', secret: other },
      { source: 'x-1', secret: 'a:'.repeat(16) },
    ]);
  });

  test.each([
    [`Momentum:${one}`, 'source:secret'],
    [`${one}0`, 'source:secret'],
    ['momentum:short', 'at least 32'],
    [`momentum:${one},demo-averages:${other}`, 'the source of the simulated market'],
    [`a:${one},b:${one}`, 'the same secret'],
  ])('%s is refused without a secret in the sentence', (SIGNAL_SECRETS, part) => {
    const problem = problemOf({ SIGNAL_SECRETS });
    expect(problem).toContain(part);
    expect(problem).not.toContain(one);
  });

  test('may not be those of bots, operators or sessions', () => {
    for (const name of ['HOOK_SECRET', 'OPERATOR_SECRET', 'SESSION_SECRET'])
      expect(problemOf({ [name]: one, SIGNAL_SECRETS: `momentum:${one}` })).toContain(
        `${name} and SIGNAL_SECRETS must not share a secret`,
      );
  });
});

describe('a secret of one kind', () => {
  const shared = 'a'.repeat(32);
  const KINDS = [
    ['SESSION_SECRET', shared],
    ['BUS_SECRET', shared],
    ['HOOK_SECRET', shared],
    ['OPERATOR_SECRET', shared],
    ['SIGNAL_SECRETS', `momentum:${shared}`],
    ['METRICS_TOKEN', shared],
  ] as const;
  const pairs = KINDS.flatMap((one, index) => KINDS.slice(index + 1).map((other) => [one, other] as const));

  test.each(pairs.filter(([[one], [other]]) => `${one} ${other}` !== 'SESSION_SECRET BUS_SECRET'))(
    'opens no door of another: %s, %s',
    (...given) => {
      const [[one], [other]] = given;
      expect(problemOf(Object.fromEntries(given))).toContain(`${one} and ${other} must not share a secret`);
      const lists = given.map(([name, value]) =>
        name === 'METRICS_TOKEN' || name === 'SIGNAL_SECRETS'
          ? [name, value]
          : [name, `${'b'.repeat(32)},${value}`],
      );
      expect(problemOf(Object.fromEntries(lists))).toContain('must not share');
    },
  );
});

describe('messages between replicas', () => {
  test('are signed by secrets of their own, or by those of the sessions', () => {
    const [one, other] = ['a'.repeat(32), 'b'.repeat(32)];
    expect(readConfig({ BUS_SECRET: `${one}, ${other}` }).secrets.bus).toEqual([one, other]);
    expect(readConfig({ SESSION_SECRET: one }).secrets).toMatchObject({ session: [one], bus: null });
    // So begins the change from one to the other.
    expect(problemOf({ SESSION_SECRET: one, BUS_SECRET: `${one},${other}` })).toBe('');
    expect(problemOf({ BUS_SECRET: 'short' })).toContain('at least 32');
  });
});

describe('events of other services', () => {
  const eventsOf = (EXTERNAL_EVENTS: string) => readConfig({ EXTERNAL_EVENTS }).config.cluster.externalEvents;

  test('are those of the list: news by default, none where it is off', () => {
    expect(readConfig({}).config.cluster.externalEvents).toEqual(['news']);
    expect(eventsOf('news, desk:note,x.y-z_1')).toEqual(['news', 'desk:note', 'x.y-z_1']);
    expect(eventsOf('off')).toEqual([]);
  });

  test('are none of the protocol, whoever sends it there', () => {
    const names = [...Object.keys(COMMANDS), ...Object.keys(EVENTS)];
    const reserved = [
      'connect',
      'connect_error',
      'disconnect',
      'disconnecting',
      'newListener',
      'removeListener',
    ];
    for (const name of [...names, ...reserved])
      expect(problemOf({ EXTERNAL_EVENTS: `news,${name}` })).toContain(`must not list ${name}:`);
  });

  test.each(['news,', 'two words', 'a'.repeat(65), ',', '*', 'é'])(
    '%j is no list of names',
    (EXTERNAL_EVENTS) => {
      expect(problemOf({ EXTERNAL_EVENTS })).toContain('EXTERNAL_EVENTS must list event names');
    },
  );
});

function problemOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
