import { createHmac } from 'node:crypto';
import { HOOK_SECRET } from '../../rig/processes/service.ts';

/** Signs and sends a hook as a bot does. */
export function sendHook(serviceUrl: string, route: string, body: object): Promise<Response> {
  const text = JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', HOOK_SECRET).update(`${timestamp}.${text}`).digest('hex');
  return fetch(serviceUrl + route, {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      'x-tradecast-timestamp': timestamp,
      'x-tradecast-signature': `v1=${signature}`,
    },
  });
}
