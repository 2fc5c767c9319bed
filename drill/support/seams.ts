import { createRandom } from '../../rig/random.ts';
import type { Protection } from '../../src/app/index.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';

/** What a drill changes in one replica; it travels as JSON in DRILL_SEAMS. */
export interface Seams {
  /** Symbols of a market that moves each of them at this pace; without it the feed of the configuration runs. */
  readonly market?: { readonly symbols: readonly string[]; readonly perSecond: number };
  /** A feed that believes everything this upstream says about these symbols. */
  readonly uncheckedUpstream?: { readonly url: string; readonly symbols: readonly string[] };
  readonly unprotected?: readonly Protection[];
  /** Every message of another replica counts as sent now, however old it is. */
  readonly ageless?: boolean;
  /** Messages of the bus that never arrive here. */
  readonly drop?: DropRule;
  /** Base address of a broker outside; without it the paper broker of the service. */
  readonly brokerUrl?: string;
}

export interface DropRule {
  /** One message in this many, whatever it is, by chance; the topic of each is written to `lossesFile`, one a line. */
  readonly oneIn?: number;
  readonly lossesFile?: string;
  readonly seed?: number;
  /** Every message of this topic … */
  readonly topic?: string;
  /** … whose JSON holds this text. */
  readonly holding?: string;
}

/**
 * The bus as a replica hears it that loses messages by this rule. What it says reaches the others. `onLost` is told
 * what was lost by chance.
 */
export function losingBus(bus: Bus, rule: DropRule, onLost: (topic: string) => void = () => {}): Bus {
  const random = createRandom(rule.seed ?? 1);
  const isLost = (topic: string, message: unknown): boolean => {
    if (rule.oneIn !== undefined && random.next() * rule.oneIn < 1) {
      onLost(topic);
      return true;
    }
    if (rule.topic !== topic || rule.holding === undefined) return false;
    return JSON.stringify(message).includes(rule.holding);
  };
  return {
    publish: (topic, message) => bus.publish(topic, message),
    subscribe: (topic, listener) =>
      bus.subscribe(topic, (message) => {
        if (!isLost(topic.name, message)) listener(message);
      }),
  };
}
