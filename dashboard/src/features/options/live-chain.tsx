import { type KeyboardEvent, useId, useState } from 'react';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { Panel } from '../../components/panel.tsx';
import { useSingleKeys } from '../../hooks/single-keys.ts';
import { calendarDay } from '../../lib/format.ts';
import type { ChainState } from '../../stores/chain.ts';
import type { ChainChoicesStore } from '../../stores/chain-choices.ts';
import type { Place } from './chain-table.tsx';
import { ChainView, type ChainViewProps, type StrikeFilter } from './chain-view.tsx';
import { ExpiryTabs, tabId } from './expiry-tabs.tsx';
import { NoChain } from './no-chain.tsx';
import { ChainNotices } from './notices.tsx';
import { NO_RANGE } from './strike-range.ts';
import { type ChainAddress, useChain } from './use-chain.ts';

export interface LiveChainProps extends ChainAddress {
  readonly choices: ChainChoicesStore;
}

interface ContentProps extends Pick<ChainViewProps, 'underlying' | 'choices' | 'carried'>, StrikeFilter {
  readonly state: ChainState;
  readonly onRetry: () => void;
}

function Content({ state, onRetry, ...view }: ContentProps) {
  const { expiry, chain } = state;
  if (chain === null || expiry === null || chain.contracts.length === 0)
    return (
      <Panel id="chain" title={expiry === null ? 'Option chain' : `Expires ${calendarDay(expiry)}`}>
        <NoChain state={state} onRetry={onRetry} underlying={view.underlying} />
      </Panel>
    );
  const notices = <ChainNotices state={state} onRetry={onRetry} />;
  // Scroll position and the contract of the keyboard belong to one expiry.
  return (
    <ChainView
      key={expiry}
      {...view}
      chain={chain}
      expiry={expiry}
      receivedAt={state.receivedAt}
      notices={notices}
    />
  );
}

/** Says that the address named another expiry than the one that is shown. */
function UnlistedNote({ expiry }: { expiry: string | null }) {
  const name = expiry !== null && Number.isFinite(Date.parse(expiry)) ? calendarDay(expiry) : `“${expiry}”`;
  return (
    <p role="status" className={expiry === null ? 'sr-only' : 'px-3 pb-2 text-warn'}>
      {expiry === null ? '' : `No listed contract expires on ${name}. The nearest expiry is shown.`}
    </p>
  );
}

/** The strike and side that has the focus; null outside of the table. */
function placeOf(target: EventTarget): Place | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-contract]') : null;
  const contract = parseSymbol(cell?.dataset.contract ?? '');
  return contract?.kind === 'option' ? { strike: contract.strike, side: contract.right } : null;
}

/** The option chain of one underlying, kept coming while mounted. */
export function LiveChain(props: LiveChainProps) {
  const { state, unlisted, reload, choose } = useChain(props);
  const { expirations, expiry } = state;
  const panel = useId();
  const [carried, setCarried] = useState<Place | null>(null);
  const [range, setRange] = useState(NO_RANGE);
  const single = useSingleKeys();

  function chooseTab(chosen: string) {
    setCarried(null);
    choose(chosen);
  }

  function onKeyDown({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) {
    const step = key === '[' ? -1 : key === ']' ? 1 : 0;
    if (!single || step === 0 || ctrlKey || metaKey || altKey || target instanceof HTMLInputElement) return;
    const at = (expirations ?? []).findIndex((one) => one.expiry === expiry);
    const next = expirations?.[at + step];
    if (!next) return;
    setCarried((before) => placeOf(target) ?? before);
    choose(next.expiry);
    // The table makes way for the next one; on <body> a keyboard would start all over.
    document.getElementById(tabId(next.expiry))?.focus({ preventScroll: true });
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for whatever has the focus inside
    <div className="contents" onKeyDown={onKeyDown}>
      {expirations && expirations.length > 0 ? (
        <div className="min-w-0 rounded-lg border border-line bg-surface">
          <ExpiryTabs expirations={expirations} chosen={expiry} panel={panel} onChoose={chooseTab} />
          <UnlistedNote expiry={unlisted} />
        </div>
      ) : null}
      <div
        className="col-span-full min-w-0"
        id={panel}
        role="tabpanel"
        aria-labelledby={expiry === null ? undefined : tabId(expiry)}
      >
        <Content
          state={state}
          onRetry={reload}
          underlying={props.underlying}
          choices={props.choices}
          carried={carried}
          range={range}
          onRange={setRange}
        />
      </div>
    </div>
  );
}
