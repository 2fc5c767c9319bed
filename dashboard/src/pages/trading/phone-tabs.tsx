import type { ComponentType } from 'react';
import { useStore } from 'zustand';
import { BellIcon, ListIcon, PieIcon, TradeIcon } from '../../components/icons.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { VIEWS, type View } from '../../stores/view.ts';

const TABS: Record<View, { readonly label: string; readonly Icon: ComponentType<{ className?: string }> }> = {
  portfolio: { label: 'Portfolio', Icon: PieIcon },
  watchlist: { label: 'Watchlist', Icon: ListIcon },
  trade: { label: 'Trade', Icon: TradeIcon },
  activity: { label: 'Activity', Icon: BellIcon },
};

/** Phones show one view at a time; the rest stays mounted, so that switching costs nothing. */
export function PhoneTabs() {
  const { view } = useTradingStores();
  const current = useStore(view, (state) => state.view);
  return (
    <nav
      aria-label="Views"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-4 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {VIEWS.map((name) => {
        const { label, Icon } = TABS[name];
        return (
          <button
            key={name}
            type="button"
            aria-current={name === current ? 'page' : undefined}
            onClick={() => view.show(name)}
            className={`flex h-14 flex-col items-center justify-center gap-0.5 text-xs focus-visible:-outline-offset-2 ${name === current ? 'font-semibold text-accent' : 'text-muted'}`}
          >
            <Icon className="size-5" />
            {label}
          </button>
        );
      })}
    </nav>
  );
}
