import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { once } from '../lib/once.ts';
import type { Asker } from './asker.ts';
import type { TradecastSocket } from './socket.ts';
import { KEYED_TOPICS, type KeyedTopicName } from './topics.ts';

/** A subject that is scrolled or clicked away may come back at once. */
const LINGER_MS = 5_000;
/** Subjects asked for together go out together. */
const COALESCE_MS = 20;

/** The connection has no room for all of a list. */
const FULL: readonly ErrorCode[] = ['SYMBOL_LIMIT', 'CONTRACT_LIMIT'];

export interface Subjects {
  /** Wants these subjects until the returned function is called. */
  want(subjects: readonly string[]): () => void;
  wanted(): string[];
  /** A new connection knows of no subject yet. */
  connected(): void;
}

export interface SubjectsOptions {
  readonly socket: TradecastSocket;
  readonly asker: Asker;
  readonly name: KeyedTopicName;
  /** Nobody wants these, and the server pushes nothing more of them. */
  onDropped(subjects: readonly string[]): void;
}

/** How many want each subject. One that nobody wants any more is known until it is let go of. */
function createTally(asked: ReadonlySet<string>, onDropped: SubjectsOptions['onDropped']) {
  const counts = new Map<string, number>();
  const isWanted = (subject: string) => (counts.get(subject) ?? 0) > 0;
  const known = () => [...counts.keys()];
  return {
    isWanted,
    wanted: () => known().filter(isWanted),
    add(subjects: readonly string[], change: 1 | -1) {
      for (const subject of subjects) counts.set(subject, (counts.get(subject) ?? 0) + change);
    },
    letGo(subjects: readonly string[] = known()) {
      const gone = subjects.filter((subject) => !isWanted(subject) && !asked.has(subject));
      for (const subject of gone) counts.delete(subject);
      if (gone.length > 0) onDropped(gone);
    },
  };
}

/**
 * The subjects of one topic: how many want each, and which ones this connection has been asked for. A subject without
 * room is asked for when another is dropped.
 */
export function createSubjects({ socket, asker, name, onDropped }: SubjectsOptions): Subjects {
  const { subscribe, unsubscribe, isSubject, most } = KEYED_TOPICS[name];
  const asked = new Set<string>();
  const tally = createTally(asked, onDropped);
  const [asking, dropping] = [`ask:${name}`, `drop:${name}`];
  /** The room of this connection, and the longest list to ask for: a server may grant less than `most`. */
  let room = most;
  let longest = most;

  function dropIdle() {
    const idle = [...asked].filter((subject) => !tally.isWanted(subject));
    if (idle.length === 0) return;
    for (const subject of idle) asked.delete(subject);
    if (!socket.connected) return;
    // Refused, they still count on the server, which would run into its limit.
    const undo = () => {
      for (const subject of idle) asked.add(subject);
    };
    const decided = () => tally.letGo(idle);
    asker.ask(dropping, { event: unsubscribe, args: [idle], undo, again: drop, decided });
  }

  function drop() {
    dropIdle();
    if (!asker.timers.isWaiting(asking)) ask();
  }

  function ask() {
    if (!socket.connected) return;
    const missing = tally.wanted().filter((subject) => !asked.has(subject));
    if (missing.length === 0) return;
    if (asked.size + missing.length > room) dropIdle();
    const fitting = missing.slice(0, Math.min(longest, Math.max(0, room - asked.size)));
    if (fitting.length === 0) return;
    for (const subject of fitting) asked.add(subject);
    const undo = () => {
      for (const subject of fitting) asked.delete(subject);
    };
    const decided = (refusal: ErrorCode | null) => decide(fitting, undo, refusal);
    asker.ask(asking, { event: subscribe, args: [fitting], undo, again: ask, decided });
  }

  /** A list that is refused as a whole is asked for in halves, down to the subject at fault. */
  function decide(subjects: readonly string[], undo: () => void, refusal: ErrorCode | null) {
    const full = refusal !== null && FULL.includes(refusal);
    if (refusal === null) longest = Math.min(most, longest * 2);
    else if (full || (refusal === 'VALIDATION' && subjects.length > 1)) {
      undo();
      longest = Math.ceil(subjects.length / 2);
      if (full) room = asked.size + subjects.length - 1;
    }
    if (!asker.timers.isWaiting(asking)) ask();
  }

  return {
    want(names) {
      // One name that is none would have the server refuse the whole list.
      const subjects = names.filter(isSubject);
      tally.add(subjects, 1);
      if (!asker.timers.isWaiting(asking)) asker.timers.set(asking, COALESCE_MS, ask);
      return once(() => {
        tally.add(subjects, -1);
        asker.timers.set(dropping, LINGER_MS, drop);
      });
    },
    wanted: tally.wanted,
    connected() {
      asked.clear();
      // Without a connection the last known values stay on screen, whatever page is open.
      tally.letGo();
      room = most;
      longest = most;
      ask();
    },
  };
}
