import type { Envelope } from './envelope.ts';
import type { BusLine } from './line.ts';
import { defineTopic, type Topic } from './topic.ts';

/** What one turn of the loop published for readers, above all the messages of one commit. */
export interface CommitMessage {
  /** The readers of all items. It comes first: a replica that has none of them reads no further. */
  readonly to: readonly string[];
  readonly items: readonly CommitItem[];
}
export type CommitItem = readonly [topic: string, reader: string, message: unknown];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isItem = (value: unknown): boolean =>
  Array.isArray(value) && value.length >= 3 && isText(value[0]) && isText(value[1]);
/** By hand: most items are for other replicas, and their own topics check the rest. */
function isCommit(message: unknown): boolean {
  const { to, items } = (message ?? {}) as Partial<CommitMessage>;
  return Array.isArray(to) && to.every(isText) && Array.isArray(items) && items.every(isItem);
}

export const commitTopic = defineTopic<CommitMessage>({
  name: 'commit',
  // As its items, whose own limits count as well.
  maxAgeMs: 10_000,
  shape: isCommit,
});

/** A commit of many orders is some 100 KB. What exceeds this leaves as another message, of the same turn. */
export const MAX_ITEMS = 200;

/**
 * A line on which messages for readers travel together: an order tells of itself by six messages, and a commit has many
 * orders. `hasReader` says whether this replica has use for what a reader is sent.
 */
export function createCommitLine(line: BusLine, hasReader: (reader: string) => boolean): BusLine {
  let items: CommitItem[] = [];
  let publishedAt: Pick<Envelope, 'version' | 'at'> = { version: 0, at: 0 };

  function flush(): void {
    if (items.length === 0) return;
    const to = [...new Set(items.map(([, reader]) => reader))];
    line.send<CommitMessage>(commitTopic, { ...publishedAt, message: { to, items } });
    items = [];
  }

  function gather({ name }: Topic, reader: string, { version, at, message }: Envelope): void {
    if (items.length === MAX_ITEMS) flush();
    if (items.length === 0) {
      // The oldest of them counts for their age.
      publishedAt = { version, at };
      setImmediate(flush);
    }
    items.push([name, reader, message]);
  }

  return {
    send(topic, envelope) {
      if (topic.readerOf === undefined) line.send(topic, envelope);
      else gather(topic as Topic, topic.readerOf(envelope.message), envelope);
    },
    onReceive(listener) {
      line.onReceive((name, envelope) => {
        const commit = name === commitTopic.name ? readCommit(envelope) : null;
        if (commit === null) listener(name, envelope);
        for (const [topic, reader, message] of commit?.message.items ?? [])
          if (hasReader(reader)) listener(topic, { ...commit, message });
      });
    },
  };
}

/** Null where the items cannot be read: the bus counts why. */
function readCommit(envelope: unknown): Envelope<CommitMessage> | null {
  const { message } = (envelope ?? {}) as Partial<Envelope>;
  return commitTopic.accepts(message) ? (envelope as Envelope<CommitMessage>) : null;
}
