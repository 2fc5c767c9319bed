import path from 'node:path';
import { startChild } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import { LEAN_DAYS } from '../../rig/recordings/lean-frames.ts';
import type { ReplayMethods } from '../servers/replay.ts';
import { type BenchCase, thousands, times } from '../support/case.ts';

const ROUNDS = 3;
const MIN_RATIO = 0.35;

export const replay: BenchCase = {
  name: 'replay',
  title: 'replay of 7–11 October 2013 at max',
  how: `All trades of SPY, BAC, IBM and AIG on these five days (recorded ticks, 2.8 million), as upstream events, one a line. For each chunk
read from the file the time of \`JSON.parse\` of its lines alone is compared with the time from the same text to the quote book: parse,
checks, conditions, duplicates, book, changed quotes taken. Reading and splitting the file is in neither. One round as warm-up, two
measured, taking turns. Besides, the whole engine at \`REPLAY_SPEED=max\`: file, normalisation, book, candles and ticks on the bus.`,

  async run({ quick }) {
    const folder = createFolder();
    const file = path.join(folder, 'days.ndjson');
    const child = startChild<ReplayMethods>('bench/servers/replay.ts');
    try {
      const lines = await child.call('write', { file, days: quick ? LEAN_DAYS.slice(0, 1) : LEAN_DAYS });
      const spent = { parse: 0, book: 0 };
      let trades = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const parse = await child.call('parse', file);
        const book = await child.call('book', file);
        if (round === 0) continue;
        spent.parse += parse;
        spent.book += book.seconds;
        trades = book.trades;
      }
      const engine = await child.call('engine', file);
      const measured = lines * (ROUNDS - 1);
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
          `${thousands(lines)} lines, ${thousands(trades)} trades in the book; JSON.parse ${(spent.parse / (ROUNDS - 1)).toFixed(2)} s, ` +
            `frame to book ${(spent.book / (ROUNDS - 1)).toFixed(2)} s, whole engine ${engine.toFixed(2)} s`,
        ],
      };
    } finally {
      await child.stop();
      removeFolder(folder);
    }
  },
};
