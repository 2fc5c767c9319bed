import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { DarkpoolDay, LargePrint, PrintSide } from '../../../../src/protocol/darkpool.ts';
import { WarningIcon } from '../../components/icons.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSubjects } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { calendarDay, compactMoney, marketTime, money, quantity, typedPrice } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { rowKeys } from '../../lib/row-keys.ts';
import { textFor } from '../../lib/words.ts';
import { createSymbolDayStore } from '../../stores/off-exchange-day.ts';
import type { ThemeStore } from '../../stores/theme.ts';
import { type LoadMinuteChart, MinuteCanvas } from './minute-canvas.tsx';

const PANEL_ID = 'symbol-day';
/** The panel stands below the list of symbols. */
const STACKED = '(max-width: 1279px)';

const SIDES: Readonly<Record<PrintSide, string>> = {
  bullish: '▲ Bullish',
  bearish: '▼ Bearish',
  unknown: 'Unknown',
};
const LOOKS: Readonly<Record<PrintSide, string>> = {
  bullish: 'text-up',
  bearish: 'text-down',
  unknown: 'text-muted',
};

function Print({ print }: { print: LargePrint }) {
  const { timestamp, price, size, notional, side } = print;
  return (
    <tr className="border-line border-t">
      <td className="edge-left py-1.5 pr-2 text-muted">{marketTime(timestamp)}</td>
      <td className={`whitespace-nowrap px-2 py-1.5 @max-md:hidden ${LOOKS[side] ?? 'text-muted'}`}>
        {textFor(SIDES, side)}
      </td>
      <td className="whitespace-nowrap px-2 py-1.5 text-right">
        {quantity(size)}
        <span className="block text-muted text-xs">at {typedPrice(price)}</span>
      </td>
      <td className="edge-right whitespace-nowrap py-1.5 pl-2 text-right font-medium">
        <span className="@max-[22rem]:hidden">{money(notional)}</span>
        <span title={money(notional)} className="@[22rem]:hidden">
          {compactMoney(notional)}
        </span>
        <span className={`block font-normal text-xs @md:hidden ${LOOKS[side] ?? 'text-muted'}`}>
          {textFor(SIDES, side)}
        </span>
      </td>
    </tr>
  );
}

function LargestPrints({ largest }: { largest: readonly LargePrint[] }) {
  if (largest.length === 0) return <p className="px-3 pb-3 text-muted sm:px-4">No print of this size yet.</p>;
  return (
    <table className="w-full" aria-label="Largest prints">
      <thead>
        <tr className="text-muted text-xs">
          <th scope="col" className="edge-left py-1.5 pr-2 text-left font-normal">
            Time
          </th>
          <th scope="col" className="px-2 py-1.5 text-left font-normal @max-md:hidden">
            Side
          </th>
          <th scope="col" className="px-2 py-1.5 text-right font-normal">
            Shares
          </th>
          <th scope="col" className="edge-right py-1.5 pl-2 text-right font-normal">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {rowKeys(largest, ({ timestamp, notional, trf, size }) =>
          [timestamp, notional, trf, size].join(' '),
        ).map(([key, print]) => (
          <Print key={key} print={print} />
        ))}
      </tbody>
    </table>
  );
}

/** Of a bad day's gaps the newest say enough. */
const MOST_GAPS = 5;

function scopeText({ symbols, quoted }: NonNullable<DarkpoolDay['scope']>): string {
  return symbols === '*'
    ? `Prints of every symbol are summed. ${plural(quoted, 'symbol has', 'symbols have')} quotes for it; prints of others are unknown.`
    : 'Prints of symbols are summed while somebody watches or holds them, and of featured ones always: those of other times are missing.';
}

/** Where only followed symbols are summed, and this one was not yet. */
const isUnfollowed = ({ followedSince, minutes, scope }: DarkpoolDay): boolean =>
  scope?.symbols === 'watched' && followedSince === null && minutes.length === 0;

/** Those within the time that is summed. */
const gapsOf = ({ gaps, summedSince }: DarkpoolDay): DarkpoolDay['gaps'] =>
  gaps.filter(({ to }) => summedSince === null || to > summedSince);

/** What may be said of the day where no gap is listed; null where one is, or an interruption goes on. */
function soundText(day: DarkpoolDay): string | null {
  const { symbol, gaps, summedSince, followedSince, interruptedSince, scope } = day;
  // A replay has a day of its own.
  const when = `on ${calendarDay(day.day)}`;
  if (isUnfollowed(day)) return `Nobody has followed ${symbol} ${when}: none of its prints is summed yet.`;
  if (summedSince !== null)
    return summedSince === followedSince
      ? `Summed since ${marketTime(summedSince)} New York, when somebody first followed ${symbol} ${when}.`
      : `Summed since ${marketTime(summedSince)} New York.`;
  if (gaps.length > 0 || interruptedSince !== null) return null;
  return scope?.symbols === '*'
    ? `No gap is known ${when}.`
    : `No gap is known ${when} in the times in which it was followed.`;
}

