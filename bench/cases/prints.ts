import { LEAN_SYMBOLS } from '../../rig/recordings/lean-days.ts';
import type { PrintSeconds } from '../servers/replay.ts';
import { type BenchCase, thousands, times } from '../support/case.ts';
import { withRecordedFile } from '../support/recorded-file.ts';

const MIN_RATIO = 0.7;

type Spent = Pick<PrintSeconds, 'parse' | 'sums'>;

export const prints: BenchCase = {
  name: 'prints',
  title: 'every trade of the market to the off-exchange sums',
  how: `The input is that of the replay case, 50 trades a frame. For each chunk, the time of \`JSON.parse\` of its frames
alone is compared with the time from the same text to the sums by symbol, side and minute: parse, what is shed, checks,
conditions, duplicates, exact amounts. One round is warm-up.

- Once nobody follows a symbol: trades on exchanges are shed right after the parse.
- Once all are followed: each trade is read, for the tick test.`,

  run: ({ quick }) =>
    withRecordedFile(quick, async ({ called, rounds, child, file, lines }) => {
      const measure = async (followed: readonly string[]): Promise<Spent & { counted: number }> => {
        const spent = { parse: 0, sums: 0, counted: 0 };
        for (let round = 0; round < rounds; round++) {
          const { parse, sums, prints: counted } = await child.call('prints', { file, followed });
          if (round === 0) continue;
          spent.parse += parse;
          spent.sums += sums;
          spent.counted = counted;
        }
        return spent;
      };
      const shed = await measure([]);
      const followed = await measure(LEAN_SYMBOLS);
      const measured = lines * (rounds - 1);
      const row = (what: string, { parse, sums }: Spent) => ({
        what,
        measured: `${thousands(measured / sums)} trades/s: ${times(parse / sums)}`,
        yardstick: `${thousands(measured / parse)} trades/s`,
      });
      return {
        rows: [
          {
            ...row(
              'every trade of the market: frame → off-exchange sums, against JSON.parse of the same frames',
              shed,
            ),
            target: `≥ ${MIN_RATIO} ×`,
            reached: shed.parse / shed.sums >= MIN_RATIO,
          },
          { ...row('the same where every symbol is followed', followed), target: '–', reached: null },
        ],
        notes: [`${called}: ${thousands(lines)} trades, of which ${thousands(shed.counted)} count as prints`],
      };
    }),
};
