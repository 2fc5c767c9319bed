import type { Cancel, Clock } from '../../lib/clock.ts';
import type { LinkCounters } from './link.ts';
import type { RelayChannel } from './relay-channel.ts';
import { fits, packFrames } from './relay-frames.ts';

/** A burst is gathered this long, so that it costs one statement. */
const GATHER_MS = 20;
/** More waits only for a database that is away, and is too old by the time the database is back. */
const MAX_WAITING_BYTES = 2_000_000;
/** Texts of one statement: 400 KB. */
export const MAX_TEXTS = 50;

/** What waits for the channel, oldest first. What does not fit is lost, and counted as `relayFailed`. */
export interface RelayOutbox {
  add(item: string): void;
  /** Sends everything that waits; resolves when it has been sent or given up. */
  flush(): Promise<void>;
  /** Sends a frame without items: that this replica is cut off, or no longer. */
  announce(): void;
}

export interface RelayOutboxParts {
  readonly channel: Pick<RelayChannel, 'maxBytes' | 'send'>;
  /** The name of this replica in its frames. */
  readonly from: string;
  readonly isCut: () => boolean;
  readonly count: (what: keyof LinkCounters, by?: number) => void;
  readonly clock: Clock;
}

export function createRelayOutbox({ channel, from, isCut, count, clock }: RelayOutboxParts): RelayOutbox {
  const waiting: string[] = [];
  let waitingBytes = 0;
  let sending: Promise<void> | null = null;
  let cancelGather: Cancel | null = null;

  const pack = (items: readonly string[]): { texts: string[]; taken: number } =>
    packFrames(items, { from, cut: isCut(), maxBytes: channel.maxBytes, maxTexts: MAX_TEXTS });

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

  return {
    add(item) {
      if (!fits(item, from, channel.maxBytes)) {
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
    },
    flush,
    announce() {
      channel.send(pack([]).texts).catch(() => count('relayFailed'));
    },
  };
}
