import type {
  CountedSignal,
  DeliveryCount,
  DeliveryLog,
} from '../../../domain/signals/delivery/delivery-log.ts';
import type { SignalAction, SignalStream } from '../../../protocol/signals.ts';
import type { Database } from '../../sql/database.ts';
import { readPage } from './page.ts';

interface CountRow {
  replica: string;
  eligible: number;
  told: number;
  latencies: readonly (readonly [bin: number, readers: number])[];
  known: readonly string[];
  exact: boolean;
}

interface SignalRow {
  stream: SignalStream;
  seq: number;
  source: string;
  id: string;
  revision: number;
  symbol: string;
  action: SignalAction;
  accepted_at: Date;
  counts: readonly CountRow[];
}

const RECORD = `INSERT INTO signal_deliveries (stream, seq, replica, eligible, told, latencies, known, exact)
  SELECT i.stream, i.seq, i.replica, i.eligible, i.told, i.latencies, i.known, i.exact
  FROM json_to_recordset($1::json) AS i (stream text, seq bigint, replica text, eligible integer, told integer,
    latencies json, known text[], exact boolean)
  ON CONFLICT (stream, seq, replica) DO UPDATE
    SET eligible = excluded.eligible, told = excluded.told, latencies = excluded.latencies`;

const COLUMNS = `s.stream, s.seq, s.source, s.id, s.revision, s.symbol, s.action, s.accepted_at,
  (SELECT coalesce(json_agg(d), '[]') FROM signal_deliveries d WHERE d.stream = s.stream AND d.seq = s.seq) AS counts`;

export const createDeliveryLog = (db: Database): DeliveryLog => ({
  async record(counts) {
    await db.query(RECORD, [JSON.stringify(counts.map(toInput))]);
  },
  async list(query) {
    return (await readPage<SignalRow>(db, COLUMNS, query)).map(toCounted);
  },
});

const toInput = ({ latencies, isExact, ...count }: DeliveryCount) => ({
  stream: count.stream,
  seq: count.seq,
  replica: count.replica,
  eligible: count.eligible,
  told: count.told,
  latencies: [...latencies],
  known: count.known,
  exact: isExact,
});

const toCounted = ({ counts, accepted_at, ...signal }: SignalRow): CountedSignal => ({
  ...signal,
  acceptedAt: accepted_at.getTime(),
  counts: counts.map(({ replica, eligible, told, latencies, known, exact }) => ({
    ...{ replica, eligible, told, known },
    latencies: new Map(latencies),
    isExact: exact,
  })),
});
