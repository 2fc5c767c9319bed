import type { ReactNode } from 'react';
import type { MonitorReplica } from '../../../../src/protocol/health-payloads.ts';
import { Badge } from '../../components/badge.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { age } from '../../lib/format.ts';
import { noun } from '../../lib/plural.ts';
import { entryFor } from '../../lib/words.ts';
import { ago, bytes, count, milliseconds, rate, redisWord, shortName, stateLook } from './words.ts';

const sum = (counts: object): number =>
  Object.values(counts as Record<string, number>).reduce((total, one) => total + one, 0);

/** What a number counts; a noun in the singular takes an s for more than one. */
interface Kind {
  readonly word: string;
  readonly isNoun?: true;
}
type Kinds = Readonly<Record<string, Kind>>;

/** `3 late`, `2 journal gaps`. Zeros are left out, and the number of a single kind is the sum above it. */
function listed(counts: object, names: Kinds): string[] {
  const nonZero = Object.entries(counts as Record<string, number>).filter(([, number]) => number > 0);
  return nonZero.map(([name, number]) => {
    const { word: one, isNoun } = entryFor(names, name) ?? { word: name };
    const word = isNoun ? noun(number, one) : one;
    return nonZero.length === 1 ? word : `${count(number)} ${word}`;
  });
}

const DROPS = {
  failed: { word: 'not sent' },
  version: { word: 'of a newer version' },
  refused: { word: 'of no replica' },
  quotes: { word: 'of quotes' },
};
const RECOVERIES: Kinds = {
  journalGaps: { word: 'journal gap', isNoun: true },
  resubscribed: { word: 'resubscribed' },
};

interface Column {
  readonly head: string;
  readonly cell: (replica: MonitorReplica) => ReactNode;
}

/** A sum, and its parts below. */
function Made({ of, names }: { of: object; names: Kinds }) {
  return (
    <>
      {count(sum(of))}
      {listed(of, names).map((part) => (
        <span key={part} className="block text-muted text-xs">
          {part}
        </span>
      ))}
    </>
  );
}

const COLUMNS: readonly Column[] = [
  { head: 'Heartbeat', cell: ({ ageMs }) => ago(ageMs) },
  { head: 'Up', cell: ({ uptime }) => age(uptime * 1_000) },
  { head: 'Connections', cell: ({ connections }) => count(connections) },
  { head: 'Users', cell: ({ users }) => count(users) },
  { head: 'Quotes/s', cell: ({ rates }) => rate(rates?.quotes) },
  { head: 'Events/s', cell: ({ rates }) => rate(rates?.out) },
  { head: 'Latency p99', cell: ({ latency }) => milliseconds(latency?.p99) },
  { head: 'Bus lag', cell: ({ busLagMs }) => milliseconds(busLagMs) },
  { head: 'Queued', cell: ({ queueBytes }) => bytes(queueBytes) },
  { head: 'Dropped', cell: ({ drops }) => <Made of={drops} names={DROPS} /> },
  { head: 'Recovered', cell: ({ recoveries }) => <Made of={recoveries} names={RECOVERIES} /> },
  { head: 'Redis', cell: ({ redis }) => redisWord(redis) },
  { head: 'Database', cell: ({ database }) => (database === 'ok' ? 'Up' : database) },
];

function Row({ replica, answers }: { replica: MonitorReplica; answers: boolean }) {
  const { word, tone } = stateLook(replica.state);
  const silent = replica.state === 'silent';
  return (
    <tr className={`border-line border-t align-top ${silent ? 'not-live' : ''}`}>
      <th scope="row" className="sticky left-0 bg-surface py-2 pr-3 pl-4 text-left font-medium">
        <span className="block whitespace-nowrap">{shortName(replica.replica)}</span>
        <span className="block whitespace-nowrap font-normal text-muted text-xs">
          {replica.version}
          {answers ? ', answers here' : ''}
        </span>
      </th>
      <td className="px-2 py-2">
        <span className="flex flex-wrap gap-1">
          <Badge tone={tone}>{word}</Badge>
          {replica.lease === null ? null : <Badge tone="accent">Engine</Badge>}
        </span>
      </td>
      {COLUMNS.map(({ head, cell }) => (
        <td key={head} className="whitespace-nowrap px-2 py-2 text-right last:pr-4">
          {cell(replica)}
        </td>
      ))}
    </tr>
  );
}

/** One row for each known replica. Wider than a phone, it scrolls by itself; names stay. */
export function ReplicasTable({
  replicas,
  answeredBy,
}: {
  replicas: readonly MonitorReplica[];
  answeredBy: string;
}) {
  return (
    <ScrollRegion label="Replicas, scrollable" className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">Replicas</caption>
        <thead className="text-muted text-xs">
          <tr>
            <th scope="col" className="sticky left-0 bg-surface py-2 pr-3 pl-4 text-left font-medium">
              Replica
            </th>
            <th scope="col" className="px-2 py-2 text-left font-medium">
              State
            </th>
            {COLUMNS.map(({ head }) => (
              <th
                key={head}
                scope="col"
                className="whitespace-nowrap px-2 py-2 text-right font-medium last:pr-4"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {replicas.map((replica) => (
            <Row key={replica.replica} replica={replica} answers={replica.replica === answeredBy} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
