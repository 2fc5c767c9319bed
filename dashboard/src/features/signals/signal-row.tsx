import { memo, useState } from 'react';
import { DEMO_SOURCE } from '../../../../src/protocol/signal-sources.ts';
import type { SignalAction } from '../../../../src/protocol/signals.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Change } from '../../components/change.tsx';
import { Missing } from '../../components/missing.tsx';
import { usePresent } from '../../hooks/use-present.ts';
import { dayAndTime, momentOf, percent, signedPercent, typedPrice } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { textFor } from '../../lib/words.ts';
import type { ShownSignal } from '../../stores/signals.ts';
import { changesOf, isExpired, resultOf } from './figures.ts';
import { useTrade } from './use-trade.ts';

const ACTIONS: Readonly<Record<SignalAction, { readonly word: string; readonly look: string }>> = {
  buy: { word: 'Buy', look: 'text-up' },
  sell: { word: 'Sell', look: 'text-down' },
  close: { word: 'Close', look: 'text-ink' },
};

function Then({ signal }: { signal: ShownSignal }) {
  if (signal.price === undefined) return <Missing reason="The source named no price." />;
  return <span>{typedPrice(signal.price)}</span>;
}

function Now({ symbol }: { symbol: string }) {
  const { present } = usePresent(symbol);
  if (present?.price === undefined) return <Missing reason={`No price of ${symbol} is here yet.`} />;
  const stale = present.state === 'stale' || present.state === 'closed';
  return (
    <span title={`As of ${dayAndTime(present.timestamp)}`} className={stale ? 'text-muted italic' : ''}>
      {typedPrice(present.price)}
    </span>
  );
}

function Result({ signal }: { signal: ShownSignal }) {
  const { present } = usePresent(signal.symbol);
  const result = resultOf(signal, present);
  if ('reason' in result) return <Missing reason={result.reason} />;
  return <Change value={result.value}>{signedPercent(result.value)}</Change>;
}

/** Stop, target, quantity and confidence, as far as the source named them. */
function Terms({ signal: { stopPrice, targetPrice, quantity, confidence } }: { signal: ShownSignal }) {
  const terms = [
    stopPrice === undefined ? null : `Stop ${typedPrice(stopPrice)}`,
    targetPrice === undefined ? null : `Target ${typedPrice(targetPrice)}`,
    quantity === undefined ? null : `Quantity ${quantity.toLocaleString('en-US')}`,
    confidence === undefined ? null : `Confidence ${percent(confidence)}`,
  ].filter((term) => term !== null);
  return terms.length === 0 ? null : <span className="block text-muted text-xs">{terms.join(' · ')}</span>;
}

function Badges({ signal, unread, expired }: { signal: ShownSignal; unread: boolean; expired: boolean }) {
  const { revision, premium, source, before } = signal;
  const changes = changesOf(signal, before);
  return (
    <>
      {unread ? <Badge tone="accent">New</Badge> : null}
      {premium ? <Badge tone="up">Premium</Badge> : null}
      {source === DEMO_SOURCE ? (
        <Badge title="Made from moving averages of the simulated market. It is nobody’s advice.">Demo</Badge>
      ) : null}
      {revision > 1 ? (
        <Badge tone="warn" title={changes ?? 'What it changed is not known on this page.'}>
          Edited, revision {revision}
        </Badge>
      ) : null}
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
  return (
    <>
      <Button
        className="whitespace-nowrap px-2 py-1"
        aria-disabled={expired}
        title={expired ? 'This signal has expired.' : 'Fills in the order ticket. It sends nothing.'}
        aria-label={`Trade this: ${ACTIONS[signal.action]?.word ?? signal.action} ${signal.symbol}, ${signal.source}`}
        onClick={() => setReason(trade(signal))}
      >
        Trade this
      </Button>
      {reason === null ? null : (
        <span role="alert" className="mt-1 block max-w-40 text-down text-xs">
          {reason}
        </span>
      )}
    </>
  );
}

export interface SignalRowProps {
  readonly signal: ShownSignal;
  readonly unread: boolean;
  /** Coarse enough that a row is not rendered for each second. */
  readonly now: number;
  readonly age: string;
  readonly expiry: string | null;
  readonly guardPercent: number;
}

/** One signal: what it says, what became of it, and the way to the ticket. */
export const SignalRow = memo(
  function SignalRow({ signal, unread, now, age, expiry, guardPercent }: SignalRowProps) {
    const { action, symbol, source, author, text, timestamp } = signal;
    const expired = isExpired(signal, now);
    const { word, look } = ACTIONS[action] ?? { word: textFor({}, action), look: 'text-ink' };
    return (
      <tr className={`border-line border-t align-top ${expired ? 'text-muted' : ''}`}>
        <th scope="row" className="py-2 pr-2 pl-3 text-left font-normal sm:pl-4">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className={`font-semibold ${expired ? '' : look}`}>{word}</span>
            <span className="font-semibold">{instrumentWords(symbol)}</span>
            <Badges signal={signal} unread={unread} expired={expired} />
          </span>
          <span className="block text-muted text-xs">
            <time dateTime={timestamp} title={dayAndTime(timestamp)}>
              {age}
            </time>
            {' · '}
            {source}
            {author === undefined || author.toLowerCase() === source ? '' : `, ${author}`}
            {expiry === null ? '' : ` · ${expiry}`}
          </span>
          <Terms signal={signal} />
          {text === undefined ? null : (
            <span className="mt-0.5 block max-w-prose whitespace-pre-line break-words text-xs">{text}</span>
          )}
          {signal.before === null ? null : (
            <span className="block text-warn text-xs">{changesOf(signal, signal.before)}</span>
          )}
        </th>
        <td className="px-2 py-2 text-right @max-xl:hidden">
          <Then signal={signal} />
        </td>
        <td className="px-2 py-2 text-right @max-xl:hidden">
          <Now symbol={symbol} />
        </td>
        <td className="px-2 py-2 text-right">
          <span className="font-medium">
            <Result signal={signal} />
          </span>
          <span className="block text-muted text-xs @xl:hidden">
            <Then signal={signal} /> → <Now symbol={symbol} />
          </span>
        </td>
        <td className="py-2 pr-3 pl-2 text-right sm:pr-4">
          <Trade signal={signal} guardPercent={guardPercent} expired={expired} />
        </td>
      </tr>
    );
  },
  // Of the time only the words made of it matter.
  (before, after) =>
    before.signal === after.signal &&
    before.unread === after.unread &&
    before.age === after.age &&
    before.expiry === after.expiry &&
    before.guardPercent === after.guardPercent,
);

/** 3 min ago; a day for what is older than one. */
export const agoOf = (timestamp: string, now: number, age: (ms: number) => string): string => {
  const old = Math.max(0, now - Date.parse(timestamp));
  return old < 24 * 3_600_000 ? `${age(old)} ago` : momentOf(timestamp, now);
};
