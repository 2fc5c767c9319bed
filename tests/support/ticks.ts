import { tradeEffects } from '../../src/adapters/massive/conditions.ts';
import type { BarTick, DayTick, NbboTick, TradeTick } from '../../src/domain/market/feed.ts';

/** Ticks with everything filled in; a test names what it is about. */
let sequence = 0;

export const trade = ({
  conditions,
  ...fields
}: Partial<TradeTick> & {
  price: number;
  sourceTime: number;
  /** Massive's ids. */
  conditions?: readonly number[];
}): TradeTick => ({
  symbol: 'AAPL',
  receivedAt: fields.sourceTime + 5,
  size: 100,
  decimalSize: '',
  participantTime: fields.sourceTime,
  exchange: 11,
  trf: 0,
  tradeId: '',
  sequence: ++sequence,
  effects: tradeEffects(conditions),
  ...fields,
});

export const nbbo = (fields: Partial<NbboTick> & { sourceTime: number }): NbboTick => ({
  symbol: 'AAPL',
  receivedAt: fields.sourceTime + 5,
  bid: undefined,
  bidSize: undefined,
  ask: undefined,
  askSize: undefined,
  ...fields,
});

export const bar = (fields: Partial<BarTick> & { start: number }): BarTick => {
  const seconds = fields.seconds ?? 1;
  const end = fields.start + seconds * 1_000;
  return {
    symbol: 'AAPL',
    sourceTime: end,
    receivedAt: end + 5,
    seconds,
    open: 10,
    high: 10,
    low: 10,
    close: 10,
    volume: 100,
    dayVolume: undefined,
    dayOpen: undefined,
    ...fields,
  };
};

export const dayState = (fields: Partial<DayTick> & { sourceTime: number }): DayTick => ({
  symbol: 'AAPL',
  receivedAt: fields.sourceTime + 5,
  previousClose: undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  volume: undefined,
  last: undefined,
  bid: undefined,
  ask: undefined,
  ...fields,
});
