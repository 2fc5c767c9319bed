import type { IncidentPayload } from '../../../../src/protocol/health-payloads.ts';
import { Message } from '../../components/message.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { momentOf } from '../../lib/format.ts';
import { rowKeys } from '../../lib/row-keys.ts';
import { sentenceOf, shortName } from './words.ts';

function Entry({ incident, now }: { incident: IncidentPayload; now: number }) {
  const { replica, at, lastAt, detail } = incident;
  return (
    <li className="flex gap-3 border-line border-t px-4 py-2 first:border-t-0">
      <time dateTime={lastAt} className="w-24 shrink-0 text-muted">
        {momentOf(lastAt, now)}
      </time>
      <p className="min-w-0 break-words">
        <span className="font-medium">{shortName(replica)}</span> {sentenceOf(incident)}
        {detail ? <span className="text-muted">: {detail}</span> : null}
        {at === lastAt ? null : <span className="text-muted">, since {momentOf(at, now)}</span>}
      </p>
    </li>
  );
}

/** Recent events, newest first. */
export function IncidentList({ incidents, now }: { incidents: readonly IncidentPayload[]; now: number }) {
  if (incidents.length === 0)
    return <Message title="No events">Nothing has happened since this replica started.</Message>;
  return (
    <ScrollRegion label="Recent events, scrollable" className="max-h-[30rem] overflow-y-auto">
      <ol>
        {rowKeys(incidents, ({ kind, replica, at }) => [kind, replica, at].join(' ')).map(
          ([key, incident]) => (
            <Entry key={key} incident={incident} now={now} />
          ),
        )}
      </ol>
    </ScrollRegion>
  );
}
