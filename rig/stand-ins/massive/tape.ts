import type { RestAnswer } from './account.ts';
import type { StandInCluster } from './cluster.ts';

/** The consolidated tape: what was printed stays to be asked for, whoever was connected then. */
export interface StandInTape {
  /** A print of `size` shares at so many cents, now: on the tape, and to each connection that subscribes to it. */
  print(sym: string, cents: number, size: number, fields?: TapeFields): void;
  /** Answers `/v3/trades/{ticker}` with pages of at most this many rows; undefined for any other address. */
  rest(url: URL, pageRows?: number): RestAnswer | undefined;
  /** Cents times shares of every print of the symbol. */
  notional(sym: string): bigint;
  prints(sym: string): number;
}

export interface TapeFields {
  readonly exchange?: number;
  readonly trf_id?: number;
  readonly conditions?: readonly number[];
  /** As the tape marks a record afterwards; the stream does not have it. */
  readonly correction?: number;
  readonly decimal_size?: string;
  /** Milliseconds since epoch. */
  readonly at?: number;
}

/** A row of `/v3/trades`, its times in nanoseconds. */
interface Row extends Omit<TapeFields, 'at'> {
  readonly id: string;
  readonly price: number;
  readonly size: number;
  readonly sequence_number: number;
  readonly sip_timestamp: number;
  readonly participant_timestamp: number;
  readonly trf_timestamp: number;
}

const NS = 1e6;
/** A facility reports a moment after the trade. */
const REPORT_MS = 5;

export function createTape(cluster: Pick<StandInCluster, 'connections'>): StandInTape {
  const rows = new Map<string, Row[]>();
  let number = 0;

  const rowsOf = (sym: string): Row[] => {
    const found = rows.get(sym) ?? [];
    rows.set(sym, found);
    return found;
  };

  return {
    print(sym, cents, size, { at = Date.now(), ...fields } = {}) {
      number += 1;
      const row: Row = {
        id: String(number),
        exchange: 4,
        trf_id: 202,
        price: cents / 100,
        size,
        sequence_number: number,
        sip_timestamp: at * NS,
        participant_timestamp: (at - REPORT_MS) * NS,
        trf_timestamp: at * NS,
        ...fields,
      };
      rowsOf(sym).push(row);
      const event = { ev: 'T', sym, ...streamed(row, at) };
      for (const { topics, isOpen, send } of cluster.connections)
        if (isOpen() && (topics.has(`T.${sym}`) || topics.has('T.*'))) send([event]);
    },
    rest(url, pageRows = 5_000) {
      const [, sym] = /^\/v3\/trades\/([^/]+)$/.exec(url.pathname) ?? [];
      if (sym === undefined) return undefined;
      const from = Number(url.searchParams.get('timestamp.gte'));
      const to = Number(url.searchParams.get('timestamp.lt'));
      const first = Number(url.searchParams.get('cursor') ?? 0);
      const found = rowsOf(decodeURIComponent(sym)).filter(
        ({ sip_timestamp: time }) => time >= from && time < to,
      );
      const next = new URL(url);
      next.searchParams.set('cursor', String(first + pageRows));
      return {
        body: {
          status: 'OK',
          // Without rows upstream leaves the field out.
          ...(found.length > 0 && { results: found.slice(first, first + pageRows) }),
          ...(first + pageRows < found.length && { next_url: next.href }),
        },
      };
    },
    notional: (sym) =>
      rowsOf(sym).reduce((sum, { price, size }) => sum + BigInt(Math.round(price * 100)) * BigInt(size), 0n),
    prints: (sym) => rowsOf(sym).length,
  };
}

/** The same print as the stream has it. */
const streamed = (
  { id, exchange, trf_id, price, size, decimal_size, conditions, sequence_number }: Row,
  at: number,
) => ({
  i: id,
  x: exchange,
  p: price,
  s: size,
  ds: decimal_size ?? `${size}.0`,
  c: conditions,
  t: at,
  pt: at - REPORT_MS,
  q: sequence_number,
  z: 3,
  trfi: trf_id,
  trft: at,
});
