import { SESSION_COOKIE } from '../../domain/accounts/session-cookie.ts';
import type { RouteDeclaration } from '../../protocol/declare.ts';
import { ROUTE_GROUPS, ROUTE_SHAPES, type RouteName } from '../../protocol/routes.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { statusOf } from '../answer.ts';
import payloads from './payloads.json' with { type: 'json' };
import { refusalsOf } from './refusals.ts';
import { inputSchema, type Schema } from './schema.ts';

const JSON_TYPE = 'application/json';

const SECURITY: Readonly<Record<RouteDeclaration['access'], readonly Record<string, readonly string[]>[]>> = {
  anyone: [],
  member: [{ session: [] }],
  admin: [{ session: [] }],
  bot: [{ botSignature: [], timestamp: [] }],
  operator: [{ operatorSignature: [], timestamp: [] }],
  source: [{ sourceSignature: [], timestamp: [] }],
  metrics: [{ metricsToken: [] }, {}],
};

const signatureBy = (secret: string) => ({
  type: 'apiKey',
  in: 'header',
  name: 'X-Tradecast-Signature',
  description: `\`v1=\` and the hexadecimal HMAC-SHA256 of the timestamp, a dot and the raw body, by ${secret}`,
});

const SECURITY_SCHEMES = {
  session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
  botSignature: signatureBy('HOOK_SECRET'),
  operatorSignature: signatureBy('OPERATOR_SECRET'),
  sourceSignature: signatureBy('the secret of the source in SIGNAL_SECRETS'),
  timestamp: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Tradecast-Timestamp',
    description: 'Seconds since epoch',
  },
  metricsToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'METRICS_TOKEN, if the operator has set one',
  },
};

interface Content {
  readonly [type: string]: { readonly schema: Schema };
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  /** By status. */
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface OpenApi {
  readonly openapi: string;
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>>;
  readonly tags: readonly { readonly name: string }[];
  /** By path, then by method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, Schema>>;
  };
}

/** The HTTP routes as an OpenAPI 3.1 document, from their declarations. */
export function openApi(): OpenApi {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tradecast',
      version: String(PROTOCOL_VERSION),
      description: 'The HTTP routes. Commands and events of the sockets are in /asyncapi.json.',
    },
    tags: Object.keys(ROUTE_GROUPS).map((name) => ({ name })),
    paths: pathsOf(),
    components: { schemas: payloads.named, securitySchemes: SECURITY_SCHEMES },
  };
}

function pathsOf(): OpenApi['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [tag, routes] of Object.entries(ROUTE_GROUPS)) {
    for (const name of Object.keys(routes) as RouteName[]) {
      const [method = '', path = ''] = name.split(' ');
      const operation = { tags: [tag], ...operationOf(name, path) };
      paths[toTemplate(path)] = { ...paths[toTemplate(path)], [method.toLowerCase()]: operation };
    }
  }
  return paths;
}

/** `/s/:symbol` → `/s/{symbol}` */
const toTemplate = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

function operationOf(name: RouteName, path: string): Omit<Operation, 'tags'> {
  const route = ROUTE_SHAPES[name];
  const { summary, access, body } = route;
  return {
    operationId: name.replace(/[^A-Za-z]+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    security: SECURITY[access],
    parameters: [...pathParameters(path, route), ...queryParameters(route)],
    ...(body && { requestBody: { required: true, content: { [JSON_TYPE]: { schema: inputSchema(body) } } } }),
    responses: responsesOf(name, route),
  };
}

const pathParameters = (path: string, { params }: RouteDeclaration): Parameter[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const schema = params?.[name];
    return { name, in: 'path', required: true, schema: schema ? inputSchema(schema) : { type: 'string' } };
  });

function queryParameters({ query }: RouteDeclaration): Parameter[] {
  if (!query) return [];
  const { properties, required } = inputSchema(query) as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) ?? false,
    schema,
  }));
}

const WITHOUT_BODY: Readonly<Record<number, string>> = { 101: 'The connection is a WebSocket', 204: 'Done' };

function responsesOf(name: RouteName, route: RouteDeclaration): Operation['responses'] {
  const refusals = Map.groupBy(refusalsOf(name, route), statusOf);
  const refused = [...refusals].map(([status, codes]) => [
    status,
    {
      description: codes.join(', '),
      content: {
        [JSON_TYPE]: {
          schema: {
            allOf: [{ $ref: '#/components/schemas/Refusal' }, { properties: { code: { enum: codes } } }],
          },
        },
      },
    },
  ]);
  const { statuses = [200], bare } = route;
  const type = typeof bare === 'string' ? bare : JSON_TYPE;
  const answered = statuses.map((status) => [
    status,
    status in WITHOUT_BODY
      ? { description: WITHOUT_BODY[status] }
      : { description: 'The answer', content: { [type]: { schema: payloads.answers[name] } } },
  ]);
  // A status that a success names is not a refusal's: /ready answers 503 with its checks.
  return Object.fromEntries([...refused, ...answered]);
}
