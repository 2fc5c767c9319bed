/** Hooks as a bot signs and sends them. */
import { createHmac } from 'node:crypto';
import { type Agent, request } from 'node:http';
import { hooksRoutes } from '../../src/protocol/hooks.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SIGNAL_SOURCES } from '../secrets.ts';
import { type Answer, sendHttp } from './http.ts';

/** Headers of a signed body; `at` is milliseconds since epoch. */
export function signHook(secret: string, body: string | Uint8Array, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'X-Tradecast-Timestamp': timestamp, 'X-Tradecast-Signature': `v1=${signature}` };
}

const OPERATOR_ROUTES = new Set(
  Object.entries(hooksRoutes).flatMap(([name, { access }]) =>
    access === 'operator' ? [name.replace('POST ', '')] : [],
  ),
);

/** Signs a hook with the secret of its route and sends it; `at` is milliseconds since epoch. */
export function sendHook(serviceUrl: string, route: string, body: object, at?: number): Promise<Answer> {
  const text = JSON.stringify(body);
  const secret = OPERATOR_ROUTES.has(route) ? OPERATOR_SECRET : HOOK_SECRET;
  return sendHttp(serviceUrl, 'POST', route, { body: text, headers: signHook(secret, text, at) });
}

export const SIGNAL_ROUTE = '/api/v1/external-signals/sync/signal';

/** Signs a signal with the secret of the source that it names and sends it. */
export function sendSignal(
  serviceUrl: string,
  body: object & { readonly source: keyof typeof SIGNAL_SOURCES },
  { route = SIGNAL_ROUTE, secret = SIGNAL_SOURCES[body.source] }: { route?: string; secret?: string } = {},
): Promise<Answer> {
  const text = JSON.stringify(body);
  return sendHttp(serviceUrl, 'POST', route, { body: text, headers: signHook(secret, text) });
}

export interface HookRoute {
  readonly port: number;
  /** The connections it goes over, or false for one of its own. */
  readonly agent: Agent | false;
  readonly route: string;
  /** What it is signed with, unless with the secret of the hooks. */
  readonly secret?: string;
  /** The end of the request follows so long after its beginning, as over a slow line. */
  readonly bodyMs?: number;
  readonly signal?: AbortSignal;
}

export interface HookAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Signs and sends the text of a hook over chosen connections, with as little work as there can be: for publishers
 * of hundreds a second. Rejects where the request ends without an answer.
 */
export function postHook(
  { bodyMs, route, secret = HOOK_SECRET, ...to }: HookRoute,
  text: string,
): Promise<HookAnswer> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...signHook(secret, text),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, host: '127.0.0.1', path: route, method: 'POST', headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: answer }));
    });
    sent.once('error', reject);
    if (bodyMs === undefined) sent.end(text);
    else {
      sent.write(text.slice(0, 1));
      const rest = setTimeout(() => sent.end(text.slice(1)), bodyMs);
      sent.once('close', () => clearTimeout(rest));
    }
  });
}

/** The body of `POST /hooks/trades` for a trade that was made elsewhere; `id` is the event's and the trade's. */
export const tradeHook = (userId: string, id: string, symbol = 'AAPL') => ({
  eventId: id,
  userId,
  type: 'executed',
  trade: { id, symbol, side: 'buy', quantity: 10, price: 187.25 },
});
