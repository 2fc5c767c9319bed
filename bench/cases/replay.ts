import { type BenchCase, thousands, times } from '../support/case.ts';
import { withRecordedFile } from '../support/recorded-file.ts';

const MIN_RATIO = 0.35;

export const replay: BenchCase = {
  name: 'replay',
  title: 'replay of recorded days at max',
  how: `The input is all trades of SPY, BAC, IBM and AIG on 7–11 October 2013 (2.8 million recorded trades), one upstream
event per line. Without these recordings it is the trades of IBM on 8 October from the repository.

- For each chunk, the time of \`JSON.parse\` of its lines alone is compared with the time from the same text to the
  quote book: parse, checks, conditions, duplicates, book, changed quotes. Neither includes reading and splitting
  the file. One round is warm-up, the others are measured in turn.
- A second measurement runs the whole engine at \`REPLAY_SPEED=max\`: file, normalisation, book, candles and ticks on
  the bus.`,

  run: ({ quick }) =>
    withRecordedFile(quick, async ({ called, rounds, child, file, lines }) => {
      const spent = { parse: 0, book: 0 };
      let trades = 0;
      for (let round = 0; round < rounds; round++) {
        const parse = await child.call('parse', file);
        const book = await child.call('book', file);
        if (round === 0) continue;
        spent.parse += parse;
        spent.book += book.seconds;
        trades = book.trades;
      }
      const engine = await child.call('engine', file);
      const measured = lines * (rounds - 1);
      const ratio = spent.parse / spent.book;
      return {
        rows: [
          {
            what: 'replay at max: feed frame → quote book, against JSON.parse of the same lines',
            measured: `${thousands(measured / spent.book)} trades/s: ${times(ratio)}`,
            yardstick: `${thousands(measured / spent.parse)} lines/s`,
            target: `≥ ${MIN_RATIO} ×`,
            reached: ratio >= MIN_RATIO,
          },
          {
            what: 'the whole engine at REPLAY_SPEED=max, file to bus',
            measured: `${thousands(lines / engine)} trades/s`,
            yardstick: '–',
            target: '–',
            reached: null,
          },
        ],
        notes: [
          `${called}: ${thousands(lines)} lines, ${thousands(trades)} trades in the book; JSON.parse ${(spent.parse / (rounds - 1)).toFixed(2)} s, ` +
            `frame to book ${(spent.book / (rounds - 1)).toFixed(2)} s, whole engine ${engine.toFixed(2)} s`,
        ],
      };
    }),
};
