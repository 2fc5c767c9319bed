import { tradeEffects } from '../../../src/adapters/massive/conditions.ts';
import { ADDS_VOLUME, SETS_HIGH_LOW, SETS_LAST } from '../../../src/domain/market/trade-effects.ts';

const SWEEP = 14;
const TRADE_THROUGH_EXEMPT = 41;
const CASH = 7;
const NEXT_DAY = 20;
const FORM_T = 12;
const FORM_T_OUT_OF_SEQUENCE = 13;
const AUCTION = [8, 15, 16, 25];

/**
 * Which prints set a price in the bars compared with, read off them: in five days no bar's high or low rests on a
 * sweep or on another trade-through exempt print in regular hours, nor on an auction message; late and average
 * price reports count. The SIP's own rules differ (a sweep sets prices), so only the selection is exchanged here.
 */
export function barMakerEffects(conditions: readonly number[] | undefined): number {
  const volume = tradeEffects(conditions) & ADDS_VOLUME;
  const priced = volume | SETS_HIGH_LOW | SETS_LAST;
  if (conditions === undefined) return priced;
  const has = (...ids: number[]): boolean => ids.some((id) => conditions.includes(id));
  if (has(...AUCTION)) return volume;
  const regularButExempt = conditions.length === 1 && conditions[0] === TRADE_THROUGH_EXEMPT;
  if (regularButExempt || has(FORM_T, FORM_T_OUT_OF_SEQUENCE, CASH, NEXT_DAY)) return priced;
  return has(SWEEP, TRADE_THROUGH_EXEMPT) ? volume : priced;
}
