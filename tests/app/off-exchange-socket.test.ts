import { expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { until } from '../../rig/wait.ts';
import { openPlain } from '../support/plain-client.ts';

test('a reader of /ws gets the day so far at once; without an identity only where it is public', async () => {
  const app = await startApp();
  const { cookie } = await app.signUp();
  const client = openPlain(app.port, { path: '/ws', headers: { cookie } });
  await until(() => client.texts.length > 0, 'the first message');
  expect(client.texts[0]).toMatch(/^\{"type":"initial","data":\[/);
  client.ws.terminate();
  await app.close();

  const open = await startApp({ env: { DARKPOOL_PUBLIC: 'true' } });
  const visitor = openPlain(open.port, { path: '/ws' });
  await until(() => visitor.texts.length > 0, 'the first message');
  expect(visitor.texts[0]).toMatch(/^\{"type":"initial","data":\[/);
  visitor.ws.terminate();
  await open.close();
});
