import type { EncodedEvent } from '../peer.ts';
import type { Backlog, Receiver } from './backlog.ts';
import type { Encodings } from './encodings.ts';
import { createFrameJoiner } from './frame-joiner.ts';
import type { SentCounter } from './sent-counter.ts';
import type { WatchGroup } from './watch-groups.ts';

/** Writes the changes of a group to each of its peers; to a peer without room for them, they become due. */
export type GroupWriter = (group: WatchGroup<Receiver>) => void;

export function createGroupWriter(encodings: Encodings, backlog: Backlog, sent: SentCounter): GroupWriter {
  const joiner = createFrameJoiner();

  return ({ members, changes, dialect }) => {
    if (changes === null) return;
    const events: EncodedEvent[] = [];
    for (const change of changes) {
      const event = encodings.encode(change, dialect);
      if (event) events.push(event);
    }
    const joined = joiner.join(events);
    let written = 0;
    let accepted = true;
    for (const member of members) {
      if (member.due === null && member.peer.room() >= joined.length) {
        member.peer.write(events, joined);
        if (member.peer.queuedBytes() > 0) accepted = false;
        written += 1;
      } else {
        for (const { topic, subject } of changes) backlog.add(member, topic, subject);
        backlog.flush(member);
      }
    }
    if (!accepted) joiner.keep();
    sent.add(events, written);
  };
}
