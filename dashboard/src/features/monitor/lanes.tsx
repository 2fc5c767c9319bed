import type { MonitorPayload } from '../../../../src/protocol/health-payloads.ts';
import { Figure } from './figures.tsx';
import { bytes, count } from './words.ts';

/** Traffic of the two lanes since each replica started. */
export function Lanes({ lanes: { state, event } }: { lanes: MonitorPayload['lanes'] }) {
  return (
    <div className="grid grid-cols-1 gap-x-6 sm:grid-cols-2">
      <section aria-labelledby="state-lane" className="p-4">
        <h3 id="state-lane" className="mb-2 font-medium">
          State <span className="font-normal text-muted">only the latest value counts</span>
        </h3>
        <dl className="grid grid-cols-2 gap-3">
          <Figure label="Quotes delivered" value={count(state.quotes)} />
          <Figure label="Conflated" value={count(state.conflated)} note="replaced by newer values" />
          <Figure label="Slow readers closed" value={count(state.slowConsumers)} />
          <Figure label="Queued now" value={bytes(state.queueBytes)} />
        </dl>
      </section>
      <section aria-labelledby="event-lane" className="border-line p-4 max-sm:border-t sm:border-l">
        <h3 id="event-lane" className="mb-2 font-medium">
          Events <span className="font-normal text-muted">numbered, none is lost</span>
        </h3>
        <dl className="grid grid-cols-2 gap-3">
          <Figure label="Delivered" value={count(event.events)} />
          <Figure label="Gaps filled" value={count(event.journalGaps)} note="from the journal" />
          <Figure label="Heads sent" value={count(event.heads)} note="reveal a lost last event" />
        </dl>
      </section>
    </div>
  );
}
