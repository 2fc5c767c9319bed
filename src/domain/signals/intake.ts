import type { Clock } from '../../lib/clock.ts';
import { createGroupCommit } from '../../lib/group-commit.ts';
import { createTurns } from '../../lib/turns.ts';
import type { Bus } from '../bus/bus.ts';
import type { SentSignal } from './signal.ts';
import type { AppendedSignals, SignalLog } from './signal-log.ts';
import type { SymbolCheck } from './symbol-check.ts';
import { signalsTopic } from './topics.ts';

/** One transaction: about as long as one statement of it, and short for the signals that wait behind. */
const MAX_BATCH = 100;
/** Of the longest texts, escaped twice, this many fit into one message of the relay (about 250 KB). */
const RECORDS_PER_NOTICE = 10;

/** The way in for signals, whoever sends them. */
export interface SignalIntake {
  /**
   * Resolves after the commit, whether these bytes were accepted before. Signals of one source and symbol, and revisions of
   * one signal, are committed in the order of the calls, also where the look-up of the symbol is slow for the first of them.
   * Throws UNKNOWN_SYMBOL, CONFLICT, VALIDATION or EXPIRED, and UNAVAILABLE where it may or may not have been accepted.
   */
  accept(signal: Pick<SentSignal, 'body' | 'digest'>): Promise<{ readonly duplicate: boolean }>;
}

export function createSignalIntake({
  signalLog,
  bus,
  checkSymbol,
  clock,
}: {
  readonly signalLog: Pick<SignalLog, 'append'>;
  readonly bus: Pick<Bus, 'publish'>;
  readonly checkSymbol: SymbolCheck;
  readonly clock: Pick<Clock, 'now'>;
}): SignalIntake {
  const commits = createGroupCommit<SentSignal, { readonly duplicate: boolean }>({
    maxBatch: MAX_BATCH,
    async run(signals) {
      const { outcomes, appended } = await signalLog.append(signals, clock.now());
      for (const { stream, epoch, records } of appended)
        for (const page of pagesOf(records)) bus.publish(signalsTopic, { stream, epoch, records: page });
      return outcomes;
    },
  });
  const inTurn = createTurns();
  return {
    accept(signal) {
      const receivedAt = clock.now();
      const { source, symbol, id } = signal.body;
      const lanes = [`symbol ${source} ${symbol}`, `id ${source} ${id}`];
      return inTurn(lanes, checkSymbol(signal.body), (refusal) =>
        commits.add({ ...signal, receivedAt, refusal }),
      );
    },
  };
}

function* pagesOf(records: AppendedSignals['records']): Iterable<AppendedSignals['records']> {
  for (let start = 0; start < records.length; start += RECORDS_PER_NOTICE)
    yield records.slice(start, start + RECORDS_PER_NOTICE);
}