/** What may be missing from the sums, and what is left out of them. */
function Completeness({ day }: { day: DarkpoolDay }) {
  const { late, scope, interruptedSince } = day;
  const gaps = gapsOf(day);
  const sound = soundText(day);
  return (
    <ul className="flex flex-col gap-1 px-3 pb-3 sm:px-4" aria-label="Completeness">
      {rowKeys(gaps.slice(-MOST_GAPS), ({ from }) => from).map(([key, { from, to }]) => (
        <li key={key} className="flex gap-2 text-warn">
          <WarningIcon className="mt-0.5 size-4" />
          Prints from {marketTime(from)} to {marketTime(to)} may be missing from these sums.
        </li>
      ))}
      {gaps.length > MOST_GAPS ? (
        <li className="text-warn">
          {plural(gaps.length - MOST_GAPS, 'earlier gap is', 'earlier gaps are')} known.
        </li>
      ) : null}
      {interruptedSince === null ? null : (
        <li className="flex gap-2 text-warn">
          <WarningIcon className="mt-0.5 size-4" />
          No print has arrived since {marketTime(interruptedSince)}: these sums are not complete.
        </li>
      )}
      {sound === null ? null : <li className="text-muted">{sound}</li>}
      <li className="text-muted">Prints that are fetched after a gap are unknown.</li>
      <li className="text-muted">
        {late.prints === 0
          ? 'No print was reported late.'
          : `${plural(late.prints, 'print was', 'prints were')} reported more than ten seconds late: ${money(late.notional)}, counted in no other number.`}
      </li>
      {scope === null ? null : <li className="text-muted">{scopeText(scope)}</li>}
    </ul>
  );
}

export interface SymbolDayProps {
  readonly symbol: string;
  /** Comes into sight where it stands below the list. */
  readonly reveal: boolean;
  readonly theme: ThemeStore;
  readonly loadChart?: LoadMinuteChart;
}

/** The day of one symbol: minutes, largest prints, and what is missing. */
export function SymbolDay({ symbol, reveal, theme, loadChart }: SymbolDayProps) {
  const { api, timers } = useDesk();
  const [store] = useState(() => createSymbolDayStore({ api, timers, symbol }));
  useEffect(() => store.start(), [store]);
  useEffect(() => {
    if (reveal && window.matchMedia(STACKED).matches) document.getElementById(PANEL_ID)?.scrollIntoView();
  }, [reveal]);
  const { day, receivedAt, problem } = useStore(store);
  // Whoever looks at a symbol follows it: nothing of it is summed otherwise.
  useSubjects('quote', [symbol]);

  return (
    <Panel
      id={PANEL_ID}
      title={`${symbol} by minute`}
      aside={
        <span role="status" className="text-muted text-xs">
          {day === null ? '' : calendarDay(day.day)}
        </span>
      }
    >
      {day === null && problem === null ? (
        <SkeletonRows rows={9} label={`Loading the prints of ${symbol}…`} />
      ) : null}
      {day === null && problem !== null ? (
        <Message
          tone="problem"
          title={`The prints of ${symbol} did not load`}
          action={{ label: 'Try again', run: () => void store.load() }}
        >
          {problem}
        </Message>
      ) : null}
      {day === null ? null : (
        <div className={problem === null ? '' : 'not-live'}>
          {problem === null ? null : (
            <p role="status" className="px-3 pt-2 text-warn text-xs sm:px-4">
              As of {marketTime(receivedAt)} New York. {problem} The page tries again by itself.
            </p>
          )}
          {day.minutes.length === 0 ? (
            <Message title={`No prints of ${symbol} were summed on ${calendarDay(day.day)}`}>
              They appear here as they are reported, while this page is open.
            </Message>
          ) : (
            <MinuteCanvas
              symbol={symbol}
              minutes={day.minutes}
              gaps={gapsOf(day)}
              theme={theme}
              load={loadChart}
            />
          )}
          <Completeness day={day} />
          <h3 className="border-line border-t px-3 pt-3 pb-1 font-semibold text-sm sm:px-4">
            Largest prints
          </h3>
          <ScrollRegion label={`Largest prints of ${symbol}`} className="max-h-96 overflow-y-auto">
            <LargestPrints largest={day.largest} />
          </ScrollRegion>
        </div>
      )}
    </Panel>
  );
}
