import { once } from '../lib/once.ts';
import type { Asker } from './asker.ts';
import type { TradecastSocket } from './socket.ts';
import { KEYED_TOPICS, type KeyedTopicName } from './topics.ts';

/** A subject that is scrolled or clicked away may come back at once. */
const LINGER_MS = 5_000;
/** Subjects asked for together go out together. */
const COALESCE_MS = 20;

export interface Subjects {
  /** Wants these subjects until the returned function is called. */
  want(subjects: readonly string[]): () => void;
  wanted(): string[];
  /** A new connection knows of no subject yet. */
  connected(): void;
}

/** The subjects of one topic: how many want each, and which ones this connection has been asked for. */
export function createSubjects(socket: TradecastSocket, asker: Asker, name: KeyedTopicName): Subjects {
  const { subscribe, unsubscribe, most } = KEYED_TOPICS[name];
  const wanted = new Map<string, number>();
  const asked = new Set<string>();
  const [asking, dropping] = [`ask:${name}`, `drop:${name}`];

  function drop() {
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

  function ask() {
    if (!socket.connected) return;
    const missing = [...wanted.keys()].filter((subject) => !asked.has(subject));
    if (missing.length === 0) return;
    if (asked.size + missing.length > most) drop();
    const fitting = missing.slice(0, most - asked.size);
    if (fitting.length === 0) return;
    for (const subject of fitting) asked.add(subject);
    const undo = () => {
      for (const subject of fitting) asked.delete(subject);
    };
    asker.ask(asking, { event: subscribe, args: [fitting], undo, again: ask });
  }

  return {
    want(subjects) {
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
      ask();
    },
  };
}
