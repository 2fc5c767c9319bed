import type { SentimentBoard, SentimentTotal } from '../../../domain/off-exchange/sentiment-board.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createScope } from '../../../lib/scope.ts';
import { MAX_SENTIMENT_QUEUE_BYTES, SENTIMENT_FULL_INTERVAL_MS } from '../../../protocol/limits.ts';
import type { SentimentFull, SentimentInitial } from '../../../protocol/sentiment.ts';
import { toTextFrame } from '../../websocket-frame.ts';
import type { PlainPeer } from '../peer.ts';
import { createTold } from './told.ts';

/** How often readers are looked at that wait for a `full`. */
const LOOK_INTERVAL_MS = 1_000;

export interface SentimentReadersParts {
  readonly board: SentimentBoard;
  readonly clock: Clock;
  readonly sent: (type: 'initial' | 'update' | 'full', count: number) => void;
}

/** The peers that read off-exchange totals. Without one there is no timer and no subscription. */
export interface SentimentReaders {
  /** The peer gets the day so far at once, and then what changes. */
  join(peer: PlainPeer): void;
  leave(peer: PlainPeer): void;
}

interface Reader {
  /** Everything told so far is written to it or queued; otherwise it waits for a `full`. */
  inStep: boolean;
  /** Milliseconds since epoch. */
  fullAt: number;
}

/**
 * An update is a difference, so none may be left out: a reader gets all of them, or a `full` in their place once it
 * reads again.
 */
export function createSentimentReaders({ board, clock, sent }: SentimentReadersParts): SentimentReaders {
  const told = createTold();
  const readers = new Map<PlainPeer, Reader>();
  const running = createScope();

  /** Everything that was told, as a message that takes the place of all before it. */
  const fullFrame = once(() => {
    const message: SentimentFull = {
      type: 'full',
      data: told.rows(),
      timestamp: new Date(clock.now()).toISOString(),
    };
    return toTextFrame(JSON.stringify(message));
  });
  const initialFrame = once(() =>
    toTextFrame(JSON.stringify({ type: 'initial', data: told.rows() } satisfies SentimentInitial)),
  );

  function update(changed: readonly SentimentTotal[]): void {
    const updates = told.move(changed);
    if (updates.length === 0) return;
    initialFrame.forget();
    const frames = Buffer.concat(updates.map((message) => toTextFrame(JSON.stringify(message))));
    for (const [peer, reader] of readers) {
      reader.inStep &&= peer.inFlightBytes() < MAX_SENTIMENT_QUEUE_BYTES && !peer.isLate();
      if (!reader.inStep) continue;
      peer.writeFrames(frames);
      sent('update', updates.length);
    }
  }

  function beginAnew(): void {
    told.begin(board.all());
    initialFrame.forget();
    for (const reader of readers.values()) reader.inStep = false;
    serve();
  }

  /** Writes a `full` to whom one is due and who can take it. */
  function serve(): void {
    const now = clock.now();
    fullFrame.forget();
    for (const [peer, reader] of readers) {
      if ((reader.inStep && now < reader.fullAt) || peer.room() <= 0) continue;
      peer.writeFrames(fullFrame.get());
      sent('full', 1);
      reader.inStep = true;
      // Counted from when it joined: a doubt must not make the fulls of all readers fall into one second for good.
      while (reader.fullAt <= now) reader.fullAt += SENTIMENT_FULL_INTERVAL_MS;
    }
  }

  function start(): void {
    told.begin(board.all());
    initialFrame.forget();
    running.add(
      board.onChange(update),
      board.onDoubt(beginAnew),
      clock.every(SENTIMENT_FULL_INTERVAL_MS, () => {
        if (!told.ranksAs(board.all())) beginAnew();
      }),
      // Behind the ranking, which makes another full of the one that is due.
      clock.every(LOOK_INTERVAL_MS, serve),
    );
  }

  return {
    join(peer) {
      if (readers.size === 0) start();
      readers.set(peer, { inStep: true, fullAt: clock.now() + SENTIMENT_FULL_INTERVAL_MS });
      peer.writeFrames(initialFrame.get());
      sent('initial', 1);
    },
    leave(peer) {
      if (readers.delete(peer) && readers.size === 0) running.end();
    },
  };
}

/** A frame that many readers share; made when the first of them needs it. */
function once(make: () => Buffer): { get(): Buffer; forget(): void } {
  let made: Buffer | null = null;
  return {
    get: () => (made ??= make()),
    forget() {
      made = null;
    },
  };
}
