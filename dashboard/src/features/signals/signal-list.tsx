import type { ReactNode } from 'react';
import { useNow } from '../../hooks/use-now.ts';
import { useWidth } from '../../hooks/use-width.ts';
import { age, momentOf, wait } from '../../lib/format.ts';
import { isUnread, type SignalChoices } from '../../stores/signal-choices.ts';
import { keyOf, type ShownSignal } from '../../stores/signals.ts';
import { isExpired } from './figures.ts';
import { agoOf, SignalRow } from './signal-row.tsx';

/** Below a minute the seconds are shown. A row is drawn anew only where its words change. */
const CLOCK_INTERVAL_MS = 1_000;
/** Below this width of the list, pixels, the button stands under the signal: it would leave no room for its words. */
const NARROW_PX = 448;
const MINUTE_MS = 60_000;

/** Until when the signal stands; null where the source named no end. */
function expiryOf(signal: ShownSignal, now: number): string | null {
  if (signal.expiresAt === undefined) return null;
  if (isExpired(signal, now)) return `expired ${momentOf(signal.expiresAt, now)}`;
  const left = Date.parse(signal.expiresAt) - now;
  return `expires in ${left < MINUTE_MS ? wait(left) : age(left)}`;
}

const Column = ({ children, className }: { children: ReactNode; className: string }) => (
  <th scope="col" className={`py-1.5 font-normal ${className}`}>
    {children}
  </th>
);

export interface SignalListProps {
  readonly signals: readonly ShownSignal[];
  readonly choices: SignalChoices;
}

/** Signals with what became of their prices. */
export function SignalList({ signals, choices: { read, guardPercent } }: SignalListProps) {
  const [list, width] = useWidth<HTMLTableElement>();
  const narrow = width > 0 && width < NARROW_PX;
  const now = useNow(CLOCK_INTERVAL_MS);
  return (
    <table ref={list} className="w-full table-fixed" aria-label="Signals">
      <thead>
        <tr className="text-muted text-xs">
          <Column className="edge-left pr-2 text-left">Signal</Column>
          <Column className="w-28 px-2 text-right @max-2xl:hidden">Price then</Column>
          <Column className="w-28 px-2 text-right @max-2xl:hidden">Price now</Column>
          <Column className={`w-28 pl-2 text-right ${narrow ? 'edge-right' : 'pr-2'}`}>
            Result so far
            <span className="block @2xl:hidden">then → now</span>
          </Column>
          {narrow ? null : (
            <Column className="edge-right w-32 pl-2">
              <span className="sr-only">Trade</span>
            </Column>
          )}
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
            narrow={narrow}
          />
        ))}
      </tbody>
    </table>
  );
}
