import { useMemo } from 'react';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import { Panel } from '../../components/panel.tsx';
import { compact, percent, quantity, strikePrice, UNKNOWN } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { mainRoot, rowsOf, type StrikeRow } from './figures.ts';
import { drawnX, drawnY, Numbers, StrikeChart } from './strike-chart.tsx';
import { interestOf, type StrikePoint, smileOf, spotPosition } from './strike-points.ts';

interface ChartProps {
  readonly rows: readonly StrikeRow[];
  readonly spot: number | undefined;
}

const pathOf = (points: readonly StrikePoint[]): string =>
  points.map(({ x, y }) => `${drawnX(x)},${drawnY(y)}`).join(' ');

function Line({ points, dashed }: { points: readonly StrikePoint[]; dashed: boolean }) {
  return (
    <polyline
      points={pathOf(points)}
      fill="none"
      strokeWidth="1.75"
      strokeLinejoin="round"
      strokeDasharray={dashed ? '6 4' : undefined}
      vectorEffect="non-scaling-stroke"
      className="stroke-accent"
    />
  );
}

const Nothing = ({ children }: { children: string }) => <p className="p-4 text-muted">{children}</p>;

function SmileChart({ rows, spot }: ChartProps) {
  const smile = smileOf(rows, spot);
  if (!smile || spot === undefined)
    return <Nothing>Too few contracts of this expiry have a volatility.</Nothing>;
  const { puts, calls, low, high, from, to } = smile;
  const position = (spot - from) / (to - from);
  return (
    <StrikeChart
      words={`Implied volatility by strike from ${strikePrice(from)} to ${strikePrice(to)}, between ${percent(low)} and ${percent(high)}.`}
      scale={[percent(high), percent((low + high) / 2), percent(low)]}
      strikes={[strikePrice(from), strikePrice(to)]}
      spot={position >= 0 && position <= 1 ? position : null}
      legend={
        <>
          <span>Broken line: puts, below the price</span>
          <span>Whole line: calls, above the price</span>
        </>
      }
      table={() => (
        <Numbers
          caption="Implied volatility by strike"
          heads={['Strike', 'Calls', 'Puts']}
          rows={rows.map(({ strike, call, put }) => [
            strikePrice(strike),
            percent(call?.impliedVolatility),
            percent(put?.impliedVolatility),
          ])}
        />
      )}
    >
      <Line points={puts} dashed />
      <Line points={calls} dashed={false} />
    </StrikeChart>
  );
}

/** Part of a strike's place that its bar fills. */
const BAR_PART = 0.7;

function InterestChart({ rows, spot }: ChartProps) {
  const interest = interestOf(rows);
  if (!interest) return <Nothing>The source does not report open interest for this expiry.</Nothing>;
  const { bars, top } = interest;
  const strikes = bars.map(({ strike }) => strike);
  const place = 1 / bars.length;
  const bar = (index: number, height: number) => {
    const x = drawnX((index + (1 - BAR_PART) / 2) * place);
    const end = drawnY(0.5 + height / 2);
    return `M${x} ${drawnY(0.5)}V${end}h${drawnX(place * BAR_PART)}V${drawnY(0.5)}Z`;
  };
  const [lowest, highest] = [strikes[0], strikes.at(-1)];
  const words = `Open interest by strike from ${strikePrice(lowest)} to ${strikePrice(highest)}, at most ${plural(top, 'contract')}.`;
  return (
    <StrikeChart
      words={words}
      scale={[compact(top), '0', compact(top)]}
      strikes={[
        strikePrice(lowest),
        strikePrice(strikes[Math.floor(strikes.length / 2)]),
        strikePrice(highest),
      ]}
      spot={spotPosition(strikes, spot)}
      legend={
        <>
          <span>Upwards: calls</span>
          <span>Downwards: puts</span>
        </>
      }
      table={() => (
        <Numbers
          caption="Open interest by strike, contracts"
          heads={['Strike', 'Calls', 'Puts']}
          rows={rows.map(({ strike, call, put }) => [
            strikePrice(strike),
            call?.openInterest === undefined ? UNKNOWN : quantity(call.openInterest),
            put?.openInterest === undefined ? UNKNOWN : quantity(put.openInterest),
          ])}
        />
      )}
    >
      <path d={bars.map(({ calls }, index) => bar(index, calls / top)).join('')} className="fill-up" />
      <path d={bars.map(({ puts }, index) => bar(index, -puts / top)).join('')} className="fill-down" />
    </StrikeChart>
  );
}

/** The volatility smile and the open interest of one expiry, of the series that most of its strikes have. */
export function ChainCharts({
  contracts,
  spot,
}: {
  contracts: readonly OptionPayload[];
  spot: number | undefined;
}) {
  const rows = useMemo(() => {
    const all = rowsOf(contracts);
    const root = mainRoot(all);
    return all.filter((row) => row.root === root);
  }, [contracts]);
  return (
    <>
      <Panel id="smile" title="Volatility smile">
        <SmileChart rows={rows} spot={spot} />
      </Panel>
      <Panel id="open-interest" title="Open interest by strike">
        <InterestChart rows={rows} spot={spot} />
      </Panel>
    </>
  );
}
