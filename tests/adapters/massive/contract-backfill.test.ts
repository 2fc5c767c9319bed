import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createContractBackfill } from '../../../src/adapters/massive/contract-backfill.ts';
import { RestError } from '../../../src/adapters/massive/rest.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const CALL = 'O:SPY281215C00600000';

test('chains are asked for by one refresh at a time, however long upstream takes', async () => {
  const clock = createManualClock('2026-01-15T15:00:00Z');
  const waiting: (() => void)[] = [];
  let chains = 0;
  const backfill = createContractBackfill({
    rest: {
      async get(path) {
        if (path.startsWith('/v3/reference/')) return { results: { underlying_ticker: 'SPY' } };
        chains += 1;
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { results: [] };
      },
    },
    clock,
    log: silentLog,
    onEvent: () => {},
    isFlowing: () => true,
    quoted: () => new Set(),
  });
  const answer = async (): Promise<void> => {
    for (const resolve of waiting.splice(0)) resolve();
    await nextTurn();
  };
  backfill.add(CALL);
  clock.advance(50);
  await nextTurn();
  await answer();
  expect(chains).toBe(1);
  for (let minute = 0; minute < 5; minute++) {
    clock.advance(60_000);
    await nextTurn();
  }
  expect(chains).toBe(2);
  await answer();
  clock.advance(60_000);
  await nextTurn();
  expect(chains).toBe(3);
  backfill.stop();
  await answer();
});

test.each([
  ['the next one names it', ['O:BRKB281215C00000500', 'O:BRKB281215C00600000'], 'BRK.B'],
  ['the root counts where none is known', ['O:BRKB281215C00000500', 'O:BRKB281215C00000600'], 'BRKB'],
])(
  'of contracts of which upstream does not know the first, %s as the underlying',
  async (_how, symbols, underlying) => {
    const clock = createManualClock('2026-01-15T15:00:00Z');
    const asked: string[] = [];
    const events: string[] = [];
    const backfill = createContractBackfill({
      rest: {
        async get(path) {
          asked.push(decodeURIComponent(path));
          if (path.startsWith('/v3/snapshot/')) return { results: [{ details: { ticker: symbols[1] } }] };
          if (path.endsWith('C00600000')) return { results: { underlying_ticker: 'BRK.B' } };
          throw new RestError(404, 'not found');
        },
      },
      clock,
      log: silentLog,
      onEvent: ({ ev }) => void events.push(String(ev)),
      isFlowing: () => true,
      quoted: () => new Set(),
    });
    for (const symbol of symbols) backfill.add(symbol);
    clock.advance(50);
    await nextTurn();
    expect(asked.at(-1)).toBe(`/v3/snapshot/options/${underlying}`);
    expect(events).toEqual(['contract']);
    backfill.stop();
  },
);
