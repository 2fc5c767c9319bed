import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { SourceRecord } from '../../../../src/protocol/signal-reports.ts';
import { Change } from '../../components/change.tsx';
import { Message } from '../../components/message.tsx';
import { Missing } from '../../components/missing.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { calendarDay, quantity, share, signedPercent } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { textFor } from '../../lib/words.ts';
import type { TrackRecordStore } from '../../stores/track-record.ts';

const REASONS: Readonly<Record<NonNullable<SourceRecord['reason']>, string>> = {
  NOTHING_FINISHED: 'No trade of this source has ended yet.',
  PRICES_NOT_RECORDED: 'No price was recorded for its trades.',
};

const reasonOf = ({ reason }: SourceRecord): string =>
  reason === undefined ? 'Not known.' : textFor(REASONS, reason);

function Percent({ value, reason }: { value: number | null; reason: string }) {
  return value === null ? <Missing reason={reason} /> : <Change>{signedPercent(value)}</Change>;
}

function Record({ record }: { record: SourceRecord }) {
  const { source, signals, since, finished, won, open, notRecorded, winRate } = record;
  const reason = reasonOf(record);
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="edge-left break-words py-2 pr-2 text-left font-medium">
        {source}
        <span className="block font-normal text-muted text-xs">
          {plural(signals, 'signal')}{' '}
          <span className="@xs:whitespace-nowrap">since {calendarDay(since.slice(0, 10))}</span>
        </span>
        <span className="block font-normal text-muted text-xs">
          {quantity(open)} open, {quantity(notRecorded)} without prices
        </span>
      </th>
      <td className="px-2 py-2 text-right">
        {winRate === null ? <Missing reason={reason} /> : share(winRate / 100)}
        <span className="block text-muted text-xs">
          {quantity(won)} of {quantity(finished)}
        </span>
      </td>
      <td className="edge-right py-2 pl-2 text-right">
        <Percent value={record.averagePercent} reason={reason} />
        <span className="block text-xs">
          <Percent value={record.worstPercent} reason={reason} />
        </span>
        <span className="block text-xs">
          <Percent value={record.bestPercent} reason={reason} />
        </span>
      </td>
    </tr>
  );
}

function Records({ sources, rules }: { sources: readonly SourceRecord[]; rules: readonly string[] }) {
  return (
    <>
      {sources.length === 0 ? (
        <p className="p-4 text-muted">No source has sent a signal yet.</p>
      ) : (
        <table className="w-full table-fixed" aria-label="Track record by source">
          <thead>
            <tr className="align-top text-muted text-xs">
              <th scope="col" className="edge-left py-1.5 pr-2 text-left font-normal">
                Source
              </th>
              <th scope="col" className="w-16 px-2 py-1.5 text-right font-normal">
                Won
              </th>
              <th scope="col" className="edge-right w-28 py-1.5 pl-2 text-right font-normal">
                Average
                <span className="block">worst</span>
                <span className="block">best</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((record) => (
              <Record key={record.source} record={record} />
            ))}
          </tbody>
        </table>
      )}
      <div className="border-line border-t px-3 py-2 text-muted text-xs sm:px-4">
        <h3 className="font-medium text-ink">How it is computed</h3>
        <ul className="list-disc pl-4">
          {rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** What a follower of each source would have got, with the rules of the sum beside it. */
export function TrackRecordPanel({ store }: { store: TrackRecordStore }) {
  const { record, problem } = useStore(store);
  useEffect(() => store.start(), [store]);
  return (
    <Panel id="track-record" title="Track record">
      {record === null && problem === null ? (
        <SkeletonRows rows={4} label="Loading the track record…" />
      ) : null}
      {record === null && problem !== null ? (
        <Message
          tone="problem"
          title="The track record did not load"
          action={{ label: 'Try again', run: () => void store.load() }}
        >
          {problem}
        </Message>
      ) : null}
      {record === null ? null : (
        <>
          {problem === null ? null : (
            <p role="status" className="px-3 pt-2 text-warn text-xs sm:px-4">
              The newest trades may be missing. {problem}
            </p>
          )}
          <Records sources={record.sources} rules={record.rules} />
        </>
      )}
    </Panel>
  );
}
