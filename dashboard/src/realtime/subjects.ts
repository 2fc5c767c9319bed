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

/**
 * The subjects of one topic: how many want each, and which ones this connection has been asked for. A subject without
 * room is asked for when another is dropped.
 */
export function createSubjects(socket: TradecastSocket, asker: Asker, name: KeyedTopicName): Subjects {
  const { subscribe, unsubscribe, isSubject, most } = KEYED_TOPICS[name];
  const wanted = new Map<string, number>();
  const asked = new Set<string>();
  const [asking, dropping] = [`ask:${name}`, `drop:${name}`];
  /** The room of this connection, and the longest list to ask for: a server may grant less than `most`. */
  let room = most;
  let longest = most;

  function dropIdle() {
    const idle = [...asked].filter((subject) => !wanted.has(subject));
    if (idle.length === 0) return;
    for (const subject of idle) asked.delete(subject);
    if (!socket.connected) return;
    // Refused, they still count on the server, which would run into its limit.
    const undo = () => {
      for (const subject of idle) asked.add(subject);
    };
    asker.ask(dropping, { event: unsubscribe, args: [idle], undo, again: drop });
  }

  function drop() {
    dropIdle();
    if (!asker.timers.isWaiting(asking)) ask();
  }

  function ask() {
    if (!socket.connected) return;
    const missing = [...wanted.keys()].filter((subject) => !asked.has(subject));
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
      for (const subject of subjects) wanted.set(subject, (wanted.get(subject) ?? 0) + 1);
      if (!asker.timers.isWaiting(asking)) asker.timers.set(asking, COALESCE_MS, ask);
      return once(() => {
        for (const subject of subjects) {
          const count = wanted.get(subject)! - 1;
          if (count > 0) wanted.set(subject, count);
          else wanted.delete(subject);
        }
        asker.timers.set(dropping, LINGER_MS, drop);
      });
    },
    wanted: () => [...wanted.keys()],
    connected() {
      asked.clear();
      room = most;
      longest = most;
      ask();
    },
  };
}
