import { useStore } from 'zustand';
import { Badge, type Tone } from '../../components/badge.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { asSentence } from '../../lib/words.ts';
import { type ConnectionState, POLL_INTERVAL_MS } from '../../stores/connection.ts';

interface Look {
  readonly tone: Tone;
  readonly word: string;
  readonly sentence: string;
}

export function look({ status, failures, offline, message }: ConnectionState): Look {
  switch (status) {
    case 'connected':
      return { tone: 'up', word: 'Live', sentence: 'Connected. Values are live.' };
    case 'connecting':
      return failures === 0
        ? { tone: 'neutral', word: 'Connecting', sentence: 'Connecting to live data.' }
        : { tone: 'warn', word: 'Connecting', sentence: asSentence(message ?? 'No live connection yet.') };
    case 'reconnecting':
      return {
        tone: 'warn',
        word: 'Reconnecting',
        sentence: asSentence(message ?? 'Connection lost. Reconnecting.'),
      };
    case 'polling':
      return offline
        ? {
            tone: 'down',
            word: 'Offline',
            sentence: 'The server cannot be reached. Trying again in the background.',
          }
        : {
            tone: 'warn',
            word: 'Polling',
            sentence: `No live connection. Values are fetched every ${POLL_INTERVAL_MS / 1_000} seconds.`,
          };
    case 'replaced':
      return {
        tone: 'warn',
        word: 'Replaced',
        sentence: 'Another tab has taken over this connection. Values here are no longer live.',
      };
    case 'ended':
      return { tone: 'neutral', word: 'Signed out', sentence: 'The session has ended.' };
  }
}

/** State of the connection, with the round trip while there is one. Changes are announced, latencies are not. */
export function ConnectionBadge() {
  const { connection } = useDesk();
  const state = useStore(connection.state);
  const { tone, word, sentence } = look(state);
  const replica = state.replica ? ` Replica ${state.replica}.` : '';
  return (
    <div className="flex items-center">
      <Badge tone={tone} title={`${sentence}${replica}`}>
        <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
        {word}
        {state.latencyMs === null ? null : (
          <span className="min-w-10 text-right font-normal" title="Round trip to the server">
            {state.latencyMs} ms
          </span>
        )}
      </Badge>
      <span role="status" className="sr-only">
        {sentence}
      </span>
    </div>
  );
}
