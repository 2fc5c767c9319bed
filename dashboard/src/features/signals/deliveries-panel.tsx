import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { SignalDelivery } from '../../../../src/protocol/signal-reports.ts';
import { Message } from '../../components/message.tsx';
import { Missing } from '../../components/missing.tsx';
import { Panel } from '../../components/panel.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { momentOf, quantity } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { asWords } from '../../lib/words.ts';
import { createDeliveriesStore } from '../../stores/deliveries.ts';

const Milliseconds = ({ value }: { value: number | null }) =>
  value === null ? <Missing reason="Nobody was told." /> : `${quantity(value)} ms`;

function Delivery({ delivery, now }: { delivery: SignalDelivery; now: number }) {
  const { source, revision, symbol, action, acceptedAt, eligible, told, p50Ms, p99Ms, partial } = delivery;
  const missed = told < eligible;
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="break-words py-2 pr-2 pl-3 text-left font-normal sm:pl-4">
        <span className="font-medium">
          {asWords(action)} {instrumentWords(symbol)}
        </span>
        <span className="block text-muted text-xs">
          {source}
          {revision > 1 ? `, revision ${revision}` : ''} · {momentOf(acceptedAt, now)}
        </span>
      </th>
      <td className={`px-2 py-2 text-right ${missed ? 'text-warn' : ''}`}>
        {partial ? 'at least ' : ''}
        {quantity(told)} of {quantity(eligible)}
      </td>
      <td className="whitespace-nowrap py-2 pr-3 pl-2 text-right sm:pr-4">
        <Milliseconds value={p50Ms} />
        <span className="block text-muted text-xs">
          <Milliseconds value={p99Ms} />
        </span>
      </td>
    </tr>
  );
}

function Deliveries({ deliveries }: { deliveries: readonly SignalDelivery[] }) {
  const { timers } = useDesk();
  if (deliveries.length === 0) return <p className="p-4 text-muted">No signal has been delivered yet.</p>;
  return (
    <ScrollRegion label="Deliveries of the newest signals" className="max-h-96 overflow-y-auto">
      <table className="w-full table-fixed" aria-label="Deliveries">
        <thead className="text-muted text-xs">
          <tr>
            <th scope="col" className="py-1.5 pr-2 pl-3 text-left font-normal sm:pl-4">
              Signal
            </th>
            <th scope="col" className="w-24 px-2 py-1.5 text-right font-normal">
              Told, of those connected
            </th>
            <th scope="col" className="w-24 py-1.5 pr-3 pl-2 text-right font-normal sm:pr-4">
              p50, p99
            </th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <Delivery key={`${delivery.stream} ${delivery.seq}`} delivery={delivery} now={timers.now()} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** For administrators: how many readers of a signal were connected, how many were told, and how soon. */
export function DeliveriesPanel() {
  const { api, timers } = useDesk();
  const [store] = useState(() => createDeliveriesStore({ api, timers }));
  useEffect(() => store.start(), [store]);
  const { deliveries, problem } = useStore(store);
  return (
    <Panel id="deliveries" title="Deliveries">
      {deliveries === null && problem === null ? (
        <SkeletonRows rows={4} label="Loading the deliveries…" />
      ) : null}
      {problem === null ? null : (
        <Message
          tone="problem"
          title="The deliveries did not load"
          action={{ label: 'Try again', run: () => void store.load() }}
        >
          {problem}
        </Message>
      )}
      {deliveries === null || problem !== null ? null : <Deliveries deliveries={deliveries} />}
    </Panel>
  );
}
