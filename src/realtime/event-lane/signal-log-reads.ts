import type { SignalHead, SignalLog } from '../../domain/signals/signal-log.ts';
import { SIGNAL_STREAMS, type SignalStream } from '../../protocol/signals.ts';
import type { EventLog } from './event-log.ts';
import type { LoggedRecord } from './event-stream.ts';

/**
 * The streams of signals as the event lane reads them. Thousands of peers stand at the same number and read on at the same
 * moment: equal reads that are under way are one, and their records are the same objects.
 */
export function signalLogReads(signalLog: Pick<SignalLog, 'head' | 'readAfter' | 'endEpoch'>): EventLog {
  const heads = new Map<SignalStream, Promise<SignalHead>>();
  const pages = new Map<string, Promise<readonly LoggedRecord[]>>();

  return {
    // A head that was asked for earlier may be older than the wish: only reads of this turn share it.
    head: (streamId) => {
      const stream = streamNamed(streamId);
      const known = heads.get(stream);
      if (known) return known;
      const head = signalLog.head(stream);
      heads.set(stream, head);
      setImmediate(() => heads.delete(stream));
      return head;
    },
    readAfter: (streamId, after, limit) =>
      shared(pages, `${streamId} ${after} ${limit}`, () =>
        signalLog.readAfter(streamNamed(streamId), after, limit),
      ),
    endEpoch: (streamId, epoch) => signalLog.endEpoch(streamNamed(streamId), epoch),
  };
}

export function streamNamed(streamId: string): SignalStream {
  const stream = SIGNAL_STREAMS.find((one) => one === streamId);
  if (!stream) throw new Error(`${streamId} is no stream of signals`);
  return stream;
}

function shared<Key, Value>(
  underWay: Map<Key, Promise<Value>>,
  key: Key,
  read: () => Promise<Value>,
): Promise<Value> {
  const known = underWay.get(key);
  if (known) return known;
  const started = read().finally(() => underWay.delete(key));
  underWay.set(key, started);
  return started;
}
