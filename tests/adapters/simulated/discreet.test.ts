import { expect, test } from '@jest/globals';
import { createSimulatedDiscreet } from '../../../src/adapters/simulated/discreet.ts';
import { createSimulatedOptions } from '../../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../../src/adapters/simulated/turns.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T18:00:00Z');

test('the simulated market tells bid and ask of a stock and of a contract by request, as its chain has them', async () => {
  const clock = createManualClock(NOW);
  const parts = { clock, seed: 7, turns: createTurns() };
  const questions = createSimulatedDiscreet(parts);
  const stock = await questions.lastQuote('GE');
  expect(stock!.ask).toBeGreaterThan(stock!.bid);
  expect(stock!.time).toBe(NOW);
  const { chains } = createSimulatedOptions({ ...parts, updatesPerSecond: 1 });
  const [first] = await chains.expirations('AAPL');
  const { contracts } = await chains.chain({ underlying: 'AAPL', expiry: first!.expiry });
  const quoted = contracts.find(({ bid }) => bid !== undefined)!;
  expect(await questions.lastQuote(quoted.symbol)).toEqual({ bid: quoted.bid, ask: quoted.ask, time: NOW });
  expect(await questions.exists(quoted.symbol)).toBe(true);
  expect(await questions.exists('O:AAPL260116C00000001')).toBe(false);
  expect(await questions.exists('NOPE')).toBe(false);
  await expect(questions.lastQuote('NOPE')).rejects.toMatchObject({ code: 'UNKNOWN_SYMBOL' });
});
