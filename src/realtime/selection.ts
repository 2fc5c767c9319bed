import type { ErrorCode } from '../protocol/errors.ts';
import type { Peer } from './peer.ts';

/** Subscriptions by name: each name is accepted, or refused with its own code, and the others do not suffer. */
export interface Selection {
  add(peer: Peer, names: readonly string[]): Promise<Selected>;
  remove(peer: Peer, names: readonly string[]): Selected;
}

export interface Selected {
  /** As the protocol writes them. */
  readonly accepted: readonly string[];
  readonly rejected: readonly Rejected[];
  /** Sends the latest values; to be called behind the answer. */
  readonly after: () => void;
}

export interface Rejected {
  /** As the client wrote it. */
  readonly symbol: string;
  readonly code: ErrorCode;
}

/** What can be subscribed to by name. */
export interface Selections {
  readonly quotes: Selection;
  readonly options: Selection;
}

/** Every selection is offered by one feature; anything else is a mistake in how the service is composed. */
export function mergeSelections(parts: readonly { readonly selections?: Partial<Selections> }[]): Selections {
  const merged: Partial<Selections> = Object.assign({}, ...parts.map(({ selections }) => selections));
  const { quotes, options } = merged;
  if (!quotes || !options) throw new Error('no feature offers quotes, or options, by name');
  return { quotes, options };
}
