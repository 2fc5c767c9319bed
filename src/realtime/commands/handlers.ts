import { type ClientEvent, COMMANDS, type CommandHandlers } from '../../protocol/events.ts';
import type { Peer } from '../peer.ts';

export type Handlers = CommandHandlers<Peer>;

/** Every command has one handler; anything else is a mistake in how the service is composed. */
export function mergeHandlers(parts: readonly { readonly handlers?: Partial<Handlers> }[]): Handlers {
  const merged: Partial<Handlers> = {};
  for (const { handlers = {} } of parts) {
    const repeated = Object.keys(handlers).find((event) => Object.hasOwn(merged, event));
    if (repeated !== undefined) throw new Error(`two features answer ${repeated}`);
    Object.assign(merged, handlers);
  }
  if (isComplete(merged)) return merged;
  const missing = Object.keys(COMMANDS).filter((event) => !Object.hasOwn(merged, event));
  throw new Error(`no feature answers ${missing.join(', ')}`);
}

const isComplete = (handlers: Partial<Handlers>): handlers is Handlers =>
  Object.keys(COMMANDS).every((event) => Object.hasOwn(handlers, event as ClientEvent));
