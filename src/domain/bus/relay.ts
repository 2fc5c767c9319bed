import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import { within } from '../../lib/within.ts';
import type { BusLine } from './line.ts';
import type { BusLink, LinkCounters } from './link.ts';
import type { RelayChannel } from './relay-channel.ts';
import { createRelayConflation } from './relay-conflation.ts';
import { createFrameReader, frameBytes, toItem } from './relay-frames.ts';
import { createRelayOutbox, MAX_TEXTS } from './relay-outbox.ts';

export interface Relay extends BusLine {
  start(): void;
  /** Sends what waits, if that is quick. */
  stop(): Promise<void>;
}

export interface RelayParts {
  readonly channel: RelayChannel;
  readonly link: Pick<BusLink, 'state' | 'onChange'>;
  readonly count: (what: keyof LinkCounters, by?: number) => void;
  readonly clock: Clock;
}

/**
 * Conflated topics leave this often:
 * a database is no market data system, and one message a second keeps every screen alive.
 */
const CONFLATED_INTERVAL_MS = 1_000;
/** A replica that reported itself cut off within this is taken to be still: it reports every second. */
const CUT_OFF_MEMORY_MS = 15_000;
/** A shutdown does not wait longer for the last messages. */
const LAST_MESSAGES_MS = 500;

/**
 * The bus while Redis is away from us, or from another replica that reported so here: everything goes over the channel
 * as well, conflated topics once a second. A replica with Redis reads here only what a cut-off replica sends, since it
 * receives the others already. A message that arrives twice does no harm: quotes and journal are numbered, demand is
 * complete, every other message says "look again".
 */
export function createRelay({ channel, link, count, clock }: RelayParts): Relay {
  const self = randomUUID();
  const isCut = (): boolean => link.state() === 'down';
  const outbox = createRelayOutbox({ channel, from: self, isCut, count, clock });
  const conflated = createRelayConflation(channel.maxBytes - frameBytes(self));
  const read = createFrameReader();
  const running = createScope();
  let lastCutAt = Number.NEGATIVE_INFINITY;
  let receive: (name: string, envelope: unknown) => void = () => {};

  const isNeeded = (): boolean => isCut() || clock.now() - lastCutAt < CUT_OFF_MEMORY_MS;

  channel.onText((text) => {
    const frame = read(text);
    if (frame === null) count('malformed');
    if (frame === null || frame === 'unfinished' || frame.from === self) return;
    if (frame.cut) lastCutAt = clock.now();
    else if (!isCut()) return;
    for (const [name, envelope] of frame.items) receive(name, envelope);
  });

  return {
    send(topic, envelope) {
      if (!isNeeded()) conflated.clear();
      else if (!conflated.add(topic, envelope)) outbox.add(toItem(topic.name, envelope));
    },
    onReceive(listener) {
      receive = listener;
    },
    start() {
      channel.start();
      running.add(
        clock.every(CONFLATED_INTERVAL_MS, () => {
          for (const item of conflated.take(MAX_TEXTS)) outbox.add(item);
        }),
        // The others need not wait for our next heartbeat to know that we are cut off.
        link.onChange((state) => {
          if (state === 'down') outbox.announce();
        }),
      );
    },
    async stop() {
      running.end();
      await within(LAST_MESSAGES_MS, outbox.flush(), clock);
      channel.stop();
    },
  };
}
