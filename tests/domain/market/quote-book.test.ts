import { describe, expect, test } from '@jest/globals';
import { quoteToPayload } from '../../../src/domain/market/quote.ts';
import { createQuoteBook } from '../../../src/domain/market/quote-book.ts';
import { MAX_SYMBOLS } from '../../../src/domain/market/quote-entries.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { quoteIn } from '../../support/quote-in.ts';
import { bar, dayState, nbbo, trade } from '../../support/ticks.ts';

const DAY = '2026-06-15';
const NEXT_DAY = '2026-06-16';
/** Milliseconds since epoch of a New York time on a day. */
const at = (time: string, day = DAY): number => {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return newYorkTime(day, hour * 60 + minute) + second * 1_000;
};
const create = () => createQuoteBook();
const live = (): 'live' => 'live';

describe('regular trades', () => {
  test('set last, open, high, low and volume', () => {
    const book = create();
    book.trade(trade({ price: 100, size: 200, sourceTime: at('09:30') }));
    book.trade(trade({ price: 103, size: 50, sourceTime: at('09:31') }));
    book.trade(trade({ price: 99, size: 1, sourceTime: at('09:32') }));
    expect(quoteIn(book)).toMatchObject({
      price: 99,
      open: 100,
      high: 103,
      low: 99,
      volume: 251,
      sourceTime: at('09:32'),
      receivedAt: at('09:32') + 5,
      state: 'live',
    });
  });

  test('give the price its time, which neither a quote nor a previous close moves', () => {
    const book = create();
    book.day(dayState({ previousClose: 99, sourceTime: at('10:00:01') }));
    expect(quoteIn(book)).not.toHaveProperty('priceTime');
    book.trade(trade({ price: 100, sourceTime: at('10:00:02') }));
    book.nbbo(nbbo({ bid: 98, ask: 99, sourceTime: at('10:00:05') }));
    book.day(dayState({ previousClose: 99.5, sourceTime: at('10:00:06') }));
    expect(quoteIn(book)).toMatchObject({
      price: 100,
      priceTime: at('10:00:02'),
      sourceTime: at('10:00:06'),
    });
  });

  test('that arrive late count for volume, high and low but do not move the last price back', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00:02') }));
    book.trade(trade({ price: 105, sourceTime: at('10:00:01') }));
    expect(quoteIn(book)).toMatchObject({
      price: 100,
      high: 105,
      volume: 200,
      sourceTime: at('10:00:02'),
    });
  });
});

describe('sale conditions', () => {
  test.each([
    ['odd lot', [37], { price: 100, high: 100, low: 100, volume: 150 }],
    ['average price', [2], { price: 100, high: 100, low: 100, volume: 150 }],
    ['derivatively priced', [10], { price: 100, high: 120, low: 100, volume: 150 }],
    ['sold out of sequence', [33], { price: 100, high: 120, low: 100, volume: 150 }],
    ['prior reference price', [22], { price: 100, high: 120, low: 100, volume: 150 }],
    ['contingent', [52], { price: 100, high: 100, low: 100, volume: 150 }],
    ['market centre official open', [16], { price: 100, high: 100, low: 100, volume: 100 }],
    ['intermarket sweep', [14, 41], { price: 120, high: 120, low: 100, volume: 150 }],
    ['sweep in an odd lot', [14, 37, 41], { price: 100, high: 100, low: 100, volume: 150 }],
    ['Form T', [12], { price: 100, high: 100, low: 100, volume: 150 }],
    ['one nobody has told us of', [77], { price: 100, high: 100, low: 100, volume: 150 }],
  ])('%s moves only what it may', (_name, conditions, expected) => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00:00') }));
    book.trade(trade({ price: 120, size: 50, conditions, sourceTime: at('10:00:01') }));
    expect(quoteIn(book)).toMatchObject(expected);
  });

  test('Form T moves the price before the open, but neither high nor open, and no longer once the day has a price', () => {
    const book = create();
    book.day(dayState({ previousClose: 95, sourceTime: at('04:00') }));
    book.trade(trade({ price: 97, conditions: [12], sourceTime: at('08:00') }));
    expect(quoteIn(book)).toMatchObject({
      price: 97,
      open: undefined,
      high: undefined,
      volume: 100,
    });
    book.trade(trade({ price: 98, sourceTime: at('09:30') }));
    book.trade(trade({ price: 120, conditions: [12], sourceTime: at('16:30') }));
    expect(quoteIn(book)).toMatchObject({ price: 98, open: 98, high: 98, previousClose: 95 });
  });
});

