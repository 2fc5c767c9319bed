import { useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { readSymbol } from '../../../../src/protocol/symbol.ts';
import { LiveOffExchange } from '../../features/off-exchange/live-off-exchange.tsx';
import type { PageProps } from '../page.ts';

/** Off-exchange amounts; `?symbol=AAPL` opens one symbol beside them. */
export function OffExchangePage({ theme }: PageProps) {
  const asked = new URLSearchParams(useSearch()).get('symbol');
  return (
    <LiveOffExchange
      symbol={asked === null ? null : readSymbol(asked)}
      onSymbol={(symbol) =>
        navigate(`${pathTo.offExchange}?${new URLSearchParams({ symbol })}`, { replace: true })
      }
      theme={theme}
    />
  );
}
