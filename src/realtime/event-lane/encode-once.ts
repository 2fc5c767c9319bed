import type { Dialect, EncodedEvent } from '../peer.ts';
import type { LoggedRecord } from './event-stream.ts';
import { type EncodeRecord, encodeRecord } from './pump.ts';

/** For streams that many peers read: each record is encoded once per dialect, as long as it is kept anywhere. */
export function encodeOnce(): EncodeRecord {
  const known = new WeakMap<LoggedRecord, Map<Dialect, EncodedEvent | null>>();

  return (dialect, epoch, record) => {
    const byDialect = known.get(record) ?? new Map<Dialect, EncodedEvent | null>();
    const before = byDialect.get(dialect);
    if (before !== undefined) return before;
    const encoded = encodeRecord(dialect, epoch, record);
    known.set(record, byDialect.set(dialect, encoded));
    return encoded;
  };
}
