import { randomUUID } from 'node:crypto';
import { placeAskedTopic, placeTopic } from '../domain/accounts/topics.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import { pause } from '../lib/pause.ts';
import { createScope } from '../lib/scope.ts';
import type { Peer } from './peer.ts';
import type { PeerIndex } from './peer-index.ts';

/** A connection from which nothing came for this long may have lost its line. */
const SILENT_MS = 5_000;
/** A client with nothing to say answers a ping within this; the line of one that does not is dead. */
const ANSWER_MS = 1_500;
/** Another replica asks its client, and its own answer is on the way. */
const REPLICA_ANSWER_MS = ANSWER_MS + 500;

/** The end of connections whose line has died without a word, at the request of the client that has come back. */
export interface Replacements {
  /** Ends a connection that is silent, on whatever replica. False where it lives, or where nobody has it. */
  end(userId: string, connectionId: string): Promise<boolean>;
  /** Answers other replicas from now on; returns what ends that. */
  start(): Cancel;
}

export interface ReplacementsParts {
  readonly index: PeerIndex;
  /** Tells the peer and closes its connection for good. */
  readonly replace: (peer: Peer) => void;
  readonly bus: Bus;
  readonly othersServe: () => boolean;
  readonly clock: Clock;
}

export function createReplacements({
  index,
  replace,
  bus,
  othersServe,
  clock,
}: ReplacementsParts): Replacements {
  /** What another replica is asked, by the id of the question. */
  const asked = new Map<string, (isFree: boolean) => void>();

  const find = (userId: string, connectionId: string): Peer | undefined =>
    [...(index.byUser.get(userId) ?? [])].find(({ id }) => id === connectionId);

  async function endHere(peer: Peer): Promise<boolean> {
    if (!(await isSilent(peer, clock)) || !index.peers.has(peer)) return false;
    replace(peer);
    return true;
  }

  async function endElsewhere(userId: string, connectionId: string): Promise<boolean> {
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    asked.set(id, resolve);
    const cancel = clock.after(REPLICA_ANSWER_MS, () => resolve(false));
    bus.publish(placeAskedTopic, { id, userId, connectionId });
    return promise.finally(() => {
      cancel();
      asked.delete(id);
    });
  }

  return {
    end(userId, connectionId) {
      const peer = find(userId, connectionId);
      if (peer) return endHere(peer);
      return othersServe() ? endElsewhere(userId, connectionId) : Promise.resolve(false);
    },
    start() {
      const running = createScope();
      running.add(
        bus.subscribe(placeAskedTopic, ({ id, userId, connectionId }) => {
          const peer = asked.has(id) ? undefined : find(userId, connectionId);
          if (peer) void endHere(peer).then((isFree) => bus.publish(placeTopic, { id, isFree }));
        }),
        bus.subscribe(placeTopic, ({ id, isFree }) => asked.get(id)?.(isFree)),
      );
      return running.end;
    },
  };
}

async function isSilent(peer: Peer, clock: Clock): Promise<boolean> {
  const heardAt = peer.heardAt?.();
  if (heardAt === undefined || Math.abs(clock.now() - heardAt) < SILENT_MS) return false;
  peer.ping?.();
  await pause(clock, ANSWER_MS);
  return peer.heardAt?.() === heardAt;
}
