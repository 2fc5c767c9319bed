import { expect, test } from '@jest/globals';
import { createMassiveDiscreet } from '../../../src/adapters/massive/discreet.ts';
import { RestError } from '../../../src/adapters/massive/rest.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = Date.parse('2026-01-02T18:00:00Z');
const CONTRACT = 'O:BRKB260116C00500000';
const details = { ticker: CONTRACT, contract_type: 'call', underlying_ticker: 'BRK.B' };
const ANSWERS: Readonly<Record<string, Record<string, unknown>>> = {
  '/v2/snapshot/locale/us/markets/stocks/tickers/AAPL': {
    ticker: { lastQuote: { p: 99.5, P: 100.5, t: NOW * 1e6 } },
  },
  '/v2/snapshot/locale/us/markets/stocks/tickers/MSFT': { ticker: {} },
  '/v3/reference/tickers AAPL': { results: [{ ticker: 'AAPL' }] },
  '/v3/reference/tickers NOPE': { results: [] },
  [`/v3/reference/options/contracts/${encodeURIComponent(CONTRACT)}`]: { results: details },
  [`/v3/snapshot/options/BRK.B/${encodeURIComponent(CONTRACT)}`]: {
    results: { details, last_quote: { bid: 4.9, ask: 5.1, last_updated: NOW * 1e6 } },
  },
};

function start() {
  const asked: string[] = [];
  const questions = createMassiveDiscreet({
    clock: createManualClock(NOW),
    rest: {
      async once(path, { ticker } = {}) {
        const name = ticker === undefined ? path : `${path} ${ticker}`;
        asked.push(name);
        const answer = ANSWERS[name];
        if (!answer)
          throw new RestError(path.includes('AWAY') ? 500 : path.includes('PLAN') ? 403 : 404, path);
        return answer;
      },
    },
  });
  return { asked, questions };
}

test('bid and ask of a stock and of a contract, by the underlying that the reference names, each question anew', async () => {
  const { asked, questions } = start();
  for (let time = 0; time < 2; time++) {
    expect(await questions.lastQuote('AAPL')).toEqual({ bid: 99.5, ask: 100.5, time: NOW });
    expect(await questions.lastQuote(CONTRACT)).toEqual({ bid: 4.9, ask: 5.1, time: NOW });
  }
  expect(asked.filter((path) => path.startsWith('/v2'))).toHaveLength(2);
  expect(asked.filter((path) => path.startsWith('/v3/snapshot'))).toHaveLength(2);
  expect(await questions.lastQuote('MSFT')).toBeUndefined();
});

test('whether a stock or a contract exists, and why it cannot be said', async () => {
  const { questions } = start();
  const exist = [];
  for (const symbol of ['AAPL', 'NOPE', CONTRACT, 'O:BRKB260116C00510000'])
    exist.push(await questions.exists(symbol));
  expect(exist).toEqual([true, false, true, false]);
  await expect(questions.lastQuote('AWAY')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(questions.lastQuote('PLAN')).rejects.toMatchObject({ code: 'NOT_IN_PLAN' });
});
