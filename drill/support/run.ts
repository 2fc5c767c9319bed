import { setTimeout as pause } from 'node:timers/promises';
import type { BrokerRow } from '../../rig/stand-ins/broker/stand-in.ts';
import type { ClientsLog } from '../servers/clients.ts';
import { check, type Evidence, type Verdict } from './checker.ts';
import { type Check, exactly, STALE, within } from './drill.ts';
import { countOpenOrders, readFacts, readHeads } from './facts.ts';
import type { ClientSpec, Gap } from './follower.ts';
import type { Rig } from './rig.ts';

/** One trade as it arrived at one client. Times are milliseconds since epoch. */
export interface Delivery {
  readonly client: string;
  readonly key: string;
  readonly sentAt: number;
  readonly acknowledgedAt: number;
  readonly arrivedAt: number;
  /** Names of the replica that accepted it, empty where the front chose, and of the one that delivered it. */
  readonly via: string;
  readonly replica: string;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly deliveries: readonly Delivery[];
  readonly gaps: readonly Gap[];
  /** Age of the oldest quote at arrival, among those that claimed to be current. */
  readonly oldestQuoteMs: number;
  /** Attempts to connect or subscribe that failed, by reason; of all clients. */
  readonly refusals: Readonly<Record<string, number>>;
  /** From the end of the load until every client had everything; null where that did not come. */
  readonly settledMs: number | null;
}

/** One measured stretch: clients that begin afresh, and what became of everything sent since. */
export interface Run {
  readonly startedAt: number;
  /** Waits until clients and orders are where they should be, or until that is hopeless, then compares. */
  end(options?: EndOptions): Promise<Outcome>;
}

export interface RunOptions {
  readonly clients: readonly ClientSpec[];
  /** Whether quotes are looked at for as long as they stand on a screen, and not only as they arrive. */
  readonly screens?: boolean;
}

export interface EndOptions {
  /** Longest that a hole may stay open; by default as the rig has it. */
  readonly withinMs?: number;
  /** What a broker outside has, asked when everything has come to its end. */
  readonly broker?: () => readonly BrokerRow[];
  /** Only what this group of clients received; the others belong to another row. */
  readonly group?: string;
}

const LOOK_AGAIN_MS = 100;

export async function beginRun(rig: Rig, { clients, screens = true }: RunOptions): Promise<Run> {
  await rig.clients.call('close');
  await rig.clients.call('open', { clients, port: rig.front.port, screens });
  await rig.clients.call('clearQuotes');
  const startedAt = Date.now();
  return {
    startedAt,
    async end({ withinMs = rig.settleMs, broker, group } = {}) {
      const isMeant = (one: { readonly group: string }): boolean =>
        group === undefined || one.group === group;
      const settledMs = await settle(rig, withinMs, isMeant);
      const [facts, found] = await Promise.all([readFacts(rig.db), rig.clients.call('log')]);
      const logs = found.logs.filter(isMeant);
      const quotes = Object.entries(found.quotes).flatMap(([name, watched]) =>
        isMeant({ group: name }) ? [watched] : [],
      );
      const evidence: Evidence = {
        ...facts,
        sent: rig.ledger.all(),
        since: startedAt,
        broker: broker?.() ?? null,
        clients: logs,
        quotes: {
          delivered: quotes.reduce((sum, { delivered }) => sum + delivered, 0),
          stale: quotes.flatMap(({ stale }) => stale),
        },
      };
      return {
        verdict: check(evidence),
        evidence,
        deliveries: deliveriesOf(rig, logs),
        gaps: logs.flatMap(({ gaps }) => gaps),
        oldestQuoteMs: Math.max(0, ...quotes.map(({ oldestMs }) => oldestMs)),
        refusals: found.refusals,
        settledMs,
      };
    },
  };
}

/** Resolves with the time it took, or with null after `withinMs`. */
async function settle(
  rig: Rig,
  withinMs: number,
  isMeant: (one: { readonly group: string }) => boolean,
): Promise<number | null> {
  const startedAt = Date.now();
  while (Date.now() - startedAt < withinMs) {
    const [heads, standing, openOrders] = await Promise.all([
      readHeads(rig.db),
      rig.clients.call('standing'),
      countOpenOrders(rig.db),
    ]);
    const behind = standing.filter(
      (one) => isMeant(one) && !(one.following && one.seq! >= heads.get(one.userId)!),
    );
    if (behind.length === 0 && openOrders === 0) return Date.now() - startedAt;
    await pause(LOOK_AGAIN_MS);
  }
  return null;
}

function deliveriesOf(rig: Rig, logs: ClientsLog['logs']): Delivery[] {
  const sent = new Map(rig.ledger.all().map((entry) => [entry.key, entry]));
  return logs.flatMap(({ client, received }) =>
    received.flatMap(({ id, at, replica }) => {
      const entry = sent.get(id);
      if (!entry || entry.acknowledgedAt === null) return [];
      const { key, sentAt, acknowledgedAt, via } = entry;
      return [{ client, key, sentAt, acknowledgedAt, via, arrivedAt: at, replica }];
    }),
  );
}

/** What must be zero in every row. */
export const verdictChecks = (verdict: Verdict): Check[] => [
  exactly('lost', verdict.lost.length, 0),
  exactly('duplicated', verdict.duplicated.length, 0),
  exactly('out of order', verdict.disordered.length, 0),
  exactly('unexpected', verdict.unexpected.length, 0),
];

/** Every quote that claimed to be current was current. */
export const staleCheck = (verdict: Verdict): Check => ({
  ...exactly(STALE, verdict.stale.length, 0),
  timed: true,
});

/** Milliseconds, the longest, from an acknowledgement to its arrival at a client, counted from `after` at the earliest. */
export const longestDelay = (deliveries: readonly Delivery[], after = 0): number =>
  deliveries.reduce(
    (longest, { acknowledgedAt, arrivedAt }) =>
      Math.max(longest, arrivedAt - Math.max(acknowledgedAt, after)),
    0,
  );

/** Every client that lost its connection is back within `limit` seconds. */
export function backCheck(gaps: readonly Gap[], limit: number): Check {
  const longest = gaps.reduce(
    (most, { from, to }) => Math.max(most, (to ?? Number.POSITIVE_INFINITY) - from),
    0,
  );
  return within('all clients back', longest / 1_000, limit, 's');
}

/** Value at `share` of the sorted values (0.99 is the 99th percentile); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
