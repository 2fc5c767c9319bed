import type {
  OperatorCommand,
  OperatorCommands,
  OperatorEvent,
} from '../../../domain/hooks/operator-commands.ts';
import { noSuchRecipient, type Recipient } from '../../../domain/hooks/recipient.ts';
import type { HaltScope } from '../../../domain/trading/trading.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { setBan, setRole, setTier } from '../accounts/standing.ts';
import { subjectOf, takeTurn } from '../accounts/turns.ts';
import { liftHalt, setHalt } from '../trading/halts.ts';
import { once } from './events.ts';

const FIND_USER = 'SELECT id FROM users WHERE id = $1 OR discord_user_id = $2';

// The release before kept the ids of operators and bots in one set. The digest has the route: it was no bot.
const ANSWERED_BEFORE =
  'SELECT result FROM hook_events WHERE event_id = $1 AND digest = $2 AND result IS NOT NULL';

/** No sender can choose an id with a space: what bots send never uses up the id of an operator. */
const ofOperators = (event: OperatorEvent): OperatorEvent => ({ ...event, id: `operator ${event.id}` });

export const createOperatorCommands = (db: Database): OperatorCommands => ({
  carryOut: <T extends object>(event: OperatorEvent, command: OperatorCommand, result: T) =>
    db.transaction(async (tx) => {
      const [before] = await tx.query<{ result: T }>(ANSWERED_BEFORE, [event.id, event.digest]);
      if (before) return { result: before.result, duplicate: true, scope: null };
      let scope: HaltScope | null = null;
      const outcome = await once(tx, ofOperators(event), async () => {
        scope = await carryOut(tx, command, event.signedAt);
        return result;
      });
      return { ...outcome, scope };
    }),
});

async function carryOut(tx: Queryable, command: OperatorCommand, signedAt: number): Promise<HaltScope> {
  const scope = command.whom === 'everyone' ? command.whom : { userId: await findUser(tx, command.whom) };
  if (!(await takeTurn(tx, subjectOf(command.kind, scope), signedAt))) throw overtaken();
  await effectOf(tx, command, scope);
  return scope;
}

/** Throws NOT_FOUND. */
async function findUser(tx: Queryable, { userId, discordUserId }: Recipient): Promise<string> {
  const [user] = await tx.query<{ id: string }>(FIND_USER, [userId ?? null, discordUserId ?? null]);
  if (!user) throw noSuchRecipient();
  return user.id;
}

function effectOf(tx: Queryable, command: OperatorCommand, scope: HaltScope): Promise<unknown> {
  if (command.kind === 'halt')
    return command.halted ? setHalt(tx, scope, command.reason, command.at) : liftHalt(tx, scope);
  if (scope === 'everyone') throw new Error(`${command.kind} concerns one user`);
  switch (command.kind) {
    case 'ban':
      return setBan(tx, scope.userId, command.banned);
    case 'role':
      return setRole(tx, scope.userId, command.role);
    case 'tier':
      return setTier(tx, scope.userId, command.tier);
  }
}

const overtaken = (): TradecastError =>
  new TradecastError(
    'CONFLICT',
    'A command that was signed later has been carried out. If this one is still meant, sign it now and send it again.',
  );
