import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { ExpirationPayload } from '../../../../src/protocol/options.ts';
import { calendarDay } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';

export interface ExpiryTabsProps {
  readonly expirations: readonly ExpirationPayload[];
  readonly chosen: string | null;
  /** The id of what the tabs show. */
  readonly panel: string;
  readonly onChoose: (expiry: string) => void;
}

export const tabId = (expiry: string): string => `expiry-${expiry}`;

const daysWord = (days: number): string => (days === 0 ? 'today' : plural(days, 'day'));

/** The expiries, nearest first, each with the days that are left. */
export function ExpiryTabs({ expirations, chosen, panel, onChoose }: ExpiryTabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const position = expirations.findIndex(({ expiry }) => expiry === chosen);

  useEffect(() => {
    if (chosen === null) return;
    document.getElementById(tabId(chosen))?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);

  function choose(index: number) {
    const next = expirations[Math.min(expirations.length - 1, Math.max(0, index))];
    if (!next) return;
    onChoose(next.expiry);
    document.getElementById(tabId(next.expiry))?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent) {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: position - 1,
      ArrowRight: position + 1,
      Home: 0,
      End: expirations.length - 1,
    };
    const index = steps[event.key];
    if (index === undefined) return;
    event.preventDefault();
    choose(index);
  }

  return (
    <div
      ref={list}
      role="tablist"
      aria-label="Expiries"
      className="flex gap-1 overflow-x-auto p-2"
      onKeyDown={onKeyDown}
    >
      {expirations.map(({ expiry, daysLeft, contracts }) => {
        const selected = expiry === chosen;
        return (
          <button
            key={expiry}
            id={tabId(expiry)}
            type="button"
            role="tab"
            aria-selected={selected}
            aria-controls={panel}
            tabIndex={selected || (position === -1 && expiry === expirations[0]?.expiry) ? 0 : -1}
            title={plural(contracts, 'contract')}
            onClick={() => onChoose(expiry)}
            className={`flex min-h-10 shrink-0 flex-col items-start rounded-md border px-2.5 py-1 leading-tight focus-visible:-outline-offset-2 ${
              selected ? 'border-accent bg-accent-soft font-semibold' : 'border-line hover:bg-raised'
            }`}
          >
            <span className="whitespace-nowrap">{calendarDay(expiry)}</span>
            <span className="whitespace-nowrap font-normal text-muted text-xs">{daysWord(daysLeft)}</span>
          </button>
        );
      })}
    </div>
  );
}
