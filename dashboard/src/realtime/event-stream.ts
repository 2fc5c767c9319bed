/**
 * The event lane as the browser sees it: every journaled event once, in order, without a hole.
 *
 * First the journal's last page is read over HTTP, then the socket is asked for what follows it. Repeats are
 * dropped by number. An event that skips numbers waits while the missing ones are read over HTTP, which unlike
 * `subscribe:trades` may be asked as often as needed. Another epoch, or `recovered: false`, means that the numbering
 * itself is new: start over from the journal.
 */
import type { JournalEntryPayload, SubscriptionConfirmed } from '../../../src/protocol/events.ts';
import type { JournalPosition } from '../../../src/protocol/trades.ts';
import { createJournalReader, type JournalReader, type JournalReaderOptions } from './journal-reader.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';
import type { TradecastSocket } from './socket.ts';
import { TOPIC_NAMES, TOPICS } from './topics.ts';

/** One head ahead of us may cross with its events; a second one means that they are not coming. */
const HEADS_UNTIL_RENEWAL = 2;

export interface EventStreamOptions extends Omit<JournalReaderOptions, 'order'> {
  readonly socket: TradecastSocket;
  /** One event, in its turn. `missed`: it happened while this browser was not connected. */
  onEvent(entry: JournalEntryPayload, missed: boolean): void;
  /** The server no longer pushes on this connection and has to be asked to again. */
  onRenew(): void;
}

export interface EventStream extends JournalReader, Pick<Sequencer, 'position'> {}

export function createEventStream(options: EventStreamOptions): EventStream {
  const { socket, onEvent, onReset, onRenew } = options;
  const order = createSequencer(onEvent);
  let headsAhead = 0;
  let renewalDue = false;
  const reader = createJournalReader({
    ...options,
    order,
    onReset(entries) {
      onReset(entries);
      if (renewalDue) onRenew();
      renewalDue = false;
    },
  });
  const quietly = (work: Promise<void>) => void work.catch(() => {});

  /** Events that come while the journal is read anew wait for it. */
  function startOver() {
    order.forget();
    quietly(reader.load());
  }

  function receive(entry: JournalEntryPayload) {
    const place = order.receive(entry);
    if (place === 'in order' || place === 'gap') headsAhead = 0;
    if (place === 'gap') quietly(reader.catchUp());
    if (place !== 'renumbered') return;
    startOver();
    order.hold(entry);
  }

  function confirmed(answer: SubscriptionConfirmed) {
    const position = order.position();
    if (answer.type !== 'trades' || !position) return;
    if (!answer.recovered || answer.epoch !== position.epoch) startOver();
    else order.missUntil(answer.head);
  }

  function announced(head: JournalPosition) {
    const position = order.position();
    if (!position) return;
    if (head.epoch !== position.epoch) {
      renewalDue = true;
      startOver();
    } else if (head.seq > position.after) {
      headsAhead += 1;
      quietly(reader.catchUp());
      if (headsAhead < HEADS_UNTIL_RENEWAL) return;
      headsAhead = 0;
      onRenew();
    }
  }

  /** An event with a position is one of the journal's, also where only a newer server knows its name. */
  function receiveAny(event: string, payload: unknown) {
    if (!NOT_JOURNALED.has(event) && isPosition(payload)) receive({ event, payload } as JournalEntryPayload);
  }

  socket.onAny(receiveAny);
  socket.on('subscription:confirmed', confirmed);
  socket.on('journal:head', announced);

  return {
    ...reader,
    position: order.position,
    stop() {
      reader.stop();
      socket.offAny(receiveAny);
      socket.off('subscription:confirmed', confirmed);
      socket.off('journal:head', announced);
    },
  };
}

/** States have no place in the journal, whatever their payload; a head is no event. */
const NOT_JOURNALED: ReadonlySet<string> = new Set([
  'journal:head',
  ...TOPIC_NAMES.map((name) => TOPICS[name].event),
]);

/** A payload that names a `stream` is numbered by that stream. */
const isPosition = (payload: unknown): payload is JournalPosition =>
  typeof payload === 'object' &&
  payload !== null &&
  !('stream' in payload) &&
  'epoch' in payload &&
  typeof payload.epoch === 'string' &&
  'seq' in payload &&
  Number.isSafeInteger(payload.seq);
