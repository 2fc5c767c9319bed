import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { BusLine, BusLink, BusTopic, LinkCounters } from './bus.ts';
import { type Envelope, isTopic } from './envelope.ts';
import { createQuoteConflation } from './quote-conflation.ts';
import { createFrameReader, fits, frameBytes, packFrames, toItem } from './relay-frames.ts';

/** A slow way to all replicas, the sender included, that needs no Redis: short texts. */
export interface RelayChannel {
  /** A text has at most this many bytes. */
  readonly maxBytes: number;
  /** In this order, or not at all. Rejects where they could not be sent. */
  send(texts: readonly string[]): Promise<void>;
  /** There is one listener. */
  onText(listener: (text: string) => void): void;
  start(): void;
  stop(): void;
}

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

/** Quotes leave this often: a database is no market data system, and one a second keeps every screen alive. */
const QUOTES_INTERVAL_MS = 1_000;
/** Everything else is gathered this long, so that a burst costs one statement, milliseconds. */
const GATHER_MS = 20;
/** Who said within this that it is cut off from Redis is taken to be still, milliseconds: it says so every second. */
const CUT_OFF_MEMORY_MS = 15_000;
/** More waits only for a database that is away, and is too old by the time it is back. */
const MAX_WAITING_BYTES = 2_000_000;
/** Texts of one statement: 400 KB. */
const MAX_TEXTS = 50;
/** A shutdown does not wait longer for the last words, milliseconds. */
const LAST_WORDS_MS = 500;

/**
 * The bus while Redis is away from us, or from another replica that said so here: everything goes over the
 * channel as well, quotes once a second. Who has Redis takes from here only what a cut-off replica says, since it
 * hears the others already. A message that does come twice does no harm: quotes and journal are numbered, demand is
 * complete, the rest says "look again".
 */
export function createRelay({ channel, link, count, clock }: RelayParts): Relay {
  const self = randomUUID();
  const quotes = createQuoteConflation(channel.maxBytes - frameBytes(self));
  const read = createFrameReader();
  const waiting: string[] = [];
  let waitingBytes = 0;
  let sending: Promise<void> | null = null;
  let cutHeardAt = Number.NEGATIVE_INFINITY;
  let cancelGather: Cancel | null = null;
  let stops: Cancel[] = [];
  let receive: (topic: BusTopic, envelope: unknown) => void = () => {};

  const isCut = (): boolean => link.state() === 'down';
  const isNeeded = (): boolean => isCut() || clock.now() - cutHeardAt < CUT_OFF_MEMORY_MS;

  function queue(item: string): void {
    if (!fits(item, self, channel.maxBytes)) {
      count('relayFailed');
      return;
    }
    waiting.push(item);
    waitingBytes += item.length;
    while (waitingBytes > MAX_WAITING_BYTES) {
      waitingBytes -= waiting.shift()!.length;
      count('relayFailed');
    }
    cancelGather ??= clock.after(GATHER_MS, () => void flush());
  }

  const pack = (items: readonly string[]): { texts: string[]; taken: number } =>
    packFrames(items, { from: self, cut: isCut(), maxBytes: channel.maxBytes, maxTexts: MAX_TEXTS });

  /** The others need not wait for our next heartbeat to know that we are cut off. */
  function askForRelay(): void {
    channel.send(pack([]).texts).catch(() => count('relayFailed'));
  }

  function flush(): Promise<void> {
    cancelGather?.();
    cancelGather = null;
    // One statement at a time: a slow database gets fewer and fuller ones.
    sending ??= sendWaiting().finally(() => {
      sending = null;
    });
    return sending;
  }

  async function sendWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const { texts, taken } = pack(waiting);
      for (const item of waiting.splice(0, taken)) waitingBytes -= item.length;
      await channel.send(texts).then(
        () => count('relayed', taken),
        () => count('relayFailed', taken),
      );
    }
  }

  channel.onText((text) => {
    const frame = read(text);
    if (frame === null) count('malformed');
    if (frame === null || frame === 'unfinished' || frame.from === self) return;
    if (frame.cut) cutHeardAt = clock.now();
    else if (!isCut()) return;
    for (const [topic, envelope] of frame.items) {
      if (isTopic(topic)) receive(topic, envelope);
      else count('version');
    }
  });

  return {
    send(topic, envelope) {
      if (!isNeeded()) quotes.clear();
      else if (topic === 'quotes') quotes.add(envelope as Envelope<'quotes'>);
      else queue(toItem(topic, envelope));
    },
    onReceive(listener) {
      receive = listener;
    },
    start() {
      channel.start();
      stops = [
        clock.every(QUOTES_INTERVAL_MS, () => {
          for (const envelope of quotes.take(MAX_TEXTS)) queue(toItem('quotes', envelope));
        }),
        link.onChange((state) => {
          if (state === 'down') askForRelay();
        }),
      ];
    },
    async stop() {
      for (const stop of stops.splice(0)) stop();
      let cancel: Cancel = () => {};
      const enough = new Promise<void>((resolve) => {
        cancel = clock.after(LAST_WORDS_MS, resolve);
      });
      await Promise.race([flush(), enough]);
      cancel();
      channel.stop();
    },
  };
}
