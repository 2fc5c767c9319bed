import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { HOOK_SECRET, OPERATOR_SECRET } from '../../rig/secrets.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { until } from '../../rig/wait.ts';
import {
  banHookSchema,
  discordLinkHookSchema,
  haltHookSchema,
  orderHookSchema,
  portfolioHookSchema,
  positionHookSchema,
  roleHookSchema,
  tierHookSchema,
  tradeHookSchema,
} from '../../src/protocol/hooks.ts';
import { showQuote } from '../support/http-quote.ts';
import { section } from '../support/markdown.ts';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '../..');

let app: TestApp;
let ada: SignedIn;
let folder: string;
const page = readFileSync(path.join(repository, 'docs/hooks.md'), 'utf8');
beforeAll(async () => {
  app = await startApp({ market: createScriptedMarket(['AAPL', 'TSLA', 'GONE']) });
  ada = await app.signUp();
  folder = await mkdtemp(path.join(tmpdir(), 'hook-examples-'));
  for (const [name, language] of [
    ['report-trade.sh', 'bash'],
    ['place-order.mjs', 'js'],
    ['bot.py', 'python'],
  ] as const) {
    const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1];
    await writeFile(path.join(folder, name), block ?? '');
    expect([name, page.includes(`\`${name}\``), block]).toEqual([name, true, expect.any(String)]);
  }
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** A block as it is pasted into a shell, in the environment of a first `npm start`. */
async function paste(block: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await run('sh', ['-c', block], {
    env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, HOME: folder, ...env },
    timeout: STEP_MS,
  });
  return stdout;
}

/** Runs an example as a reader of the page would and returns what it printed. */
async function example(command: string, file: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(command, [path.join(folder, file)], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TRADECAST_URL: app.url,
      HOOK_SECRET,
      USER_ID: ada.user.id,
      PYTHONPATH: path.join(repository, 'tests/support/python'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
    },
    timeout: STEP_MS,
  });
  return stdout;
}

/** Shares of a symbol that has a market at the time. */
async function holdShares(who: SignedIn, symbol: string, quantity: number): Promise<void> {
  await showQuote(app, who, symbol, 20);
  const order = { clientOrderId: `hold-${symbol}`, symbol, side: 'buy', type: 'market', quantity };
  expect(await app.request('POST', '/api/orders', { cookie: who.cookie, body: order })).toMatchObject({
    status: 201,
  });
  await until(
    async () => (await journal(who)).some(({ event }) => event === 'trade:executed'),
    'the shares are held',
  );
}

interface Entry {
  event: string;
  payload: object;
}
async function journal(who = ada): Promise<Entry[]> {
  const answer = await app.request('GET', '/api/trades', { cookie: who.cookie });
  return (answer.body.data as unknown as { events: Entry[] }).events;
}

describe('the bodies on docs/hooks.md', () => {
  test.each([
    ['Report a trade', tradeHookSchema, 2],
    ['Report a portfolio', portfolioHookSchema, 1],
    ['Place an order', orderHookSchema, 1],
    ['Link a Discord account', discordLinkHookSchema, 1],
    ['Halt trading', haltHookSchema, 2],
    ['Ban a user', banHookSchema, 1],
    ['Make an administrator', roleHookSchema, 1],
    ['Set a tier', tierHookSchema, 1],
  ] as const)('are what the service accepts: %s', (heading, schema, count) => {
    const blocks = [...section(page, heading).matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) => text!);
    const bodies = blocks.filter((text) => !text.includes('"success"'));
    expect(bodies).toHaveLength(count);
    for (const body of bodies) schema.parse(JSON.parse(body));
  });
});

