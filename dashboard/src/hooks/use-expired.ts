import { useStore } from 'zustand';
import { newYorkDate } from '../../../src/protocol/new-york.ts';
import type { OptionPayload } from '../../../src/protocol/options.ts';
import { parseSymbol } from '../../../src/protocol/symbol.ts';
import { useSharedStores } from './shared-stores.tsx';
import { useDesk } from './websocket-context.tsx';

/** Says which symbols are contracts that have expired by the calendar, which is not that of a recording. */
export function useExpiredByCalendar(): (symbol: string) => boolean {
  const { timers } = useDesk();
  const { feed: feeds } = useSharedStores();
  const live = useStore(feeds, ({ source, feed }) => feed !== null && (source ?? feed.source) !== 'replay');
  return (symbol) => {
    const parsed = parseSymbol(symbol);
    return live && parsed?.kind === 'option' && parsed.expiry < newYorkDate(timers.now());
  };
}

/**
 * Whether a contract has expired. The server says so of one that it has followed to its end; of one that it refuses to
 * follow, the calendar does.
 */
export function useExpired(symbol: string, present: OptionPayload | undefined): boolean {
  const byCalendar = useExpiredByCalendar();
  return present === undefined ? byCalendar(symbol) : present.noGreeks === 'expired';
}
