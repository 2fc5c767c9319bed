import type { PortfolioPayload } from '../../../../src/protocol/portfolio.ts';
import { AsOf } from '../../components/as-of.tsx';
import { Badge } from '../../components/badge.tsx';
import { Change } from '../../components/change.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StaleAge } from '../../components/stale-age.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { usePortfolio } from '../../hooks/use-portfolio.ts';
import { money, signedMoney, signedPercent } from '../../lib/format.ts';
import { PositionsTable } from './positions-table.tsx';
import { useStalePrices } from './stale-prices.ts';

function Summary({ portfolio }: { portfolio: PortfolioPayload }) {
  const { dayChange, dayChangePercent } = portfolio;
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4 px-4 py-4">
      <div>
        <p className="text-muted text-xs">Total value</p>
        <p
          className="break-all font-semibold text-3xl tracking-tight @max-sm:text-2xl"
          data-testid="total-value"
        >
          {money(portfolio.totalValue)}
        </p>
        <p className="mt-0.5 font-medium">
          <Change>{`${signedMoney(dayChange)} (${signedPercent(dayChangePercent)})`}</Change>{' '}
          <span className="font-normal text-muted">today</span>
        </p>
      </div>
      <dl className="grid grid-cols-2 gap-x-8 gap-y-2 @lg:grid-cols-4">
        <Figure label="Positions" value={money(portfolio.equity)} />
        <Figure label="Cash" value={money(portfolio.cash)} />
        <Figure label="Buying power" value={money(portfolio.buyingPower)} />
        <div>
          <dt className="text-muted text-xs">Realised P&amp;L</dt>
          <dd className="break-all font-medium text-sm">
            <Change>{signedMoney(portfolio.realizedPnl)}</Change>
          </dd>
        </div>
      </dl>
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="break-all font-medium text-sm">{value}</dd>
    </div>
  );
}

function Loading() {
  return (
    <>
      <div className="flex h-28 flex-col justify-center gap-2 px-4">
        <div className="skeleton h-3 w-20" />
        <div className="skeleton h-8 w-48" />
        <div className="skeleton h-3.5 w-32" />
      </div>
      <SkeletonRows rows={4} label="Loading the portfolio" />
    </>
  );
}

const NONE: PortfolioPayload['positions'] = [];

export function LivePortfolio() {
  const { portfolio, error, retry } = usePortfolio();
  const frozen = useFreshness() === 'frozen';
  const { stale, since } = useStalePrices(portfolio?.positions ?? NONE);

  return (
    <Panel
      id="portfolio"
      title="Portfolio"
      aside={
        <>
          {stale && !frozen ? (
            <span className="text-warn text-xs">
              Prices
              {since === null ? (
                ' no longer renewed'
              ) : (
                <>
                  : <StaleAge timestamp={since} />
                </>
              )}
            </span>
          ) : null}
          <AsOf receivedAt={portfolio?.receivedAt ?? 0} />
          {portfolio?.source === 'external' ? (
            <Badge title="This account is kept by another system, which reports it here.">
              External account
            </Badge>
          ) : null}
        </>
      }
    >
      {portfolio ? (
        <div className={frozen || stale ? 'not-live' : ''}>
          <Summary portfolio={portfolio} />
          <PositionsTable positions={portfolio.positions} />
        </div>
      ) : error ? (
        <Message
          tone="problem"
          title="The portfolio could not be loaded"
          action={{ label: 'Try again', run: retry }}
        >
          {error}
        </Message>
      ) : (
        <Loading />
      )}
    </Panel>
  );
}
