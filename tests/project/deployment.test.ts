import { describe, expect, test } from '@jest/globals';
import { readRepoFile } from '../../rig/source-files.ts';
import { readConfig } from '../../src/config/index.ts';
import { VARIABLES, type Variable } from '../../src/config/variables.ts';
import { tableRows, unquoted } from '../support/markdown.ts';
import { parseYaml } from '../support/yaml.ts';

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: unknown;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

const text = readRepoFile('docker-compose.yml');
const { services, volumes } = parseYaml(text) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const replicas = Object.entries(services).filter(([name]) => name.startsWith('app-'));
const variables: readonly (readonly [string, Variable<unknown>])[] = Object.entries(VARIABLES);
const known = variables.map(([name]) => name);
const namesWhere = (fits: (variable: Variable<unknown>) => unknown): string[] =>
  variables.filter(([, variable]) => fits(variable)).map(([name]) => name);
/** What docker compose itself needs besides. */
const OWN = ['SITE', 'POSTGRES_PASSWORD'];
const SECRETS = ['POSTGRES_PASSWORD', 'SESSION_SECRET', 'HOOK_SECRET'];
const inside = { POSTGRES_PASSWORD: 'abc', SESSION_SECRET: 's'.repeat(64), HOOK_SECRET: 'h'.repeat(64) };

/** What docker compose makes of `${NAME:-default}` and `${NAME:?sentence}`; throws the sentence. */
const interpolate = (value: string, env: Readonly<Record<string, string>>): string =>
  value.replace(/\$\{([A-Z_]+):([-?])([^}]*)\}/g, (_match, name: string, kind: string, rest: string) => {
    if (env[name]) return env[name];
    if (kind === '?') throw new Error(`${name} ${rest}`);
    return rest;
  });
const environmentOf = (service: Service, env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, value]) => [name, interpolate(value, env)]),
  );
/** The environment of the image, from its last stage. */
const ofImage = Object.fromEntries(
  /^ENV (.*)$/m
    .exec(readRepoFile('Dockerfile'))![1]!
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);
const caddyfile = readRepoFile('deploy/Caddyfile');
const healthRoutes = tableRows(readRepoFile('docs/protocol.md')).map(([route]) => unquoted(route!));
const railway = readRepoFile('railway.toml');
const railwayValue = (key: string): string | undefined =>
  new RegExp(`^${key} = "?([^"\\n]*)"?$`, 'm').exec(railway)?.[1];

describe('docker-compose.yml', () => {
  test('runs three equal replicas over Redis and Postgres behind a front', () => {
    expect(Object.keys(services).sort()).toEqual(['app-1', 'app-2', 'app-3', 'front', 'postgres', 'redis']);
    for (const [, replica] of replicas) expect(replica).toEqual(services['app-1']);
    expect(Object.values(services).map(({ restart }) => restart)).toEqual(Array(6).fill('always'));
    const mounted = Object.values(services).flatMap((service) => service.volumes ?? []);
    for (const volume of Object.keys(volumes)) expect(mounted.join()).toContain(`${volume}:`);
  });

  test('names only variables of the service, and with them it starts as production', () => {
    const [, replica] = replicas[0]!;
    expect(Object.keys(replica.environment!).filter((name) => !known.includes(name))).toEqual([]);
    const named = [...text.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !known.includes(name) && !OWN.includes(name))).toEqual([]);

    const { config, secrets } = readConfig({ ...ofImage, ...environmentOf(replica, inside) });
    expect(config).toMatchObject({
      production: true,
      http: { trustProxy: 1, allowedOrigins: ['https://localhost'] },
      market: { feed: { source: 'simulated' } },
    });
    expect(secrets).toMatchObject({ databaseUrl: expect.stringContaining('@postgres:5432/') });
    const site = environmentOf(replica, { ...inside, SITE: 'trade.example.com', MASSIVE_API_KEY: 'key' });
    expect(readConfig({ ...ofImage, ...site }).config).toMatchObject({
      http: { allowedOrigins: ['https://trade.example.com'] },
      market: { feed: { source: 'massive' } },
    });
  });

  test('passes on every variable that a deployment may set, and without them all defaults hold', () => {
    const passed = environmentOf(replicas[0]![1], inside);
    expect(namesWhere(({ local }) => !local).filter((name) => !(name in passed))).toEqual([]);
    const own = ['DATABASE_URL', 'REDIS_URL', 'FRONTEND_URL', 'SESSION_SECRET', 'HOOK_SECRET', 'TRUST_PROXY'];
    const alone = Object.fromEntries(own.map((name) => [name, passed[name]!]));
    expect(readConfig({ ...ofImage, ...passed })).toEqual(readConfig({ ...ofImage, ...alone }));
  });

  test.each(SECRETS)('says what to do where %s is missing', (name) => {
    const { [name]: _missing, ...rest } = inside as Record<string, string>;
    expect(() => Object.values(services).map((service) => environmentOf(service, rest))).toThrow(
      `${name} must be set in .env, see docker-compose.yml`,
    );
    expect(text).toMatch(new RegExp(`^# +${name}=`, 'm'));
  });

  test('starts the image as it is, after what it needs, and gives it the time it takes to stop', () => {
    const [, replica] = replicas[0]!;
    expect(replica.command).toBeUndefined();
    expect(replica.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
    for (const name of ['postgres', 'redis']) expect(services[name]?.healthcheck?.test[0]).toBe('CMD');
    // What `--wait` waits for.
    expect(replica.healthcheck?.test.join(' ')).toContain(`:3000${railwayValue('healthcheckPath')}`);
    const { config } = readConfig({ ...ofImage, ...environmentOf(replica, inside) });
    expect(Number.parseInt(replica.stop_grace_period!, 10)).toBeGreaterThan(
      config.drainSeconds + stopSeconds(),
    );
  });
});

