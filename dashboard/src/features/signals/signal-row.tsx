import { Fragment, memo, useState } from 'react';
import { DEMO_SOURCE } from '../../../../src/protocol/signal-sources.ts';
import type { SignalAction } from '../../../../src/protocol/signals.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Change } from '../../components/change.tsx';
import { Missing } from '../../components/missing.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import {
  momentOf,
  share,
  quantity as shares,
  signedPercent,
  typedPrice,
  zonedTime,
} from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { textFor } from '../../lib/words.ts';
import type { ShownSignal } from '../../stores/signals.ts';
import { usePrice } from './asked-prices.tsx';
import { changesOf, isExpired, resultOf } from './figures.ts';
import { SignalText } from './signal-text.tsx';
import { useTrade } from './use-trade.ts';

const ACTIONS: Readonly<Record<SignalAction, { readonly word: string; readonly look: string }>> = {
  buy: { word: 'Buy', look: 'text-up' },
  sell: { word: 'Sell', look: 'text-down' },
  close: { word: 'Close', look: 'text-ink' },
};

/** What the newest revision changed, as far as this page has seen the one before. */
const editOf = ({ before, ...signal }: ShownSignal): string =>
  changesOf(signal, before) ?? 'It was edited before this page saw it: what was changed is not known here.';

function Then({ signal }: { signal: ShownSignal }) {
  if (signal.price === undefined) return <Missing reason="The source named no price." />;
  return <span className="whitespace-nowrap">{typedPrice(signal.price)}</span>;
}

function Now({ symbol }: { symbol: string }) {
  const present = usePrice(symbol);
  const frozen = useFreshness() === 'frozen';
  if (present?.price === undefined) return <Missing reason={`No price of ${symbol} is here yet.`} />;
  const stale = frozen || present.state === 'stale' || present.state === 'closed';
  return (
    <span
      title={`As of ${zonedTime(present.timestamp)}`}
      className={`whitespace-nowrap ${stale ? 'text-muted italic' : ''}`}
    >
      {typedPrice(present.price)}
    </span>
  );
}

function Result({ signal, expired }: { signal: ShownSignal; expired: boolean }) {
  const present = usePrice(signal.symbol);
  const frozen = useFreshness() === 'frozen';
  if (expired) return <Missing reason="This signal has expired: prices after that are no result of it." />;
  const result = resultOf(signal, present);
  if ('reason' in result) return <Missing reason={result.reason} />;
  return (
    <span className={frozen ? 'not-live' : ''}>
      <Change>{signedPercent(result.value)}</Change>
    </span>
  );
}

/** Stop, target, quantity and confidence, as far as the source named them. */
function Terms({ signal: { stopPrice, targetPrice, quantity, confidence } }: { signal: ShownSignal }) {
  const terms = [
    stopPrice === undefined ? null : `Stop ${typedPrice(stopPrice)}`,
    targetPrice === undefined ? null : `Target ${typedPrice(targetPrice)}`,
    quantity === undefined ? null : `Quantity ${shares(quantity)}`,
    confidence === undefined ? null : `Confidence ${share(confidence)}`,
  ].filter((term) => term !== null);
  return terms.length === 0 ? null : (
    <span className="block text-muted text-xs">
      {terms.map((term, index) => (
        <Fragment key={term}>
          {index === 0 ? '' : ' · '}
          <span className="whitespace-nowrap">{term}</span>
        </Fragment>
      ))}
    </span>
  );
}

function Badges({ signal, unread, expired }: { signal: ShownSignal; unread: boolean; expired: boolean }) {
  const { revision, premium, source } = signal;
  return (
    <>
      {unread ? <Badge tone="accent">New</Badge> : null}
      {premium ? <Badge tone="up">Premium</Badge> : null}
      {source === DEMO_SOURCE ? (
        <Badge title="Made from moving averages of the simulated market. It is nobody’s advice.">Demo</Badge>
      ) : null}
      {revision > 1 ? <Badge tone="warn">Edited, revision {revision}</Badge> : null}
      {expired ? <Badge>Expired</Badge> : null}
    </>
  );
}

