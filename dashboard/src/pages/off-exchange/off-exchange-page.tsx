import { useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { LiveOffExchange } from '../../features/off-exchange/live-off-exchange.tsx';
import type { PageProps } from '../page.ts';
import { useAskedSymbol } from './use-asked-symbol.ts';

/** Off-exchange amounts; `?symbol=AAPL` opens one symbol beside them. */
export function OffExchangePage({ theme }: PageProps) {
  const symbol = useAskedSymbol(new URLSearchParams(useSearch()).get('symbol'));
  return (
    <LiveOffExchange
      symbol={symbol}
      onSymbol={(chosen) =>
        navigate(`${pathTo.offExchange}?${new URLSearchParams({ symbol: chosen })}`, { replace: true })
      }
      theme={theme}
    />
  );
}
