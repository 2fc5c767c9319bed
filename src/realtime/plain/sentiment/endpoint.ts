import type { SentimentBoard } from '../../../domain/off-exchange/sentiment-board.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { RealtimeMetrics } from '../../../metrics/realtime.ts';
import { NOTICES } from '../../../protocol/plain-words.ts';
import { SENTIMENT_PATH } from '../../../protocol/sentiment.ts';
import { createPlainDialect } from '../dialect.ts';
import type { PlainEndpointFactory } from '../endpoint.ts';
import { createSentimentReaders } from './readers.ts';

export interface SentimentEndpointParts {
  readonly board: SentimentBoard;
  /** Whether anybody may read, without a session or a token. */
  readonly isPublic: boolean;
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent'>;
}

/** What is traded off exchange today: every reader gets all of it, unasked. */
export const sentimentEndpoint =
  ({ board, isPublic, clock, metrics }: SentimentEndpointParts): PlainEndpointFactory =>
  () => {
    const readers = createSentimentReaders({ board, clock, sent: metrics.messageSent });
    return {
      path: SENTIMENT_PATH,
      dialect: createPlainDialect(NOTICES, clock),
      commands: {},
      isPublic,
      greet: readers.join,
      left: readers.leave,
    };
  };
