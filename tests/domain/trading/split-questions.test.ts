import { beforeEach, expect, test } from '@jest/globals';
import { createTestClock, type TestClock } from '../../../rig/clock.ts';
import type { SplitCalendar } from '../../../src/domain/market/splits.ts';
import { createSplitQuestions, type SplitQuestions } from '../../../src/domain/trading/split-questions.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';

let clock: TestClock;
let today: string;
let calendar: SplitCalendar['splits'];
let asked: string[];
let warnings: unknown[];
let answered: string[];
let questions: SplitQuestions;
beforeEach(() => {
  clock = createTestClock();
  today = '2026-01-05';
  calendar = async () => [];
  asked = [];
  warnings = [];
  answered = [];
  questions = createSplitQuestions({
    calendar: {
      splits(symbol, from, to) {
        asked.push(symbol);
        return calendar(symbol, from, to);
      },
    },
    market: { today: () => today, symbols: () => new Set(['AAPL', 'MSFT']) },
    known: { add: () => {} },
    isRecording: false,
    onAnswer: (symbol) => void answered.push(symbol),
    clock,
    log: {
      ...{ debug: () => {}, info: () => {}, error: () => {} },
      warn: (_, message) => void warnings.push(message),
    },
  });
});
const ask = (): Promise<void> => questions.ask(() => true);

test('a share that an order waits for is asked for before those that are only watched', async () => {
  expect(questions.want('TSLA')).toBe(true);
  expect(questions.want('TSLA')).toBe(false);
  await ask();
  expect(asked).toEqual(['TSLA', 'AAPL', 'MSFT']);
});

test('one that is wanted while others are asked for comes next', async () => {
  calendar = async (symbol) => {
    if (symbol === 'AAPL') questions.want('TSLA');
    return [];
  };
  await ask();
  expect(asked).toEqual(['AAPL', 'TSLA', 'MSFT']);
});

test('an answer is one of its day', async () => {
  expect(questions.isAnswered('AAPL')).toBe(false);
  await ask();
  expect(answered).toEqual(['AAPL', 'MSFT']);
  expect(questions.isAnswered('AAPL')).toBe(true);
  today = '2026-01-06';
  expect(questions.isAnswered('AAPL')).toBe(false);
});

test('an error is no answer, and is asked about again after a minute', async () => {
  calendar = () => Promise.reject(new Error('504'));
  await ask();
  expect(warnings).toContain('the splits of a share are not known: its orders wait');
  expect(questions.isAnswered('AAPL')).toBe(false);
  expect(questions.unknown()).toBe(2);
  calendar = async () => [];
  await ask();
  expect(asked).toHaveLength(2);
  clock.advance(60_000);
  await ask();
  expect(questions.isAnswered('AAPL')).toBe(true);
  expect(questions.unknown()).toBe(0);
});

test('an account whose plan has no splits trades without them, and the log says so once', async () => {
  calendar = () => Promise.reject(new TradecastError('NOT_IN_PLAN', 'The plan does not include this.'));
  await ask();
  expect(questions.isAnswered('AAPL')).toBe(true);
  expect(warnings).toEqual(['the plan of the market data has no splits: shares count as not split']);
});

test('contracts wait for no answer, and a new term forgets all of them', async () => {
  await ask();
  questions.clear();
  expect(questions.isAnswered('AAPL')).toBe(false);
  expect(questions.isAnswered('O:AAPL281215C00150000')).toBe(true);
});
