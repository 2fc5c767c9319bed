import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { publisherChecks, UNDRAINED } from '../../drill/drills/rolling.ts';
import { environmentOf } from '../../drill/support/environment.ts';
import { createLedger, type Ledger } from '../../drill/support/ledger.ts';
import type { Seams } from '../../drill/support/seams.ts';
import { createSender, type Sender } from '../../drill/support/sender.ts';
import { createSlot, type Slot } from '../../drill/support/slot.ts';
import type { ClientSocket } from '../../rig/clients/ask.ts';
import { tradeHook } from '../../rig/clients/hooks.ts';
import { createHttpClient, registerUser } from '../../rig/clients/http-client.ts';
import { collect, connected, openSocket } from '../../rig/clients/stock-client.ts';
import { prepareDataDir } from '../../rig/database/database.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { createRandom } from '../../rig/random.ts';
import { until } from '../../rig/wait.ts';

/** Longer than a busy machine needs to send a request. */
const DRAIN_SECONDS = 6;
const CLIENTS = 4;

let folder: string;
let slot: Slot;
let ledger: Ledger;
let sockets: ClientSocket[];
afterEach(async () => {
  for (const socket of sockets) socket.disconnect();
  if (slot.isRunning) await slot.kill();
  ledger.close();
  removeFolder(folder);
});

/** The server of the drills as it runs in the rolling restart, with clients, and a hook that is under way. */
async function start({ seams, bodyMs }: { seams: Seams; bodyMs: number }) {
  folder = createFolder();
  await prepareDataDir(folder);
  const env = { ...environmentOf(folder), DRAIN_SECONDS: String(DRAIN_SECONDS) };
  const market = { symbols: ['AAPL'], perSecond: 1 };
  slot = await createSlot({ index: 0, env, seams: { market, ...seams } });
  await slot.start();
  const { url, port } = slot.replica;
  const { id: userId, sessionID } = await registerUser(createHttpClient(url));
  sockets = Array.from({ length: CLIENTS }, () => openSocket(url, { auth: { sessionID } }));
  await Promise.all(sockets.map(connected));
  const notices = sockets.map((socket) => collect(socket, 'server:shutdown'));
  const ends = sockets.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve)));
  ledger = createLedger(path.join(folder, 'ledger'));
  const sender = createSender({
    ...{ ledger, bodyMs, keepAlive: false, answerMs: STEP_MS },
    random: createRandom(1),
    targets: () => [{ port, name: '' }],
  });
  const sending = sendTrade(sender, userId);
  return { notices: () => notices.flat().length, ends: Promise.all(ends), sender, sending };
}

const sendTrade = (sender: Sender, userId: string): Promise<void> =>
  sender.send({ kind: 'trade', key: 't1', userId, route: '/hooks/trades', body: tradeHook(userId, 't1') });
const failed = (sender: Sender): string[] =>
  publisherChecks([sender.failures()])
    .filter(({ ok }) => !ok)
    .map(({ what }) => what);

describe('SIGTERM', () => {
  test('without the drain cuts every connection with no notice, and the check of the drill fails by it', async () => {
    // The request never ends: only the end of the process cuts it.
    const { notices, ends, sender, sending } = await start({ seams: UNDRAINED, bodyMs: 3_600_000 });
    expect(await slot.stop()).toBe(0);
    await ends;
    expect(notices()).toBe(0);
    await until(() => sender.failures().cutOff > 0, 'the request is cut');
    sender.giveUpAt(0);
    await sending;
    expect(failed(sender)).toEqual(['requests without an answer']);
    expect(ledger.open()).toBe(1);
  });

  test('with the drain announces itself to each of them and answers what is under way: the check passes', async () => {
    const { notices, ends, sender, sending } = await start({ seams: {}, bodyMs: 300 });
    expect(await slot.stop()).toBe(0);
    await Promise.all([ends, sending]);
    expect(notices()).toBe(CLIENTS);
    expect(failed(sender)).toEqual([]);
    expect(ledger.open()).toBe(0);
  });
});
