import type { z } from 'zod';
import { beginningOf } from '../../protocol/display-text.ts';
import { TradecastError } from '../../protocol/errors.ts';
import {
  type AnswerTo,
  type ClientEvent,
  COMMAND_SHAPES,
  type HandlerAnswer,
  isCommand,
  replyTo,
} from '../../protocol/events.ts';
import { issueWords } from '../../protocol/issue-words.ts';
import type { Peer, Send } from '../peer.ts';
import type { Gate } from './gate.ts';
import type { Handlers } from './handlers.ts';

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly gate: Gate;
  readonly send: Send;
}

/** Carries an answer back to a client that waits for it. */
export type Ack = <E extends ClientEvent>(answer: AnswerTo<E>) => void;

export interface Dispatch {
  /** Handles one event of a peer, whatever it is, and answers it. */
  receive(peer: Peer, event: string, args: readonly unknown[], ack?: Ack): void;
}

/**
 * The one way in for the commands of the protocol: validate → limit → session → run → reply. No message of a client and
 * no error of a handler gets past it. Refusals go to the ack where there is one, and to the `error` event always.
 */
export function createDispatch({ handlers, gate, send }: DispatchParts): Dispatch {
  async function run<E extends ClientEvent>(
    peer: Peer,
    event: E,
    args: readonly unknown[],
  ): Promise<HandlerAnswer<E>> {
    const { schema, invalid } = COMMAND_SHAPES[event];
    const payload = args.length <= 1 ? schema.safeParse(args[0], { error: issueWords }) : undefined;
    if (!payload?.success) throw new TradecastError('VALIDATION', explain(invalid, payload?.error));
    return gate.charge(peer, event, () => handlers[event](peer, payload.data));
  }

  async function answer<E extends ClientEvent>(
    peer: Peer,
    event: E,
    args: readonly unknown[],
    ack: Ack | undefined,
  ): Promise<void> {
    const { ack: content, after } = await run(peer, event, args);
    ack?.({ ok: true, ...content });
    const reply = replyTo(event, content);
    if (reply) send(peer, reply[0], reply[1]);
    after?.();
  }

  return {
    receive(peer, event, args, ack) {
      const handle = (): Promise<void> =>
        isCommand(event) ? answer(peer, event, args, ack) : gate.refuseUnknown(peer);
      gate.pass(peer, event, handle, ack && ((refusal) => ack(failureOf(refusal))));
    },
  };
}

const failureOf = ({ code, message, retryAfterMs }: TradecastError) =>
  ({ ok: false, code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) }) as const;

/** The command's own sentence, with the first thing that is wrong where it has a name. */
export function explain(sentence: string, error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  if (!issue || issue.path.length === 0) return sentence;
  const where = beginningOf(issue.path.map(String).join('.'), 64);
  return `${sentence}: ${where}: ${beginningOf(issue.message, 200)}`;
}