function Trade({
  signal,
  guardPercent,
  expired,
}: {
  signal: ShownSignal;
  guardPercent: number;
  expired: boolean;
}) {
  const [reason, setReason] = useState<string | null>(null);
  const trade = useTrade(guardPercent);
  const present = usePrice(signal.symbol);
  return (
    <>
      <Button
        className="whitespace-nowrap px-2 py-1"
        aria-disabled={expired}
        title={expired ? 'This signal has expired.' : 'Fills in the order ticket. It sends nothing.'}
        aria-label={`Trade this: ${ACTIONS[signal.action]?.word ?? signal.action} ${signal.symbol}, ${signal.source}`}
        onClick={() => setReason(trade(signal, present))}
      >
        Trade this
      </Button>
      {reason === null ? null : (
        <span role="alert" className="mt-1 block text-down text-xs">
          {reason}
        </span>
      )}
    </>
  );
}

export interface SignalRowProps {
  readonly signal: ShownSignal;
  readonly unread: boolean;
  /** Decides with `age` and `expiry`, whose words say when it matters. */
  readonly now: number;
  readonly age: string;
  readonly expiry: string | null;
  readonly guardPercent: number;
  /** There is no column for the button. */
  readonly narrow: boolean;
}

/** One signal: what it says, what became of it, and the way to the ticket. */
export const SignalRow = memo(
  function SignalRow({ signal, unread, now, age, expiry, guardPercent, narrow }: SignalRowProps) {
    const { action, symbol, source, author, text, timestamp } = signal;
    const expired = isExpired(signal, now);
    const trade = <Trade signal={signal} guardPercent={guardPercent} expired={expired} />;
    const { word, look } = ACTIONS[action] ?? { word: textFor({}, action), look: 'text-ink' };
    return (
      <tr className={`border-line border-t align-top ${expired ? 'text-muted' : ''}`}>
        <th scope="row" className="edge-left py-2 pr-2 text-left font-normal">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className={`font-semibold ${expired ? '' : look}`}>{word}</span>
            <span className="font-semibold">{instrumentWords(symbol)}</span>
            <Badges signal={signal} unread={unread} expired={expired} />
          </span>
          <span className="block text-muted text-xs">
            <time dateTime={timestamp} title={zonedTime(timestamp)}>
              {age}
            </time>
            {' · '}
            {source}
            {author === undefined || author.toLowerCase() === source ? '' : `, ${author}`}
            {expiry === null ? '' : ` · ${expiry}`}
          </span>
          <Terms signal={signal} />
          {text === undefined ? null : <SignalText text={text} />}
          {signal.revision === 1 ? null : <span className="block text-warn text-xs">{editOf(signal)}</span>}
          {narrow ? <span className="mt-1.5 block">{trade}</span> : null}
        </th>
        <td className="px-2 py-2 text-right @max-2xl:hidden">
          <Then signal={signal} />
        </td>
        <td className="px-2 py-2 text-right @max-2xl:hidden">
          <Now symbol={symbol} />
        </td>
        <td className={`py-2 pl-2 text-right ${narrow ? 'edge-right' : 'pr-2'}`}>
          <span className="font-medium">
            <Result signal={signal} expired={expired} />
          </span>
          <span className="block text-muted text-xs @2xl:hidden">
            <Then signal={signal} />{' '}
            <span className="whitespace-nowrap">
              → <Now symbol={symbol} />
            </span>
          </span>
        </td>
        {narrow ? null : <td className="edge-right py-2 pl-2 text-right">{trade}</td>}
      </tr>
    );
  },
  // Of the time only the words made of it matter.
  (before, after) =>
    before.signal === after.signal &&
    before.unread === after.unread &&
    before.age === after.age &&
    before.expiry === after.expiry &&
    before.guardPercent === after.guardPercent &&
    before.narrow === after.narrow,
);

/** 3 min ago; a day for what is older than one. */
export const agoOf = (timestamp: string, now: number, age: (ms: number) => string): string => {
  const old = Math.max(0, now - Date.parse(timestamp));
  return old < 24 * 3_600_000 ? `${age(old)} ago` : momentOf(timestamp, now);
};
