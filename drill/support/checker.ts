/**
 * Compares what was promised with what is there: the publishers' ledger, the rows of the database, and what each
 * client logged. It knows nothing of the service but its wire and its tables.
 */

import type { BrokerRow } from '../../rig/stand-ins/broker/stand-in.ts';

/** One thing a publisher sent, under a key of its own. */
export interface Sent {
  readonly key: string;
  readonly kind: 'trade' | 'order';
  readonly userId: string;
  readonly sentAt: number;
  /** When a definite yes arrived, milliseconds since epoch; null while there is none. */
  readonly acknowledgedAt: number | null;
  /** From the acknowledgement: of a trade its number in the journal, … */
  readonly seq: number | null;
  /** … of an order its id. */
  readonly orderId: string | null;
}

export interface JournalRow {
  readonly userId: string;
  readonly epoch: string;
  readonly seq: number;
  readonly event: string;
  /** Id of the trade or order that it is about. */
  readonly id: string;
  readonly orderId: string | null;
}

export interface OrderRow {
  readonly id: string;
  /** The key it was sent with. */
  readonly key: string;
  readonly userId: string;
  readonly status: string;
  readonly quantity: number;
  readonly filledQuantity: number;
}

export interface FillRow {
  readonly executionId: string;
  readonly orderId: string;
  readonly quantity: number;
}

export interface Received {
  readonly epoch: string;
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  /** Name of the replica it came from. */
  readonly replica: string;
}

export interface StaleQuote {
  readonly symbol: string;
  readonly ageMs: number;
  readonly at: number;
}

export interface ClientLog {
  readonly client: string;
  readonly userId: string;
  /** Where the journal stood when the client first subscribed: it is owed everything after. */
  readonly from: { readonly epoch: string; readonly seq: number };
  /** In order of arrival. */
  readonly received: readonly Received[];
}

export interface QuoteLog {
  readonly delivered: number;
  /** Quotes that said they were the present ones and were not. */
  readonly stale: readonly StaleQuote[];
}

export interface Evidence {
  readonly sent: readonly Sent[];
  /** What was sent before is known but not counted, milliseconds since epoch. */
  readonly since?: number;
  readonly journal: readonly JournalRow[];
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  /** Null where the broker is part of the service. */
  readonly broker: readonly BrokerRow[] | null;
  readonly clients: readonly ClientLog[];
  readonly quotes: QuoteLog;
}

/** A list of findings by kind, each a sentence. Empty lists are what everything is about. */
export interface Verdict {
  readonly sent: number;
  readonly acknowledged: number;
  /** Events that arrived at clients. */
  readonly delivered: number;
  readonly quotes: number;
  /** Acknowledged but missing: in the database, or at a client that is owed it. */
  readonly lost: readonly string[];
  /** Delivered, written or sent to the broker twice. */
  readonly duplicated: readonly string[];
  readonly disordered: readonly string[];
  /** Delivered but never sent, or other than it was sent. */
  readonly unexpected: readonly string[];
  readonly stale: readonly string[];
}

type Findings = { -readonly [K in 'lost' | 'duplicated' | 'disordered' | 'unexpected' | 'stale']: string[] };

/** States in which an order stays. */
const FINAL: ReadonlySet<string> = new Set(['filled', 'cancelled', 'expired', 'denied', 'rejected']);

export function check(evidence: Evidence): Verdict {
  const found: Findings = { lost: [], duplicated: [], disordered: [], unexpected: [], stale: [] };
  const journals = groupBy(evidence.journal, ({ userId }) => userId);
  for (const [userId, rows] of journals) checkNumbers(userId, rows, found);
  checkTrades(evidence, found);
  checkOrders(evidence, found);
  for (const log of evidence.clients) checkClient(log, journals.get(log.userId) ?? [], found);
  for (const { symbol, ageMs } of evidence.quotes.stale) {
    found.stale.push(`a quote of ${symbol} was ${Math.round(ageMs)} ms old and shown as the present one`);
  }
  const counted = evidence.sent.filter(({ sentAt }) => sentAt >= (evidence.since ?? 0));
  return {
    sent: counted.length,
    acknowledged: counted.filter(({ acknowledgedAt }) => acknowledgedAt !== null).length,
    delivered: evidence.clients.reduce((sum, { received }) => sum + received.length, 0),
    quotes: evidence.quotes.delivered,
    ...found,
  };
}

/** Numbers of one journal have no hole and none is there twice. */
function checkNumbers(userId: string, rows: readonly JournalRow[], found: Findings): void {
  const sorted = [...rows].sort((a, b) => a.seq - b.seq);
  for (const [index, { seq }] of sorted.entries()) {
    const before = sorted[index - 1]?.seq;
    if (before === undefined) continue;
    if (seq === before) found.duplicated.push(`the journal of ${userId} has number ${seq} twice`);
    else if (seq !== before + 1)
      found.lost.push(`the journal of ${userId} has a hole between ${before} and ${seq}`);
  }
}

