/** What each kind of tick changes in the quote of its symbol. The tick is of the entry's day, and no repeat. */
import type { BarTick, DayTick, HaltTick, NbboTick, TradeTick } from './feed.ts';
import type { Entry } from './quote-entry.ts';
import { afterSplit } from './splits.ts';
import {
  ADDS_VOLUME,
  CORRECTS_CLOSE,
  EXTENDED_HOURS,
  REPORTS_CLOSE,
  SETS_HIGH_LOW,
  SETS_LAST,
} from './trade-effects.ts';

function setPrice(entry: Entry, price: number, time: number): void {
  entry.price = price;
  entry.priceTime = time;
}

/** A trade, or the last one of a bar, makes the price. */
function makePrice(entry: Entry, price: number, time: number, receivedAt: number): void {
  setPrice(entry, price, time);
  entry.priceReceivedAt = receivedAt;
}

/** The close that the exchanges report after the bell is the day's last price; later trades no longer move it. */
function applyClose(entry: Entry, { price, size, effects, sourceTime, receivedAt }: TradeTick): boolean {
  const session = entry.hours.session(sourceTime);
  if (session === 'regular' || session === 'pre') return false;
  const corrects = (effects & CORRECTS_CLOSE) !== 0;
  if (!corrects && !(size > entry.closeSize)) return false;
  entry.close = price;
  entry.closeSize = corrects ? Number.POSITIVE_INFINITY : size;
  entry.priced = true;
  makePrice(entry, price, Math.max(sourceTime, entry.priceTime), receivedAt);
  return true;
}

function applyLast(entry: Entry, { price, effects, sourceTime, receivedAt }: TradeTick): boolean {
  if (!(effects & SETS_LAST) || entry.close !== undefined || sourceTime < entry.priceTime) return false;
  if (effects & EXTENDED_HOURS) {
    // Before the open there is no other price; once the day has a regular one it no longer counts.
    if (entry.priced) return false;
    makePrice(entry, price, sourceTime, receivedAt);
    return true;
  }
  entry.open ??= price;
  entry.priced = true;
  makePrice(entry, price, sourceTime, receivedAt);
  return true;
}

/** True where the trade made the last price. */
export function applyTrade(entry: Entry, tick: TradeTick): boolean {
  const { price, effects, sourceTime } = tick;
  entry.hasTrades = true;
  if (effects & ADDS_VOLUME) entry.sums.addVolume(tick.size, sourceTime);
  if (effects & SETS_HIGH_LOW && !(effects & EXTENDED_HOURS)) entry.sums.addRange(price, price, sourceTime);
  const isClose = (effects & REPORTS_CLOSE) !== 0 && applyClose(entry, tick);
  const isPrice = applyLast(entry, tick) || isClose;
  if (isPrice && entry.haltDoubtful && tick.trf === 0 && sourceTime > entry.haltTime) entry.halted = false;
  return isPrice;
}

/** False for word that is older than the one there is. */
export function applyHalt(entry: Entry, { halted, sourceTime, receivedAt, isDoubtful }: HaltTick): boolean {
  if (sourceTime < entry.haltTime) return false;
  // What can't be read takes nothing back from a halt that could.
  entry.haltDoubtful = isDoubtful === true && !(entry.halted && !entry.haltDoubtful);
  entry.halted = halted;
  // A word from ahead of our clock keeps no later one out.
  entry.haltTime = Math.min(sourceTime, receivedAt);
  return true;
}

/** False for a quote that is older than the one there is. */
export function applyNbbo(entry: Entry, tick: NbboTick): boolean {
  if (tick.sourceTime < entry.nbboTime) return false;
  entry.bid = tick.bid;
  entry.bidSize = tick.bidSize;
  entry.ask = tick.ask;
  entry.askSize = tick.askSize;
  entry.nbboTime = tick.sourceTime;
  entry.nbboReceivedAt = tick.receivedAt;
  return true;
}

/** True where the bar's close made the last price. */
export function applyBar(entry: Entry, tick: BarTick): boolean {
  const regular = entry.hours.session(tick.start) === 'regular';
  if (tick.dayVolume !== undefined) entry.sums.setVolume(tick.dayVolume, tick.sourceTime);
  if (tick.dayOpen !== undefined) entry.open = tick.dayOpen;
  if (regular) entry.sums.addRange(tick.high, tick.low, tick.sourceTime - 1);
  const movesPrice = entry.close === undefined && (regular || !entry.priced);
  if (!movesPrice || tick.sourceTime <= entry.priceTime) return false;
  if (regular) {
    entry.open ??= tick.open;
    entry.priced = true;
  }
  makePrice(entry, tick.close, tick.sourceTime, tick.receivedAt);
  return true;
}

/** One that does not count a split of today yields to one that does. */
function applyPreviousClose(entry: Entry, close: number, isAdjusted: boolean): void {
  if (entry.split && entry.previousCloseAdjusted && !isAdjusted) return;
  entry.previousClose = entry.split && !isAdjusted ? afterSplit(close, entry.split) : close;
  entry.previousCloseAdjusted = isAdjusted;
}

export function applyDay(entry: Entry, tick: DayTick): void {
  if (tick.previousClose !== undefined) {
    applyPreviousClose(entry, tick.previousClose, tick.isAdjusted === true);
    entry.previousCloseTime = tick.sourceTime;
  }
  if (tick.open !== undefined) {
    entry.open = tick.open;
    entry.priced = true;
  }
  if (tick.high !== undefined && tick.low !== undefined)
    entry.sums.setRange(tick.high, tick.low, tick.sourceTime);
  if (tick.volume !== undefined) entry.sums.setVolume(tick.volume, tick.sourceTime);
  if (tick.openInterest !== undefined) entry.openInterest = tick.openInterest;
  if (tick.greeks) entry.greeks = tick.greeks;
  if (tick.last !== undefined && tick.sourceTime >= entry.priceTime && entry.close === undefined) {
    setPrice(entry, tick.last, tick.sourceTime);
  } else if (entry.priceTime === 0 && entry.previousClose !== undefined) {
    setPrice(entry, entry.previousClose, 0);
  }
  if (tick.sourceTime >= entry.nbboTime && (tick.bid !== undefined || tick.ask !== undefined)) {
    entry.bid = tick.bid;
    entry.ask = tick.ask;
    // A stock's snapshot may be older than the connection; contracts have theirs by REST alone, where they have no quotes.
    entry.nbboReceivedAt = entry.isContract ? tick.receivedAt : 0;
    entry.bidSize = entry.askSize = undefined;
  }
}
