import { revokedTopic } from '../accounts/topics.ts';
import type { HaltScope } from '../trading/trading.ts';
import type { HookEvent, HookOutcome } from './hook-inbox.ts';
import type { Hooks, HooksParts } from './hooks.ts';
import { findRecipient } from './recipient.ts';

type OperatorHooks = Pick<Hooks, 'halt' | 'ban' | 'role' | 'tier'>;

/** The operator's commands: each takes effect at most once for each event id. */
export function createOperatorHooks({ users, inbox, trading, bus }: HooksParts): OperatorHooks {
  /**
   * Works for the first event of its id, and closes it: a replayed event must not undo a later one. After a crash
   * between the two, the sender's repeat works again.
   */
  async function once<T extends object>(
    event: HookEvent,
    result: T,
    work: () => Promise<unknown>,
  ): Promise<HookOutcome<T>> {
    const { alreadyClosed } = await inbox.open(event);
    if (!alreadyClosed) {
      await work();
      await inbox.close(event, result);
    }
    return { result, duplicate: alreadyClosed };
  }

  return {
    async halt(hook, digest) {
      const { halted, reason } = hook;
      const scope: HaltScope =
        hook.scope === 'everyone' ? hook.scope : { userId: (await findRecipient(users, hook)).id };
      return once({ id: hook.eventId, digest }, { halted }, () =>
        halted ? trading.halt(scope, reason) : trading.resume(scope),
      );
    },

    async ban(hook, digest) {
      const { banned } = hook;
      const { id: userId } = await findRecipient(users, hook);
      return once({ id: hook.eventId, digest }, { banned }, async () => {
        if (!banned) return users.unban(userId);
        await users.ban(userId);
        bus.publish(revokedTopic, { userId, reason: 'banned' });
      });
    },

    async role(hook, digest) {
      const { role } = hook;
      const { id: userId } = await findRecipient(users, hook);
      return once({ id: hook.eventId, digest }, { role }, () => users.setRole(userId, role));
    },

    async tier(hook, digest) {
      const { tier } = hook;
      const { id: userId } = await findRecipient(users, hook);
      return once({ id: hook.eventId, digest }, { tier }, () => users.setTier(userId, tier));
    },
  };
}