describe('the examples of docs/hooks.md', () => {
  test('the body and the command that close a position are what the service accepts', async () => {
    const text = section(page, 'Close a position');
    const [body, answered] = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json]) =>
      JSON.parse(json!),
    );
    positionHookSchema.parse(body);
    const holder = await app.signUp();
    await holdShares(holder, 'GONE', 100);
    const [, block] = /^```sh\n(.*?)^```$/ms.exec(text) ?? [];
    const env = { TRADECAST_URL: app.url, OPERATOR_SECRET, USER_ID: holder.user.id };
    expect(JSON.parse(await paste(block!, env))).toEqual(answered);
    expect(await journal(holder)).toContainEqual({
      event: 'position:adjusted',
      payload: expect.objectContaining({ symbol: 'GONE', reason: 'operator', quantityAfter: 0, cash: 35 }),
    });
  });

  test('curl reports a trade, and the same event once', async () => {
    const before = (await journal()).length;
    const first = JSON.parse(await example('bash', 'report-trade.sh', { EVENT_ID: 'curl-1' }));
    expect(first).toEqual({ success: true, data: { seq: before + 1, skipped: [], duplicate: false } });
    const again = JSON.parse(await example('bash', 'report-trade.sh', { EVENT_ID: 'curl-1' }));
    expect(again).toEqual({ success: true, data: { seq: before + 1, skipped: [], duplicate: true } });
    expect(await journal()).toHaveLength(before + 1);
    expect((await journal()).at(-1)).toMatchObject({
      event: 'trade:executed',
      payload: { id: 'curl-1', symbol: 'AAPL', quantity: 10, price: 187.5, source: 'external' },
    });
  });

  test('the first signal is sent with the secret that the service made for itself, and listed', async () => {
    const first = await startApp({ env: { SIGNAL_SECRETS: '' } });
    try {
      const reader = await first.signUp();
      const [, block] = /^```sh\n(.*?)^```$/ms.exec(section(page, 'Your first signal')) ?? [];
      const answer = await paste(block!, { PORT: String(first.port), DATA_DIR: first.dataDir });
      expect(JSON.parse(answer)).toEqual({ success: true, data: { duplicate: false } });
      const listed = await first.request('GET', '/api/signals', { cookie: reader.cookie });
      expect(listed.body.data).toMatchObject({
        signals: [{ source: 'demo', symbol: 'AAPL', text: 'My first signal', stream: 'free' }],
      });
    } finally {
      await first.close();
    }
  });

  test('Node places an order here, and the same event once', async () => {
    await showQuote(app, ada, 'AAPL', 187.5);
    const first = JSON.parse(await example(process.execPath, 'place-order.mjs', { EVENT_ID: 'node-1' }));
    expect(first).toEqual({ success: true, data: { orderId: expect.any(String), duplicate: false } });
    const again = JSON.parse(await example(process.execPath, 'place-order.mjs', { EVENT_ID: 'node-1' }));
    expect(again).toEqual({ success: true, data: { orderId: first.data.orderId, duplicate: true } });
    const orders = await app.request('GET', '/api/orders', { cookie: ada.cookie });
    expect(orders.body.data).toMatchObject([
      { id: first.data.orderId, clientOrderId: 'hook:node-1', quantity: 10 },
    ]);
  });

  test('the Discord bot links an account, reports its trades and passes on refusals', async () => {
    const issued = await app.request('POST', '/api/account/discord-link', { cookie: ada.cookie });
    const { code } = issued.body.data as unknown as { code: string };
    const trade = { symbol: 'TSLA', side: 'sell', quantity: 1.5, price: 244.1 };
    const commands = [
      { name: 'reported', id: 1, user: 234567890, options: trade },
      { name: 'link', id: 2, user: 234567890, options: { code: code.toLowerCase() } },
      { name: 'link', id: 3, user: 234567890, options: { code } },
      { name: 'reported', id: 4, user: 234567890, options: trade },
      { name: 'reported', id: 5, user: 234567890, options: { ...trade, quantity: 0 } },
    ];
    const said = await example('python3', 'bot.py', {
      DISCORD_TOKEN: 'a token',
      DISCORD_COMMANDS: JSON.stringify(commands),
    });
    expect(
      said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      'No such user, or no user linked to this Discord account.',
      'Linked.',
      'The code is unknown or has expired. Ask for a new one.',
      'Reported.',
      expect.stringContaining('quantity'),
    ]);
    expect(await journal()).toContainEqual({
      event: 'trade:executed',
      payload: expect.objectContaining({
        id: 'discord-4',
        symbol: 'TSLA',
        side: 'sell',
        quantity: 1.5,
        price: 244.1,
      }),
    });
  });
});