describe('Dockerfile', () => {
  const dockerfile = readRepoFile('Dockerfile');

  test('runs Node itself, as nobody special, as npm start does', () => {
    const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]';
    const { start } = (JSON.parse(readRepoFile('package.json')) as { scripts: { start: string } }).scripts;
    expect(JSON.parse(command).join(' ')).toBe(start);
    expect(start).toMatch(/^node .*src\/main\.ts$/);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(Object.keys(ofImage).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('asks a health route that the protocol page has', () => {
    const asked = /\$\{process\.env\.PORT \?\? 3000\}(\/\w+)/.exec(dockerfile)?.[1];
    expect(healthRoutes).toContain(`GET ${asked}`);
  });
});

describe('deploy/Caddyfile', () => {
  test('sends to every replica that is ready, and only what is safe twice', () => {
    const upstreams = /reverse_proxy (.*) \{/.exec(caddyfile)?.[1]?.split(' ');
    const { port } = readConfig({ ...ofImage, ...environmentOf(services['app-1']!, inside) }).config.http;
    expect(upstreams).toEqual(replicas.map(([name]) => `${name}:${port}`));
    expect(/health_uri (\S+)/.exec(caddyfile)?.[1]).toBe(railwayValue('healthcheckPath'));
    expect(caddyfile).toMatch(/lb_retry_match method GET\n/);
  });

  test('tells within three seconds, in the words of the service, that nobody is ready', () => {
    const seconds = (key: string): number => Number(new RegExp(`${key} (\\d+)s\n`).exec(caddyfile)?.[1]);
    expect(seconds('lb_try_duration') + seconds('dial_timeout')).toBeLessThanOrEqual(3);
    const [, body, status] = /handle_errors \{[^`]*respond `(.*)` (\d+)\n/.exec(caddyfile) ?? [];
    expect(status).toBe('503');
    expect(JSON.parse(body!)).toEqual({
      success: false,
      error: expect.any(String),
      code: 'UNAVAILABLE',
      retryAfterMs: 1_000,
    });
  });
});

describe('railway.toml', () => {
  test('runs three replicas of the image, the old version beside the new one', () => {
    expect(railwayValue('numReplicas')).toBe('3');
    expect(railwayValue('builder')).toBe('DOCKERFILE');
    expect(railwayValue('startCommand')).toBeUndefined();
    expect(railwayValue('restartPolicyType')).toBe('ALWAYS');
    expect(Number(railwayValue('overlapSeconds'))).toBeGreaterThan(0);
    expect(Number(railwayValue('drainingSeconds'))).toBeGreaterThan(
      readConfig({ ...ofImage, ...environmentOf(services['app-1']!, inside) }).config.drainSeconds +
        stopSeconds(),
    );
  });

  test('asks for readiness, by a route that the protocol page has, and names variables that exist', () => {
    expect(healthRoutes).toContain(`GET ${railwayValue('healthcheckPath')}`);
    const named = [...railway.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map((match) => match[0]);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    const needed = namesWhere(({ secret, required }) => secret || required);
    expect(needed.filter((name) => !named.includes(name))).toEqual([]);
  });
});

/** What stopping may take besides the drain. */
function stopSeconds(): number {
  const milliseconds = /STOP_TIMEOUT_MS = ([\d_]+);/.exec(readRepoFile('src/main.ts'))![1]!;
  return Number(milliseconds.replaceAll('_', '')) / 1_000;
}
