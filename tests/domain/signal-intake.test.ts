import { expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createSignalIntake } from '../../src/domain/signals/intake.ts';
import type { SentSignal } from '../../src/domain/signals/signal.ts';
import type { SymbolCheck } from '../../src/domain/signals/symbol-check.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { signalSchema } from '../../src/protocol/signals.ts';
import { createManualClock } from '../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T15:00:00Z');
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An intake whose look-ups are answered by hand, in the order in which they were asked for. */
function start() {
  const clock = createManualClock(NOW);
  const committed: SentSignal[] = [];
  const lookUps: PromiseWithResolvers<TradecastError | undefined>[] = [];
  const checkSymbol: SymbolCheck = () => {
    const lookUp = Promise.withResolvers<TradecastError | undefined>();
    lookUps.push(lookUp);
    return lookUp.promise;
  };
  const intake = createSignalIntake({
    signalLog: {
      async append(signals) {
        committed.push(...signals);
        return { outcomes: signals.map(({ refusal }) => refusal ?? { duplicate: false }), appended: [] };
      },
    },
    bus: createLocalBus(silentLog),
    checkSymbol,
    clock,
  });
  const send = (id: string, of: object = {}) => {
    const timestamp = new Date(NOW).toISOString();
    const body = { id, symbol: 'AAPL', action: 'buy', premium: false, source: 'momentum', timestamp, ...of };
    return intake.accept({ body: signalSchema.parse(body), digest: id });
  };
  return { clock, send, lookUps, ids: () => committed.map(({ body }) => body.id), committed };
}

test('signals of one source and symbol keep their order, also where only the look-up of the first is slow', async () => {
  const { clock, send, lookUps, ids, committed } = start();
  const first = send('first');
  clock.advance(10);
  const second = send('second');
  lookUps[1]!.resolve(undefined);
  await settled();
  expect(ids()).toEqual([]);
  clock.advance(300);
  lookUps[0]!.resolve(undefined);
  expect(await Promise.all([first, second])).toEqual([{ duplicate: false }, { duplicate: false }]);
  expect(ids()).toEqual(['first', 'second']);
  expect(committed.map(({ receivedAt }) => receivedAt - NOW)).toEqual([0, 10]);
});

test('another source or symbol does not wait for a slow look-up, nor does one that comes after it has ended', async () => {
  const { send, lookUps, ids } = start();
  const slow = send('slow');
  const others = [send('symbol', { symbol: 'MSFT' }), send('source', { source: 'reversal' })];
  for (const lookUp of lookUps.slice(1)) lookUp.resolve(undefined);
  await Promise.all(others);
  expect(ids()).toEqual(['symbol', 'source']);
  lookUps[0]!.resolve(undefined);
  await slow;
  const later = send('later');
  lookUps[3]!.resolve(undefined);
  await later;
  expect(ids().slice(2)).toEqual(['slow', 'later']);
});

test('two revisions of one signal keep their order, also where they name different symbols', async () => {
  const { send, lookUps, committed } = start();
  const sent = [send('one'), send('one', { revision: 2, symbol: 'MSFT' })];
  lookUps[1]!.resolve(undefined);
  await settled();
  expect(committed).toEqual([]);
  lookUps[0]!.resolve(undefined);
  await Promise.all(sent);
  expect(committed.map(({ body }) => body.revision)).toEqual([1, 2]);
});

test('a signal that is refused, and one whose look-up fails, leave the others in their order', async () => {
  const { send, lookUps, ids } = start();
  const sent = ['one', 'two', 'three', 'four'].map((id) => send(id));
  const answers = Promise.allSettled(sent);
  lookUps[3]!.resolve(undefined);
  lookUps[2]!.reject(new Error('a fault of ours'));
  lookUps[1]!.resolve(new TradecastError('UNKNOWN_SYMBOL', 'no'));
  await settled();
  expect(ids()).toEqual([]);
  lookUps[0]!.resolve(undefined);
  expect((await answers).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(ids()).toEqual(['one', 'two', 'four']);
});
