/** Holds each HTTP answer that a test gets against what /openapi.json says of its route. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApi } from '../../src/http/contract/openapi.ts';
import { ROUTE_SHAPES, type RouteName } from '../../src/protocol/routes.ts';
import { closed } from './closed.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const DOCUMENT = 'openapi';
const patterns = (Object.keys(ROUTE_SHAPES) as RouteName[]).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  return { method, path, pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`, 'i') };
});
const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

let ajv: Ajv2020 | null = null;
/** The check of one status of one route; undefined where the document has no such answer. */
function checkOf(method: string, path: string, status: number): ValidateFunction | undefined {
  ajv ??= new Ajv2020({ strict: false, validateFormats: false }).addSchema(closed(openApi()), DOCUMENT);
  const template = path.replace(/:(\w+)/g, '{$1}');
  const at = pointer('paths', template, method.toLowerCase(), 'responses', String(status), 'content');
  return ajv.getSchema(`${DOCUMENT}#${encodeURI(at)}${pointer('application/json', 'schema')}`);
}

/** Throws where an answer in JSON of a known route is not one that the document has. */
export function assertFits(method: string, url: string, { status, headers, body }: Answer): void {
  const { pathname } = new URL(url, 'http://localhost');
  const route = patterns.find((one) => one.method === method && one.pattern.test(pathname));
  if (!route || !headers.get('content-type')?.includes('json')) return;
  const check = checkOf(method, route.path, status);
  const name = `${method} ${route.path} ${status}`;
  if (!check) throw new Error(`/openapi.json has no answer ${name}: ${JSON.stringify(body)}`);
  if (!check(body))
    throw new Error(`/openapi.json: ${name} is not ${JSON.stringify(body)}: ${JSON.stringify(check.errors)}`);
}
