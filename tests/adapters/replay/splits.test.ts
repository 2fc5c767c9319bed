import { expect, test } from '@jest/globals';
import { createReplaySplits } from '../../../src/adapters/replay/splits.ts';

const FACTORS = 'tests/fixtures/lean/equity/usa/factor_files';

test('factor files tell the splits of their share, each on the trading day after its factor', async () => {
  const calendar = createReplaySplits(FACTORS);
  expect(await calendar.splits('AAPL', '2000-01-01', '2021-01-01')).toEqual([
    { symbol: 'AAPL', day: '2000-06-21', from: 1, to: 2 },
    { symbol: 'AAPL', day: '2005-02-28', from: 1, to: 2 },
    { symbol: 'AAPL', day: '2014-06-09', from: 1, to: 7 },
    { symbol: 'AAPL', day: '2020-08-31', from: 1, to: 4 },
  ]);
  expect(await calendar.splits('AAPL', '2014-06-09', '2014-06-09')).toHaveLength(1);
});

test('a share without a file, and a replay without a folder, have none', async () => {
  expect(await createReplaySplits(FACTORS).splits('NONE', '2000-01-01', '2021-01-01')).toEqual([]);
  expect(await createReplaySplits(null).splits('AAPL', '2000-01-01', '2021-01-01')).toEqual([]);
});
