import { createRandom } from '../../rig/random.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';

export interface DropRule {
  /** One message in this many, whatever it is, by chance. */
  readonly oneIn?: number;
  readonly seed?: number;
  /** Every message of this topic … */
  readonly topic?: string;
  /** … whose JSON holds this text. */
  readonly holding?: string;
}

/**
 * The bus of a replica that loses received messages by this rule. What it publishes reaches the others. `onLost`
 * receives the topic of each message lost by chance.
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
