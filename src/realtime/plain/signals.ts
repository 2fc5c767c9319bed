import type { Clock } from '../../lib/clock.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import {
  PLAIN_SIGNALS_COMMANDS,
  PLAIN_SIGNALS_PATH,
  type PlainRecovered,
  type PlainSignalsConnected,
  SIGNALS,
} from '../../protocol/plain-signals.ts';
import type { SignalStreams } from '../event-lane/signal-streams.ts';
import type { Peer } from '../peer.ts';
import { createPlainDialect } from './dialect.ts';
import { type PlainEndpointFactory, plainCommand } from './endpoint.ts';

export interface SignalsEndpointParts {
  readonly signalStreams: SignalStreams;
  /** Those who are connected, for the count. */
  readonly readers: Set<Peer>;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}

/** Signals: every reader follows the streams that are open to the tier, unasked. */
export const signalsEndpoint =
  ({ signalStreams, readers, clock, metrics }: SignalsEndpointParts): PlainEndpointFactory =>
  () => ({
    path: PLAIN_SIGNALS_PATH,
    dialect: createPlainDialect(SIGNALS, clock),
    left: (peer) => void readers.delete(peer),
    async greet(peer) {
      readers.add(peer);
      const { tier, streams, start } = await signalStreams.subscribe(peer);
      const { free, premium } = streams;
      const message: PlainSignalsConnected = {
        type: 'connected',
        tier,
        streams: { free: headOf(free), ...(premium && { premium: headOf(premium) }) },
      };
      metrics.messageSent(message.type);
      peer.reply(JSON.stringify(message));
      start();
    },
    commands: {
      resume: plainCommand(PLAIN_SIGNALS_COMMANDS.resume, async (peer, { positions }) => {
        const { streams, start } = await signalStreams.subscribe(peer, positions);
        const { free, premium } = streams;
        const message: PlainRecovered = {
          type: 'recovered',
          streams: { free: free.recovered, ...(premium && { premium: premium.recovered }) },
        };
        return { type: message.type, text: JSON.stringify(message), after: start };
      }),
    },
  });

const headOf = ({ epoch, head }: { readonly epoch: string; readonly head: number }) => ({ epoch, head });
