import type { ReactNode } from 'react';
import { useNow } from '../../hooks/use-now.ts';
import { age, momentOf, wait } from '../../lib/format.ts';
import { isUnread, type SignalChoices } from '../../stores/signal-choices.ts';
import { keyOf, type ShownSignal } from '../../stores/signals.ts';
import { isExpired } from './figures.ts';
import { agoOf, SignalRow } from './signal-row.tsx';

/** Ages are read in minutes. */
const AGE_INTERVAL_MS = 5_000;
const MINUTE_MS = 60_000;

/** Until when the signal stands; null where the source named no end. */
function expiryOf(signal: ShownSignal, now: number): string | null {
  if (signal.expiresAt === undefined) return null;
  if (isExpired(signal, now)) return `expired ${momentOf(signal.expiresAt, now)}`;
  const left = Date.parse(signal.expiresAt) - now;
  return `expires in ${left < MINUTE_MS ? wait(left) : age(left)}`;
}

const Column = ({ children, className }: { children: ReactNode; className: string }) => (
  <th scope="col" className={`px-2 py-1.5 font-normal ${className}`}>
    {children}
  </th>
);

export interface SignalListProps {
  readonly signals: readonly ShownSignal[];
  readonly choices: SignalChoices;
}

/** Signals with what became of their prices. */
export function SignalList({ signals, choices: { read, guardPercent } }: SignalListProps) {
  const now = useNow(AGE_INTERVAL_MS);
  return (
    <table className="w-full table-fixed" aria-label="Signals">
      <thead>
        <tr className="text-muted text-xs">
          <Column className="pl-3 text-left sm:pl-4">Signal</Column>
          <Column className="w-24 text-right @max-xl:hidden">Price then</Column>
          <Column className="w-24 text-right @max-xl:hidden">Price now</Column>
          <Column className="w-24 text-right">
            Result so far
            <span className="block @xl:hidden">then → now</span>
          </Column>
          <Column className="w-28 pr-3 sm:pr-4">
            <span className="sr-only">Trade</span>
          </Column>
        </tr>
      </thead>
      <tbody>
        {signals.map((signal) => (
          <SignalRow
            key={keyOf(signal)}
            signal={signal}
            now={now}
            age={agoOf(signal.timestamp, now, age)}
            expiry={expiryOf(signal, now)}
            unread={isUnread(signal, read)}
            guardPercent={guardPercent}
          />
        ))}
      </tbody>
    </table>
  );
}
