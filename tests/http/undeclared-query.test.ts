import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendHttp } from '../../rig/clients/http.ts';
import { createHttpClient, type HttpClient, registerUser } from '../../rig/clients/http-client.ts';
import { ROUTE_SHAPES } from '../../src/protocol/routes.ts';
import { startHttpApp } from '../support/http-parts.ts';

let client: HttpClient;
let url: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ url, stop } = await startHttpApp());
  client = createHttpClient(url);
  await registerUser(client);
});
afterAll(() => stop());

const ROUTES = Object.entries(ROUTE_SHAPES).filter(([name]) => name.includes(' /api/'));

test.each(ROUTES.filter(([, { query }]) => !query).map(([name]) => name))(
  '%s refuses a parameter that it does not know',
  async (name) => {
    const [method = '', path = ''] = name.split(' ');
    const cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ');
    const target = `${path.replace(/:\w+/, 'AAPL')}?undeclared=1`;
    const { status, body } = await sendHttp(url, method, target, { headers: { cookie } });
    expect([status, body]).toMatchObject([
      400,
      { code: 'VALIDATION', error: expect.stringContaining('undeclared') },
    ]);
  },
);

test.each(ROUTES.flatMap(([name, { query }]) => (query ? [[name, query] as const] : [])))(
  '%s reads its own parameters and no others',
  (_, query) => {
    const { error } = query.safeParse({ undeclared: '1' });
    expect(error?.issues.map(({ code }) => code)).toContain('unrecognized_keys');
  },
);

test.each(['/api/socket', '/ws', '/ws/signals'])(
  '%s without an upgrade takes a token and nothing else',
  async (path) => {
    const token = await sendHttp(url, 'GET', `${path}?token=t`, {});
    expect([token.status, token.body]).toMatchObject([426, { code: 'UPGRADE_REQUIRED' }]);
    const other = await sendHttp(url, 'GET', `${path}?undeclared=1`, {});
    expect([other.status, other.body]).toMatchObject([400, { code: 'VALIDATION' }]);
  },
);
