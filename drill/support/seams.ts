import { appendFileSync } from 'node:fs';
import { agelessLine } from '../../rig/ports/ageless-line.ts';
import { deafStallWatch } from '../../rig/ports/deaf-stall-watch.ts';
import { createSweepSwitch } from '../../rig/ports/sweep-switch.ts';
import { createRemoteBroker } from '../../rig/stand-ins/broker/remote-broker.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import type { AppOverrides, PortWrappers } from '../../src/app/index.ts';
import type { SignalLog } from '../../src/domain/signals/signal-log.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type DropRule, losingBus } from './losing-bus.ts';
import { createUncheckedSource } from './unchecked-source.ts';

/** What a drill changes in one replica; it travels as JSON in DRILL_SEAMS. */
export interface Seams {
  /** Symbols of a market that moves each of them at this pace; without it the feed of the configuration runs. */
  readonly market?: { readonly symbols: readonly string[]; readonly perSecond: number };
  /** A feed that believes every frame of this upstream about these symbols. */
  readonly uncheckedUpstream?: { readonly url: string; readonly symbols: readonly string[] };
  /** Protections that this replica lacks: a control has to fail by what is lost with them. */
  readonly without?: readonly Protection[];
  /** Messages of the bus that never arrive here. */
  readonly drop?: DropRule;
  /** The topic of each message lost by chance is added to this file, one a line. */
  readonly lossesFile?: string;
  /** Base address of a broker outside; without it the paper broker of the service. */
  readonly brokerUrl?: string;
}

export type Protection =
  /** Heads of the journal are read every few seconds: finds the last lost notice before a silence. */
  | 'journal-sweep'
  /** Heads of the signals are read every two seconds: finds what no notice has told of. */
  | 'signal-sweep'
  /** Messages older than their lane allows are dropped. */
  | 'message-age'
  /** A process that stalled notices on waking. */
  | 'stall-watch'
  /** SIGTERM drains before it stops. */
  | 'drain';

/** The same as overrides of the service: everything a drill changes is a port or its wrapper. */
export const toOverrides = (seams: Seams): Omit<AppOverrides, 'log'> => ({
  ...marketOf(seams),
  ...brokerOf(seams),
  wrap: wrappersOf(seams),
});

function marketOf({ market, uncheckedUpstream }: Seams): Pick<AppOverrides, 'marketSource'> {
  if (market) return { marketSource: movingMarket(market) };
  if (uncheckedUpstream) return { marketSource: createUncheckedSource(uncheckedUpstream) };
  return {};
}

function brokerOf({ brokerUrl }: Seams): Pick<AppOverrides, 'broker'> {
  if (brokerUrl === undefined) return {};
  return { broker: () => createRemoteBroker({ url: brokerUrl, clock: systemClock }) };
}

function wrappersOf({ drop, lossesFile, without = [] }: Seams): PortWrappers {
  const noteLoss = (topic: string): void => {
    if (lossesFile !== undefined) appendFileSync(lossesFile, `${topic}\n`);
  };
  return {
    ...(drop && { bus: (bus) => losingBus(bus, drop, noteLoss) }),
    ...(without.includes('journal-sweep') && { journal: createSweepSwitch().wrap }),
    ...(without.includes('signal-sweep') && { signalLog: neverSweptSignals }),
    ...(without.includes('message-age') && { line: agelessLine }),
    ...(without.includes('stall-watch') && { stallWatch: deafStallWatch }),
  };
}

/** The sweep reads what was there at first. */
function neverSweptSignals(log: SignalLog): SignalLog {
  let first: ReturnType<SignalLog['heads']> | null = null;
  return { ...log, heads: () => (first ??= log.heads()) };
}

/** All symbols in the same moment: what is measured is the service, not the number of writes. */
function movingMarket({ symbols, perSecond }: NonNullable<Seams['market']>): AppOverrides['marketSource'] {
  const market = createScriptedMarket(symbols);
  let round = 0;
  setInterval(() => {
    round += 1;
    for (const [index, symbol] of symbols.entries()) market.tick(symbol, 100 + index + (round % 100) / 100);
  }, 1_000 / perSecond);
  return market;
}
