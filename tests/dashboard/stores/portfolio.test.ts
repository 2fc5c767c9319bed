/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createPortfolioStore } from '../../../dashboard/src/stores/portfolio.ts';
import { PORTFOLIO } from '../support/fixtures.ts';
import { manualFrames } from '../support/frames.ts';
import { manualTimers } from '../support/timers.ts';

test('positions that did not change keep their object', () => {
  const { frame, pass } = manualFrames();
  const portfolio = createPortfolioStore({ frame, timers: manualTimers() });
  const [position] = PORTFOLIO.positions;
  const other = { ...position!, symbol: 'MSFT' };
  portfolio.push({ ...PORTFOLIO, positions: [position!, other] });
  pass();
  const before = portfolio.getState().portfolio?.positions;
  portfolio.push({ ...PORTFOLIO, positions: [{ ...position! }, { ...other, price: 1 }] });
  pass();
  const after = portfolio.getState().portfolio?.positions;
  expect(after?.[0]).toBe(before?.[0]);
  expect(after?.[1]).not.toBe(before?.[1]);
});
