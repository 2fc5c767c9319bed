import { appendFileSync, closeSync, openSync } from 'node:fs';
import type { Sent } from './checker.ts';

/**
 * What the publishers say they did: a line before sending and one after the definite answer, in memory and in a
 * file that outlives this process.
 */
export interface Ledger {
  sending(entry: Pick<Sent, 'key' | 'kind' | 'userId'> & { readonly via: string }): void;
  acknowledged(key: string, answer: { readonly seq: number | null; readonly orderId: string | null }): void;
  /** Refused for good: it did not happen and no client is owed it. */
  refused(key: string, why: string): void;
  all(): readonly LedgerEntry[];
  /** Sent and without a definite answer. */
  open(): number;
  close(): void;
}

export interface LedgerEntry extends Sent {
  /** Name of the replica it was sent to; empty where the front chose. */
  readonly via: string;
  readonly refusal: string | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createLedger(file: string): Ledger {
  const entries = new Map<string, Mutable<LedgerEntry>>();
  const output = openSync(file, 'a');
  let open = 0;
  const line = (what: string, about: object): void =>
    appendFileSync(output, `${JSON.stringify({ what, at: Date.now(), ...about })}\n`);
  const entryOf = (key: string): Mutable<LedgerEntry> => {
    const entry = entries.get(key);
    if (!entry) throw new Error(`nothing was sent as ${key}`);
    open -= 1;
    return entry;
  };
  return {
    sending(entry) {
      if (entries.has(entry.key)) throw new Error(`${entry.key} was sent before`);
      line('sending', entry);
      const nothing = { acknowledgedAt: null, seq: null, orderId: null, refusal: null };
      entries.set(entry.key, { ...entry, sentAt: Date.now(), ...nothing });
      open += 1;
    },
    acknowledged(key, answer) {
      line('acknowledged', { key, ...answer });
      Object.assign(entryOf(key), { acknowledgedAt: Date.now(), ...answer });
    },
    refused(key, why) {
      line('refused', { key, why });
      entryOf(key).refusal = why;
    },
    all: () => [...entries.values()],
    open: () => open,
    close: () => closeSync(output),
  };
}
