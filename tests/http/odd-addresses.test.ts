import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTE_SHAPES } from '../../src/protocol/routes.ts';
import { startHttpApp } from '../support/http-parts.ts';

let folder: string;
let app: Awaited<ReturnType<typeof startHttpApp>>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'addresses-'));
  await mkdir(path.join(folder, 'assets'));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>Tradecast</title>');
  await writeFile(path.join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  app = await startHttpApp({ options: { dashboardDir: folder } });
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

/** As a client that leaves the path as it is: `fetch` resolves dots and slashes. */
const ask = (method: string, address: string, accept = 'text/html,*/*;q=0.8') =>
  new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    const asked = request({ hostname, port, method, path: address, headers: { Accept: accept } });
    asked.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }),
      );
    });
    asked.end();
  });

describe('an address that no page has', () => {
  test.each([
    '//',
    '///',
    '//login',
    '/Login',
    '/LOGIN',
    '/login/',
    '/login//',
    '/login%2f',
    '/login%00',
    '/%6Cogin',
    '/./login',
    '/x/../login',
    '/monitor/',
    '/Monitor',
    '/s',
    '/s/',
    '/s/%00',
    '/s/%',
    '/s/AAPL/',
    '/s/AAPL%00',
    '/s/AAPL%2f..',
    '/s//AAPL',
    '/S/AAPL',
    '/s/<script>',
    '/s/A;B',
    '/s/TOOLONGTOBEASYMBOL',
    '/options/',
    '/options/..%2f..',
    '/options/..%2f..%2fetc%2fpasswd',
    '/options/%E0%A4%A',
    '/options/..',
    '/Options/AAPL',
    '/options/AAPL/2026-12-18',
    '/off-exchange/AAPL',
    '/dashboard',
    '/dashboard/test/',
    '/dashboard%2ftest',
    '/index.html',
    '//index.html',
    '//icon.svg',
    '/assets/../icon.svg',
    '/.env',
    '/healthz',
    '/login;jsessionid=1',
  ])('is 404: %s', async (address) => {
    expect((await ask('GET', address)).status).toBe(404);
    expect((await ask('HEAD', address)).status).toBe(404);
    const program = await ask('GET', address, 'application/json');
    expect([program.status, JSON.parse(program.text).code]).toEqual([404, 'NOT_FOUND']);
  });

  test.each([
    '/',
    '/login',
    '/monitor',
    '/s/AAPL',
    '/s/brk-b',
    '/s/BRK.B',
    '/s/O:SPY261218C00650000',
    '/s/O%3ASPY261218C00650000',
    '/options',
    '/options/SPY?expiry=2026-12-18',
    '/off-exchange?symbol=AAPL',
    '/dashboard/test',
    '/signals',
    '/icon.svg',
  ])('is none of these: %s', async (address) => {
    expect((await ask('GET', address)).status).toBe(200);
  });
});

describe('an address that the service does not have', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

  test.each([
    '/api',
    '/api/',
    '/api/nope',
    '/api//quotes',
    '/api/quotes/deeper',
    '/api/quotes//',
    '/api/quotes%2f',
    '/api/quotes%00',
    '/api/auth',
    '/api/auth/nope',
    '/api/orders/a/b',
    '/api/market/quote',
    '/api/market/quote/',
    '/api/market/quote/..%2fstatus',
    '/api/market/quote/%00',
    '/api/market/quote/%',
    '/api/../api/nope',
    '/api/v1/external-signals',
    '/hooks',
    '/hooks/nope',
    '/hooks//trades',
    '/hooks/trades/more',
    '/hooks/trades%00',
    '/ws/nope',
    '/WS/Nope',
  ])('is 404 in JSON for everybody and each method: %s', async (address) => {
    for (const method of METHODS) {
      const { status, type, text } = await ask(method, address);
      expect([method, status, type]).toEqual([method, 404, 'application/json; charset=utf-8']);
      if (method !== 'HEAD') expect(JSON.parse(text)).toMatchObject({ success: false, code: 'NOT_FOUND' });
    }
  });

  test('is one with another method, too', async () => {
    expect((await ask('DELETE', '/api/portfolio')).status).toBe(404);
    expect((await ask('GET', '/hooks/trades')).status).toBe(404);
    expect((await ask('POST', '/ws/stats')).status).toBe(404);
  });

  test('is none that is declared: without a session or a signature each of those says what it lacks', async () => {
    for (const [name, { access }] of Object.entries(ROUTE_SHAPES)) {
      if (access === 'anyone') continue;
      const [method = '', pattern = ''] = name.split(' ');
      const { status } = await ask(method, pattern.replace(/:\w+/g, 'AAPL'), 'application/json');
      expect([name, status]).not.toEqual([name, 404]);
    }
  });
});
