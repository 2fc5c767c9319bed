import type { MonitorPayload } from '../../../../src/protocol/health-payloads.ts';
import { momentOf } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { textFor } from '../../lib/words.ts';
import { Figure } from './figures.tsx';
import { ago, count, milliseconds, rate, redisWord, shortName } from './words.ts';

const FEED_STATES: Record<MonitorPayload['feed']['state'], string> = {
  connecting: 'Connecting',
  live: 'Live',
  delayed: 'Delayed',
  silent: 'Silent',
  down: 'Down',
  refused: 'Refused',
  ended: 'Ended',
};

const usersNote = ({ uniqueUsersExact }: MonitorPayload) =>
  uniqueUsersExact ? undefined : 'at least, Redis is down';

/** All replicas together in a dozen figures. */
export function Summary({ monitor, now }: { monitor: MonitorPayload; now: number }) {
  const { feed, feeds, lease, rates, latency, redis, database, replicas } = monitor;
  const running = replicas.filter(({ state }) => state !== 'silent').length;
  const feedFlows = feed.state === 'live' || feed.state === 'delayed';
  const tick = feed.lastTickAgeMs === null ? 'no tick yet' : `last tick ${ago(feed.lastTickAgeMs)}`;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 p-4 sm:grid-cols-3 lg:grid-cols-6">
      <Figure label="Connections" value={count(monitor.connections)} />
      <Figure label="Users" value={count(monitor.uniqueUsers)} note={usersNote(monitor)} />
      <Figure
        label="Replicas"
        value={count(running)}
        bad={running < replicas.length}
        note={running < replicas.length ? `${replicas.length - running} silent` : undefined}
      />
      <Figure
        label="Engine"
        value={lease ? shortName(lease.holder) : 'None'}
        bad={lease === null}
        note={lease?.since ? `since ${momentOf(lease.since, now)}, number ${lease.number}` : undefined}
      />
      <Figure
        label="Feed"
        value={textFor(FEED_STATES, feed.state)}
        bad={!feedFlows}
        note={
          <>
            {feed.source}, {tick}
            {feed.detail ? <span className="block">{feed.detail}</span> : null}
            <span className="block">
              Options: {textFor(FEED_STATES, feeds.options.state).toLowerCase()},{' '}
              {plural(feeds.options.subscribed, 'contract')}
            </span>
          </>
        }
      />
      <Figure
        label="Feed to socket"
        value={milliseconds(latency?.p50)}
        note={latency ? `p95 ${milliseconds(latency.p95)}, p99 ${milliseconds(latency.p99)}` : undefined}
      />
      <Figure label="Quotes a second" value={rate(rates?.quotes)} note="delivered" />
      <Figure label="Events a second" value={rate(rates?.out)} note="sent, without quotes and signals" />
      <Figure label="Requests a second" value={rate(rates?.in)} note="events from clients" />
      <Figure label="Orders, hooks a second" value={`${rate(rates?.orders)} · ${rate(rates?.hooks)}`} />
      <Figure label="Redis" value={redisWord(redis)} bad={redis === 'down'} />
      <Figure
        label="Database"
        value={database === 'ok' ? 'Up' : 'Down'}
        bad={database !== 'ok'}
        note={database === 'ok' ? undefined : database}
      />
    </dl>
  );
}
