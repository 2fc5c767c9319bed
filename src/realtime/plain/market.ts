import type { Clock } from '../../lib/clock.ts';
import {
  PLAIN_COMMANDS,
  PLAIN_PATH,
  type PlainMessage,
  type PlainOptionsSubscribed,
  type PlainSubscribed,
} from '../../protocol/plain.ts';
import { MARKET } from '../../protocol/plain-words.ts';
import { writePlainQuote } from '../quotes/quote-writer.ts';
import type { Selected } from '../selection.ts';
import { createPlainDialect } from './dialect.ts';
import { type Answer, type PlainEndpointFactory, plainCommand } from './endpoint.ts';

/** Quotes and option contracts by name. */
export const marketEndpoint =
  (clock: Clock): PlainEndpointFactory =>
  ({ selections: { quotes, options } }) => {
    const { subscribe, unsubscribe, subscribe_options, unsubscribe_options } = PLAIN_COMMANDS;
    return {
      path: PLAIN_PATH,
      dialect: {
        ...createPlainDialect(MARKET, clock),
        encodeQuote: (quote) => writePlainQuote(quote, clock.now()),
      },
      commands: {
        subscribe: plainCommand(subscribe, async (peer, { symbols }) =>
          symbolsAnswer('subscribed', await quotes.add(peer, symbols)),
        ),
        unsubscribe: plainCommand(unsubscribe, (peer, { symbols }) =>
          symbolsAnswer('unsubscribed', quotes.remove(peer, symbols)),
        ),
        subscribe_options: plainCommand(subscribe_options, async (peer, { contractIds }) =>
          contractsAnswer('subscribed_options', await options.add(peer, contractIds)),
        ),
        unsubscribe_options: plainCommand(unsubscribe_options, (peer, { contractIds }) =>
          contractsAnswer('unsubscribed_options', options.remove(peer, contractIds)),
        ),
      },
    };
  };

const answerOf = (message: PlainMessage, after: () => void): Answer => ({
  type: message.type,
  text: JSON.stringify(message),
  after,
});

const symbolsAnswer = (type: PlainSubscribed['type'], { accepted, rejected, after }: Selected): Answer =>
  answerOf({ type, symbols: accepted, rejected }, after);

const contractsAnswer = (
  type: PlainOptionsSubscribed['type'],
  { accepted, rejected, after }: Selected,
): Answer => answerOf({ type, contractIds: accepted, rejected }, after);
