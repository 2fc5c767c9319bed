import type { Dialect, EncodedEvent } from '../peer.ts';
import type { LoggedRecord } from './event-stream.ts';

/** A record as a dialect spells it; null where it has no words for it. */
export type EncodeRecord = (dialect: Dialect, epoch: string, record: LoggedRecord) => EncodedEvent | null;

/** Records in a row as one dialect spells them. */
export interface EncodedPage {
  readonly events: readonly EncodedEvent[];
  /** Their frames in one piece; undefined where one frame is all. */
  readonly joined: Buffer | undefined;
}

export type EncodePage = (dialect: Dialect, epoch: string, page: readonly LoggedRecord[]) => EncodedPage;

/**
 * Peers that stand at the same number get the same page, the very same array: its bytes are made once per dialect and
 * shared by all of them. A record in two pages is encoded once, too.
 */
export function createPageEncoder(encode: EncodeRecord): EncodePage {
  const records = createMemo<LoggedRecord, EncodedEvent | null>();
  const pages = createMemo<readonly LoggedRecord[], EncodedPage>();

  return (dialect, epoch, page) =>
    pages(page, dialect, () => {
      const events = page
        .map((record) => records(record, dialect, () => encode(dialect, epoch, record)))
        .filter((event) => event !== null);
      return {
        events,
        joined: events.length > 1 ? Buffer.concat(events.map(({ frame }) => frame)) : undefined,
      };
    });
}

/** Remembers a value per dialect, as long as its key is kept anywhere. */
function createMemo<Key extends object, Value>(): (key: Key, dialect: Dialect, make: () => Value) => Value {
  const known = new WeakMap<Key, Map<Dialect, Value>>();
  return (key, dialect, make) => {
    const byDialect = known.get(key) ?? new Map<Dialect, Value>();
    const before = byDialect.get(dialect);
    if (before !== undefined) return before;
    const value = make();
    known.set(key, byDialect.set(dialect, value));
    return value;
  };
}

export const encodeRecord: EncodeRecord = (dialect, epoch, { event, payload, seq }) =>
  // The payload belongs to the event of the same record; TypeScript cannot follow that through the union.
  dialect.encode(event, { ...payload, epoch, seq } as never);