describe('the closing price', () => {
  test('is that of the largest closing auction, and later trades no longer move it', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('15:59:59') }));
    book.trade(trade({ price: 101, size: 900, conditions: [8, 41], sourceTime: at('16:00:01') }));
    book.trade(trade({ price: 102, size: 90_000, conditions: [15], sourceTime: at('16:00:02') }));
    book.trade(trade({ price: 103, size: 300, conditions: [15], sourceTime: at('16:00:05') }));
    book.trade(trade({ price: 104, sourceTime: at('16:01') }));
    expect(quoteIn(book)?.price).toBe(102);
  });

  test('can be corrected', () => {
    const book = create();
    book.trade(trade({ price: 102, size: 90_000, conditions: [8], sourceTime: at('16:00:02') }));
    book.trade(trade({ price: 102.5, size: 0, conditions: [38], sourceTime: at('16:20') }));
    expect(quoteIn(book)?.price).toBe(102.5);
  });

  test('is not taken from a print in the middle of the session', () => {
    const book = create();
    book.trade(trade({ price: 90, size: 90_000, conditions: [15], sourceTime: at('11:00') }));
    book.trade(trade({ price: 100, sourceTime: at('11:01') }));
    expect(quoteIn(book)?.price).toBe(100);
  });
});

describe('a new New York day', () => {
  test('makes the close the previous close and starts the day over', () => {
    const book = create();
    book.trade(trade({ price: 100, size: 700, sourceTime: at('15:59') }));
    book.trade(trade({ price: 101, size: 5_000, conditions: [8], sourceTime: at('16:00:01') }));
    book.trade(trade({ price: 110, conditions: [12], sourceTime: at('04:05', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({
      previousClose: 101,
      price: 110,
      volume: 100,
      open: undefined,
      high: undefined,
      low: undefined,
    });
  });

  test('begins at midnight in New York, not in UTC', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('15:00') }));
    book.trade(trade({ price: 101, sourceTime: at('19:59') })); // 23:59 UTC
    book.trade(trade({ price: 102, sourceTime: at('20:30') })); // 00:30 UTC of the next day
    expect(quoteIn(book)).toMatchObject({ volume: 300, previousClose: undefined });
  });

  test('keeps the previous close of a symbol that did not trade', () => {
    const book = create();
    book.day(dayState({ previousClose: 50, sourceTime: at('09:00') }));
    expect(quoteIn(book)).not.toHaveProperty('priceTime');
    book.day(dayState({ bid: 49, ask: 51, sourceTime: at('09:00', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({ previousClose: 50, price: 50 });
  });

  test('refuses trades of the day before', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00', NEXT_DAY) }));
    expect(book.trade(trade({ price: 50, sourceTime: at('10:00') }))).toBe(false);
    expect(quoteIn(book)).toMatchObject({ price: 100, volume: 100 });
  });
});

describe('a day by the calendar', () => {
  const LATE = at('23:59:59');
  const onClock = () => {
    const clock = { now: at('15:59') };
    return { clock, book: createQuoteBook({ now: () => clock.now }) };
  };

  test('ends for every symbol, and the next one begins with a change of zero', () => {
    const { clock, book } = onClock();
    book.day(
      dayState({
        previousClose: 200,
        open: 112,
        high: 115,
        low: 109,
        volume: 5_000,
        sourceTime: at('10:00'),
      }),
    );
    book.trade(trade({ price: 111, sourceTime: at('15:58') }));
    book.trade(trade({ symbol: 'MSFT', price: 400, sourceTime: at('15:58') }));
    clock.now = LATE;
    expect(quoteIn(book)).toMatchObject({
      day: DAY,
      previousClose: 200,
      open: 112,
      high: 115,
      volume: 5_100,
    });
    clock.now = at('00:00', NEXT_DAY);
    const turned = book.takeChanged(live);
    expect(
      turned.map(({ symbol, day, price, previousClose }) => [symbol, day, price, previousClose]),
    ).toEqual([
      ['AAPL', NEXT_DAY, 111, 111],
      ['MSFT', NEXT_DAY, 400, 400],
    ]);
    expect(turned[0]).toMatchObject({ volume: 0, open: undefined, high: undefined, low: undefined });
    expect(quoteToPayload(turned[0]!)).toMatchObject({ change: 0, changePercent: 0, volume: 0 });
  });

  test('is measured from the close, else from the last price, until upstream says its own', () => {
    const { clock, book } = onClock();
    book.trade(trade({ price: 111, sourceTime: at('15:58') }));
    book.trade(trade({ price: 112, size: 9_000, conditions: [8], sourceTime: at('16:00:01') }));
    clock.now = at('00:00', NEXT_DAY);
    expect(quoteIn(book)).toMatchObject({ previousClose: 112 });
    book.day(dayState({ previousClose: 112.25, sourceTime: at('00:01', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({ previousClose: 112.25, price: 112 });
  });

  test('takes of a snapshot of the day before only where that day ended', () => {
    const { clock, book } = onClock();
    const friday = dayState({
      ...{ previousClose: 200, open: 112, high: 115, low: 109, volume: 5_000 },
      ...{ last: 111.5, sourceTime: at('19:59') },
    });
    clock.now = at('00:30', NEXT_DAY);
    book.day(friday);
    const begun = { day: NEXT_DAY, price: 111.5, previousClose: 111.5, volume: 0 };
    expect(quoteIn(book)).toMatchObject(begun);
    book.day(friday);
    expect(quoteIn(book)).toMatchObject(begun);
    expect(quoteIn(book)).not.toMatchObject({ high: expect.any(Number) });
  });

  test('of a recording ends with its newest tick, of whichever symbol', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('15:59') }));
    book.trade(trade({ symbol: 'MSFT', price: 400, sourceTime: at('04:00', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({ price: 100, previousClose: 100, volume: 0 });
    expect(quoteIn(book)).not.toHaveProperty('day');
  });
});

describe('upstream’s own numbers of the day', () => {
  const traded = () => {
    const book = create();
    book.trade(trade({ price: 100, size: 700, sourceTime: at('10:00:00') }));
    book.trade(trade({ price: 90, size: 50, sourceTime: at('10:00:01') }));
    return book;
  };

  test('win over our volume in both directions, with what was traded since on top', () => {
    const book = traded();
    book.trade(trade({ price: 100, size: 5, sourceTime: at('10:00:02') }));
    book.bar(bar({ start: at('10:00:01'), open: 90, high: 90, low: 90, close: 90, dayVolume: 600 }));
    expect(quoteIn(book)).toMatchObject({ volume: 605 });
    book.bar(bar({ start: at('10:00:02'), open: 100, high: 100, low: 100, close: 100, dayVolume: 2_000 }));
    expect(quoteIn(book)).toMatchObject({ volume: 2_000 });
    book.bar(bar({ start: at('10:00:00'), open: 100, high: 100, low: 100, close: 100, dayVolume: 700 }));
    expect(quoteIn(book)).toMatchObject({ volume: 2_000 });
  });

  test('have the trades of before in them, also those that arrive later', () => {
    const book = traded();
    book.day(dayState({ volume: 10_000, sourceTime: at('10:00:05') }));
    book.trade(trade({ price: 100, size: 40, sourceTime: at('10:00:04') }));
    book.trade(trade({ price: 100, size: 3, sourceTime: at('10:00:05') }));
    expect(quoteIn(book)).toMatchObject({ volume: 10_003 });
  });

  test('win over our high and low in both directions', () => {
    const book = traded();
    book.day(dayState({ high: 101, low: 99, sourceTime: at('10:00:03') }));
    expect(quoteIn(book)).toMatchObject({ high: 101, low: 99 });
    book.trade(trade({ price: 98, sourceTime: at('10:00:04') }));
    expect(quoteIn(book)).toMatchObject({ high: 101, low: 98 });
    book.day(dayState({ high: 100.5, low: 98.5, sourceTime: at('10:00:04') - 1 }));
    expect(quoteIn(book)).toMatchObject({ high: 100.5, low: 98 });
  });

  test('of fractions of shares add up without a trace of binary', () => {
    const book = create();
    for (let i = 0; i < 3; i++) book.trade(trade({ price: 100, size: 0.1, sourceTime: at('10:00') + i }));
    expect(quoteIn(book)?.volume).toBe(0.3);
  });
});

describe('a split', () => {
  const split = { symbol: 'AAPL', day: NEXT_DAY, from: 1, to: 4 };
  const held = () => {
    const clock = { now: at('15:59') };
    const book = createQuoteBook({ now: () => clock.now });
    book.day(dayState({ previousClose: 396, sourceTime: at('10:00') }));
    book.trade(trade({ price: 400, sourceTime: at('15:58') }));
    book.nbbo(nbbo({ bid: 399, ask: 401, sourceTime: at('15:58') }));
    return { clock, book };
  };

  test('tells prices of before it in shares of after it, from its day on, and orders wait until the books follow', () => {
    const { clock, book } = held();
    book.plan(split);
    expect(quoteIn(book)).toMatchObject({ price: 400, previousClose: 396, bid: 399 });
    clock.now = at('00:00', NEXT_DAY);
    const told = { day: NEXT_DAY, from: 1, to: 4 };
    expect(quoteIn(book)).toMatchObject({ price: 100, previousClose: 100, bid: undefined, halted: true });
    expect(quoteIn(book)?.split).toEqual(told);
    book.plan(split);
    book.adjusted('AAPL');
    expect(quoteIn(book)).toMatchObject({ price: 100, previousClose: 100 });
    expect(quoteIn(book)).not.toHaveProperty('halted');
    expect(quoteIn(book)?.split).toEqual({ ...told, applied: true });
    book.trade(trade({ price: 101, sourceTime: at('09:30', NEXT_DAY) }));
    expect(quoteToPayload(quoteIn(book)!)).toMatchObject({ change: 1, changePercent: 1 });
  });

  test('that is told late divides the previous close, and no price that was made after it', () => {
    const { clock, book } = held();
    clock.now = at('10:00', NEXT_DAY);
    book.day(dayState({ previousClose: 400, sourceTime: at('09:29', NEXT_DAY) }));
    book.trade(trade({ price: 101, sourceTime: at('09:30', NEXT_DAY) }));
    expect(quoteToPayload(quoteIn(book)!)).toMatchObject({ changePercent: -74.75 });
    book.plan(split);
    expect(quoteIn(book)).toMatchObject({ price: 101, previousClose: 100 });
    // A snapshot goes on to tell the close of before; what is asked for counts the split.
    book.day(dayState({ previousClose: 400, sourceTime: at('09:31', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({ previousClose: 100 });
    book.day(dayState({ previousClose: 100.25, isAdjusted: true, sourceTime: at('09:32', NEXT_DAY) }));
    book.day(dayState({ previousClose: 400, sourceTime: at('09:33', NEXT_DAY) }));
    expect(quoteIn(book)).toMatchObject({ previousClose: 100.25 });
  });
});

describe('repeated trades', () => {
  test('are told by their id, whatever their sequence number', () => {
    const book = create();
    const lit = { price: 100, exchange: 12, sourceTime: at('10:00') };
    expect(book.trade(trade({ ...lit, tradeId: '7', sequence: 50 }))).toBe(true);
    expect(book.trade(trade({ ...lit, tradeId: '8', sequence: 50 }))).toBe(true);
    expect(book.trade(trade({ ...lit, tradeId: '7', sequence: 51 }))).toBe(false);
    expect(book.trade(trade({ ...lit, tradeId: '7', sequence: 52, exchange: 11 }))).toBe(true);
    expect(book.trade(trade({ ...lit, tradeId: '9', sequence: 3 }))).toBe(true);
    expect(quoteIn(book)?.volume).toBe(400);
  });

  test('with a known sequence number count once', () => {
    const book = create();
    const first = trade({ price: 100, sequence: 7, sourceTime: at('10:00') });
    expect(book.trade(first)).toBe(true);
    book.trade(trade({ price: 101, sequence: 9, sourceTime: at('10:01') }));
    expect(book.trade({ ...first })).toBe(false);
    expect(book.trade(trade({ price: 102, sequence: 8, sourceTime: at('10:02') }))).toBe(true);
    expect(quoteIn(book)?.volume).toBe(300);
  });

  test('without one are told by id, exchange and reporting facility together', () => {
    const book = create();
    const off = { price: 100, sequence: 0, tradeId: '52', exchange: 4, sourceTime: at('10:00') };
    expect(book.trade(trade({ ...off, trf: 201 }))).toBe(true);
    expect(book.trade(trade({ ...off, trf: 202 }))).toBe(true);
    expect(book.trade(trade({ ...off, trf: 201 }))).toBe(false);
    expect(book.trade(trade({ ...off, trf: 0, exchange: 12 }))).toBe(true);
    expect(quoteIn(book)?.volume).toBe(300);
  });

  test('are told apart for each symbol', () => {
    const book = create();
    expect(book.trade(trade({ price: 100, sequence: 7, sourceTime: at('10:00') }))).toBe(true);
    expect(book.trade(trade({ symbol: 'MSFT', price: 400, sequence: 7, sourceTime: at('10:00') }))).toBe(
      true,
    );
  });

  test('are forgotten with the day: sequence numbers begin again', () => {
    const book = create();
    book.trade(trade({ price: 100, sequence: 900_000, sourceTime: at('10:00') }));
    expect(book.trade(trade({ price: 100, sequence: 1, sourceTime: at('10:00', NEXT_DAY) }))).toBe(true);
  });

  test('far in the past are not counted again, while a restarted count is accepted', () => {
    const book = create();
    for (let sequence = 1; sequence <= 2_000; sequence++) {
      book.trade(trade({ price: 100, size: 1, sequence, sourceTime: at('10:00') + sequence }));
    }
    expect(book.trade(trade({ price: 100, size: 1, sequence: 3, sourceTime: at('10:00') + 3 }))).toBe(false);
    expect(book.trade(trade({ price: 100, size: 1, sequence: 3, sourceTime: at('11:00') }))).toBe(true);
    expect(quoteIn(book)?.volume).toBe(2_001);
  });
});

describe('quotes, bars and snapshots', () => {
  test('keep the newest NBBO, and a side that is gone is gone', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00') }));
    book.nbbo(nbbo({ bid: 99, bidSize: 300, ask: 101, askSize: 500, sourceTime: at('10:00:02') }));
    book.nbbo(nbbo({ bid: 98, ask: 102, sourceTime: at('10:00:01') }));
    expect(quoteIn(book)).toMatchObject({ bid: 99, bidSize: 300, ask: 101, askSize: 500 });
    book.nbbo(nbbo({ bid: 99, bidSize: 300, sourceTime: at('10:00:03') }));
    expect(quoteIn(book)?.ask).toBeUndefined();
  });

  test('bid and ask say when they were received, whatever comes after them', () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00') }));
    expect(quoteIn(book)).not.toHaveProperty('nbboReceivedAt');
    book.nbbo(nbbo({ bid: 99, ask: 101, sourceTime: at('10:00:01') }));
    book.trade(trade({ price: 101, sourceTime: at('10:00:02') }));
    book.nbbo(nbbo({ bid: 98, ask: 102, sourceTime: at('10:00:00'), receivedAt: at('10:00:03') }));
    expect(quoteIn(book)).toMatchObject({
      nbboReceivedAt: at('10:00:01') + 5,
      receivedAt: at('10:00:02') + 5,
    });
    book.day(dayState({ last: 101, sourceTime: at('10:00:04') }));
    expect(quoteIn(book)?.nbboReceivedAt).toBe(at('10:00:01') + 5);
    book.day(dayState({ bid: 100, ask: 102, sourceTime: at('10:00:05') }));
    // A stock's snapshot may be older than the connection.
    expect(quoteIn(book)).toMatchObject({ bid: 100, ask: 102 });
    expect(quoteIn(book)).not.toHaveProperty('nbboReceivedAt');
    book.nbbo(nbbo({ sourceTime: at('10:00:06') }));
    expect(quoteIn(book)).not.toHaveProperty('nbboReceivedAt');
  });

  test('bid and ask of the last session stand where the day has none yet, and the day stays what it is', () => {
    const book = create();
    book.day(dayState({ previousClose: 9, open: 8, volume: 70, sourceTime: at('00:00', NEXT_DAY) }));
    book.nbbo(nbbo({ bid: 99, ask: 101, sourceTime: at('15:59') }));
    expect(quoteIn(book)).toMatchObject({ bid: 99, ask: 101, previousClose: 9, open: 8, volume: 70 });
    book.nbbo(nbbo({ bid: 98, ask: 102, sourceTime: at('15:58') }));
    book.nbbo(nbbo({ bid: 97, ask: 103, sourceTime: at('09:30', NEXT_DAY) }));
    book.nbbo(nbbo({ bid: 96, ask: 104, sourceTime: at('16:00') }));
    expect(quoteIn(book)).toMatchObject({ bid: 97, ask: 103, volume: 70 });
  });

  test('no quote is known before a price is', () => {
    const book = create();
    book.nbbo(nbbo({ bid: 99, ask: 101, sourceTime: at('10:00') }));
    expect(quoteIn(book)).toBeUndefined();
    expect(book.takeChanged(live)).toEqual([]);
  });

  test('second bars alone make a quote, as on a plan without trades', () => {
    const book = create();
    book.bar(
      bar({ start: at('09:30'), open: 10, high: 12, low: 9, close: 11, dayVolume: 5_000, dayOpen: 10.5 }),
    );
    book.bar(bar({ start: at('09:30:01'), open: 11, high: 11.5, low: 11, close: 11.5, dayVolume: 5_100 }));
    expect(quoteIn(book)).toMatchObject({
      price: 11.5,
      open: 10.5,
      high: 12,
      low: 9,
      volume: 5_100,
    });
  });

  test('a bar that comes late does not overrule a newer trade', () => {
    const book = create();
    book.trade(trade({ price: 20, sourceTime: at('10:00:05') }));
    book.bar(bar({ start: at('10:00:02'), close: 10 }));
    expect(quoteIn(book)?.price).toBe(20);
  });

  test('bars outside regular hours set no high or low of the day', () => {
    const book = create();
    book.trade(trade({ price: 10, sourceTime: at('10:00') }));
    book.bar(bar({ start: at('17:00'), high: 99, low: 1, close: 50 }));
    expect(quoteIn(book)).toMatchObject({ price: 10, high: 10, low: 10 });
  });

  test('a snapshot brings what was missed and takes no trade back that came after it', () => {
    const book = create();
    book.trade(trade({ price: 10, size: 500, sourceTime: at('10:00') }));
    book.day(
      dayState({
        previousClose: 9,
        open: 8,
        high: 12,
        low: 7,
        volume: 9_000,
        last: 11,
        sourceTime: at('09:59'),
      }),
    );
    expect(quoteIn(book)).toMatchObject({
      price: 10,
      previousClose: 9,
      open: 8,
      high: 12,
      low: 7,
      volume: 9_500,
    });
  });
});

describe('changes', () => {
  test('are taken once, each symbol once, with its state', () => {
    const book = create();
    for (const price of [1, 2, 3]) book.trade(trade({ price, sourceTime: at('10:00') + price }));
    book.trade(trade({ symbol: 'MSFT', price: 400, sourceTime: at('10:00') }));
    const taken = book.takeChanged((symbol) => (symbol === 'MSFT' ? 'stale' : 'live'));
    expect(taken.map(({ symbol, price, state }) => [symbol, price, state])).toEqual([
      ['AAPL', 3, 'live'],
      ['MSFT', 400, 'stale'],
    ]);
    expect(book.takeChanged(live)).toEqual([]);
    book.touch('MSFT');
    expect(book.takeChanged(live).map(({ symbol }) => symbol)).toEqual(['MSFT']);
  });
});

describe('a full book', () => {
  const nameOf = (index: number): string => `O:SPY260619C${String(1_000 + index).padStart(8, '0')}`;
  function fill(isIdle: (symbol: string) => boolean) {
    const book = createQuoteBook({ isIdle });
    for (let index = 0; index < MAX_SYMBOLS; index++)
      book.nbbo(nbbo({ symbol: nameOf(index), bid: 1, ask: 2, sourceTime: at('10:00') }));
    book.takeChanged(live);
    book.nbbo(nbbo({ symbol: nameOf(MAX_SYMBOLS), bid: 1, ask: 2, sourceTime: at('10:01') }));
    return book;
  }

  test('takes one more contract in the place of the oldest that is idle', () => {
    const book = fill((symbol) => symbol === nameOf(7) || symbol === nameOf(8));
    expect(book.has(nameOf(MAX_SYMBOLS))).toBe(true);
    expect([6, 7, 8].map((index) => book.has(nameOf(index)))).toEqual([true, false, true]);
  });

  test('of which every contract is wanted refuses another one until one is idle', () => {
    const idle = new Set<string>();
    const book = fill((symbol) => idle.has(symbol));
    expect(book.has(nameOf(MAX_SYMBOLS))).toBe(false);
    idle.add(nameOf(9));
    book.forget(at('10:01'));
    book.nbbo(nbbo({ symbol: nameOf(MAX_SYMBOLS), bid: 1, ask: 2, sourceTime: at('10:02') }));
    expect([9, MAX_SYMBOLS].map((index) => book.has(nameOf(index)))).toEqual([false, true]);
  });
});

test('each price that a trade made is told, and none of a trade that may not set it', () => {
  const made: number[] = [];
  const book = createQuoteBook({ onPrice: (_symbol, price) => made.push(price) });
  for (const [price, conditions] of [
    [100, undefined],
    [90, undefined],
    [80, [37]],
    [70, [12]],
    [60, [2]],
    [100, undefined],
  ] as const)
    book.trade(trade({ price, sourceTime: at('10:00:01'), conditions: conditions ?? [] }));
  book.trade(trade({ price: 95, sourceTime: at('10:00:00') }));
  book.nbbo(nbbo({ bid: 50, ask: 51, sourceTime: at('10:00:02') }));
  book.day(dayState({ last: 85, sourceTime: at('10:00:03') }));
  expect(made).toEqual([100, 90, 100]);
});

test('of a bar the range is told as well, where the connection brings bars alone', () => {
  const made: (number | undefined)[][] = [];
  const book = createQuoteBook({
    onPrice: (_symbol, price, _receivedAt, since) => made.push([price, since]),
    now: () => at('10:00:00'),
  });
  const range = { open: 99, high: 100, low: 94, close: 99 };
  book.bar(bar({ start: at('10:00:00'), ...range }));
  expect(made.splice(0)).toEqual([
    [94, undefined],
    [100, undefined],
    [99, undefined],
  ]);
  book.bar(bar({ seconds: 60, start: at('10:00:00'), ...range }));
  expect(made.splice(0)).toEqual([
    [94, at('10:00:00')],
    [100, at('10:00:00')],
    [99, undefined],
  ]);
  book.trade(trade({ price: 99.5, sourceTime: at('10:01:01') }));
  book.bar(bar({ start: at('10:01:01'), ...range }));
  expect(made.splice(0)).toEqual([
    [99.5, undefined],
    [99, undefined],
  ]);
  book.cut();
  book.bar(bar({ start: at('10:01:02'), ...range }));
  expect(made).toHaveLength(3);
});

describe('a halt', () => {
  const halt = (halted: boolean, time: string) => ({
    ...{ symbol: 'AAPL', sourceTime: at(time), receivedAt: at(time) + 5 },
    halted,
  });
  const traded = () => {
    const book = create();
    book.trade(trade({ price: 100, sourceTime: at('10:00:00') }));
    return book;
  };

  test('is in the quote until trading goes on; older word changes nothing', () => {
    const book = traded();
    expect(quoteIn(book)).not.toHaveProperty('halted');
    book.halt(halt(true, '10:00:01'));
    expect(quoteIn(book)).toMatchObject({ price: 100, halted: true });
    book.halt(halt(false, '09:59:00'));
    book.trade(trade({ price: 101, sourceTime: at('10:00:02') }));
    expect(quoteIn(book)).toMatchObject({ price: 101, halted: true });
    book.halt(halt(false, '10:05:01'));
    expect(quoteIn(book)).not.toHaveProperty('halted');
  });

  test('is told, although the word that ended one before was of a time ahead of ours', () => {
    const book = traded();
    book.halt({ ...halt(false, '10:00:31'), receivedAt: at('10:00:01') });
    book.halt(halt(true, '10:00:02'));
    expect(quoteIn(book)).toMatchObject({ halted: true });
  });

  test('that can’t be read ends with the next trade on an exchange, and takes nothing back from one that could', () => {
    const book = traded();
    book.halt({ ...halt(true, '10:00:01'), isDoubtful: true });
    expect(quoteIn(book)).toMatchObject({ halted: true });
    book.trade(trade({ price: 101, sourceTime: at('10:00:02') }));
    expect(quoteIn(book)).not.toHaveProperty('halted');
    book.halt(halt(true, '10:00:03'));
    book.halt({ ...halt(true, '10:00:04'), isDoubtful: true });
    book.trade(trade({ price: 102, sourceTime: at('10:00:05') }));
    expect(quoteIn(book)).toMatchObject({ price: 102, halted: true });
  });

  test('of an earlier connection ends with the next trade on an exchange, and with no print', () => {
    const book = traded();
    book.halt(halt(true, '10:00:01'));
    book.cut();
    // Reported now, made before the halt.
    book.trade(trade({ price: 99, sourceTime: at('10:00:00') }));
    expect(quoteIn(book)).toMatchObject({ price: 99, halted: true });
    book.trade(trade({ price: 101, exchange: 4, trf: 201, sourceTime: at('10:10:00') }));
    book.trade(trade({ price: 101, conditions: [37], sourceTime: at('10:10:01') }));
    expect(quoteIn(book)).toMatchObject({ halted: true });
    book.trade(trade({ price: 101, sourceTime: at('10:10:02') }));
    expect(quoteIn(book)).not.toHaveProperty('halted');
  });
});
