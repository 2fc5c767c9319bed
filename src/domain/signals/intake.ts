import type { Clock } from '../../lib/clock.ts';
import { createGroupCommit } from '../../lib/group-commit.ts';
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
   * Resolves after the commit, whether these bytes were accepted before. In the order of the calls, so that the signals
   * of one source and symbol keep theirs. Throws UNKNOWN_SYMBOL, CONFLICT, VALIDATION or EXPIRED, and UNAVAILABLE where it
   * may or may not have been accepted.
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
  return {
    async accept(signal) {
      const receivedAt = clock.now();
      const refusal = await checkSymbol(signal.body.symbol);
      return commits.add({ ...signal, receivedAt, refusal });
    },
  };
}

function* pagesOf(records: AppendedSignals['records']): Iterable<AppendedSignals['records']> {
  for (let start = 0; start < records.length; start += RECORDS_PER_NOTICE)
    yield records.slice(start, start + RECORDS_PER_NOTICE);
}
