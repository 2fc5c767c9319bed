import { revokedTopic } from '../accounts/topics.ts';
import { publishEvents } from '../trading/publish.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from '../trading/topics.ts';
import type { Hooks, HooksParts, Signed } from './hooks.ts';
import type { OperatorCommand, OperatorOutcome } from './operator-commands.ts';
import type { Recipient } from './recipient.ts';

type OperatorHooks = Pick<Hooks, 'halt' | 'position' | 'ban' | 'role' | 'tier'>;

const recipientOf = ({ userId, discordUserId }: Recipient): Recipient => ({ userId, discordUserId });

/** The operator's commands. What they change is committed; who else has to know is notified afterwards. */
export function createOperatorHooks({ commands, bus, clock, log }: HooksParts): OperatorHooks {
  const carryOut = <T extends object>(
    eventId: string,
    signed: Signed,
    command: OperatorCommand,
    result: T,
  ): Promise<OperatorOutcome<T>> => commands.carryOut({ id: eventId, ...signed }, command, result);

  return {
    async halt(hook, signed) {
      const { eventId, halted, reason, scope } = hook;
      const whom = scope === 'everyone' ? scope : recipientOf(hook);
      const command = { kind: 'halt', whom, halted, reason, at: clock.now() } as const;
      const { scope: concerned, ...outcome } = await carryOut(eventId, signed, command, { halted });
      if (concerned !== null) {
        log.warn({ scope: concerned, reason }, halted ? 'trading halted' : 'trading resumed');
        bus.publish(ordersTopic, ORDERS_WAITING);
      }
      return outcome;
    },

    async position(hook, signed) {
      const { eventId, symbol, price, reason: note = null } = hook;
      const close = { whom: recipientOf(hook), symbol, price, note, at: clock.now() };
      const { appended, ...outcome } = await commands.closePosition({ id: eventId, ...signed }, close);
      publishEvents(bus, appended ?? []);
      for (const { userId } of appended ?? []) {
        log.warn({ userId, ...outcome.result, note }, 'an operator closed a position');
        bus.publish(portfolioTopic, { userId });
      }
      return outcome;
    },

    async ban({ eventId, userId, banned }, signed) {
      const command = { kind: 'ban', whom: { userId }, banned } as const;
      const { scope, ...outcome } = await carryOut(eventId, signed, command, { banned });
      if (scope !== null && banned) bus.publish(revokedTopic, { userId, reason: 'banned' });
      return outcome;
    },

    async role(hook, signed) {
      const { eventId, role } = hook;
      const command = { kind: 'role', whom: recipientOf(hook), role } as const;
      const { scope: _, ...outcome } = await carryOut(eventId, signed, command, { role });
      return outcome;
    },

    async tier(hook, signed) {
      const { eventId, tier } = hook;
      const command = { kind: 'tier', whom: recipientOf(hook), tier } as const;
      const { scope: _, ...outcome } = await carryOut(eventId, signed, command, { tier });
      return outcome;
    },
  };
}