/** Every acknowledged trade is in the journal once, under the number that was answered; no other is. */
function checkTrades({ sent, journal }: Evidence, found: Findings): void {
  const trades = sent.filter(({ kind }) => kind === 'trade');
  const recorded = groupBy(
    journal.filter(({ event, orderId }) => event === 'trade:executed' && orderId === null),
    ({ id }) => id,
  );
  const known = new Map(trades.map((trade) => [trade.key, trade]));
  for (const { key, acknowledgedAt, seq } of trades) {
    const rows = recorded.get(key) ?? [];
    if (rows.length === 0 && acknowledgedAt !== null)
      found.lost.push(`trade ${key} was acknowledged and is not in the journal`);
    if (rows.length > 1) found.duplicated.push(`trade ${key} is in the journal ${rows.length} times`);
    if (rows.length === 1 && acknowledgedAt !== null && rows[0]!.seq !== seq)
      found.unexpected.push(
        `trade ${key} was acknowledged as number ${seq} and is number ${rows[0]!.seq} in the journal`,
      );
  }
  for (const [id, [row]] of recorded) {
    const trade = known.get(id);
    if (!trade) found.unexpected.push(`trade ${id} is in the journal and was never sent`);
    else if (trade.userId !== row!.userId) found.unexpected.push(`trade ${id} was delivered to another user`);
  }
}

/** Every acknowledged order is there once and came to an end, and each of its fills is reported once. */
function checkOrders({ sent, journal, orders, fills, broker }: Evidence, found: Findings): void {
  const rows = new Map(orders.map((order) => [order.id, order]));
  const sentKeys = new Set(sent.map(({ key }) => key));
  for (const [key, same] of groupBy(orders, (order) => order.key)) {
    if (same.length > 1) found.duplicated.push(`order ${key} is there ${same.length} times`);
    if (!sentKeys.has(key)) found.unexpected.push(`order ${key} is there and was never sent`);
  }
  const keys = new Map<string, string>();
  for (const { key, kind, acknowledgedAt, orderId } of sent) {
    if (kind !== 'order' || acknowledgedAt === null) continue;
    const order = orderId === null ? undefined : rows.get(orderId);
    if (!order) {
      found.lost.push(`order ${key} was acknowledged and is not there`);
      continue;
    }
    const other = keys.get(order.id);
    if (other !== undefined) found.unexpected.push(`orders ${other} and ${key} were answered with one id`);
    keys.set(order.id, key);
    if (!FINAL.has(order.status)) found.lost.push(`order ${key} came to no end, it is ${order.status}`);
  }
  const fillsOf = groupBy(fills, ({ orderId }) => orderId);
  const reportedOf = groupBy(
    journal.filter(({ event, orderId }) => event === 'trade:executed' && orderId !== null),
    ({ orderId }) => orderId!,
  );
  for (const [orderId, reported] of reportedOf) {
    if (!rows.has(orderId))
      found.unexpected.push(`a fill of order ${orderId}, which was never placed, was reported`);
    const extra = reported.length - (fillsOf.get(orderId)?.length ?? 0);
    if (extra > 0)
      found.duplicated.push(`${extra} more fills of order ${orderId} were reported than happened`);
  }
  for (const [orderId, filled] of fillsOf) {
    const missing = filled.length - (reportedOf.get(orderId)?.length ?? 0);
    if (missing > 0) found.lost.push(`${missing} fills of order ${orderId} were never reported`);
  }
  for (const { id, quantity, filledQuantity } of orders) {
    const sum = (fillsOf.get(id) ?? []).reduce((total, fill) => total + fill.quantity, 0);
    if (sum < filledQuantity)
      found.lost.push(`order ${id} is filled by ${filledQuantity}, its fills say ${sum}`);
    if (sum > filledQuantity || sum > quantity)
      found.duplicated.push(`the fills of order ${id} are ${sum} shares, more than it counts`);
  }
  if (broker) checkBroker(broker, rows, found);
}

/** The broker took each order once at most, and its fills are ours. */
function checkBroker(
  broker: readonly BrokerRow[],
  orders: ReadonlyMap<string, OrderRow>,
  found: Findings,
): void {
  for (const { orderId, filledQuantity, taken } of broker) {
    const order = orders.get(orderId);
    if (!order) found.unexpected.push(`the broker has order ${orderId}, which is not ours`);
    if (taken > 1) found.duplicated.push(`the broker accepted order ${orderId} ${taken} times`);
    if (order && order.filledQuantity < filledQuantity)
      found.lost.push(
        `the broker filled ${filledQuantity} of order ${orderId}, we know of ${order.filledQuantity}`,
      );
    if (order && order.filledQuantity > filledQuantity)
      found.unexpected.push(
        `we have ${order.filledQuantity} filled of order ${orderId}, the broker ${filledQuantity}`,
      );
  }
}

/** A client receives every number after its first position once, in order, and each as the journal has it. */
function checkClient(
  { client, userId, from, received }: ClientLog,
  rows: readonly JournalRow[],
  found: Findings,
): void {
  const journal = new Map(rows.map((row) => [`${row.epoch} ${row.seq}`, row]));
  const seen = new Set<string>();
  let last = from.seq;
  let lastEpoch = from.epoch;
  for (const { epoch, seq, id } of received) {
    if (epoch !== lastEpoch) last = 0;
    lastEpoch = epoch;
    const name = `${epoch} ${seq}`;
    const row = journal.get(name);
    if (!row)
      found.unexpected.push(`${client} received number ${seq}, which is not in the journal of ${userId}`);
    else if (row.id !== id)
      found.unexpected.push(`${client} received ${id} as number ${seq}, the journal has ${row.id}`);
    if (seen.has(name) || (epoch === from.epoch && seq <= from.seq))
      found.duplicated.push(`${client} received number ${seq} again`);
    else if (seq < last) found.disordered.push(`${client} received number ${seq} after ${last}`);
    seen.add(name);
    last = Math.max(last, seq);
  }
  for (const { epoch, seq } of rows) {
    if (epoch === from.epoch && seq <= from.seq) continue;
    if (!seen.has(`${epoch} ${seq}`)) found.lost.push(`${client} never received number ${seq} of ${userId}`);
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
