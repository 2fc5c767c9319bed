import type { HookOutcome } from '../../../domain/hooks/hook-inbox.ts';
import type {
  ClosePosition,
  OperatorCommand,
  OperatorCommands,
  OperatorEvent,
} from '../../../domain/hooks/operator-commands.ts';
import { noSuchRecipient, type Recipient } from '../../../domain/hooks/recipient.ts';
import type { Appended } from '../../../domain/journal/journal.ts';
import type { HaltScope } from '../../../domain/trading/trading.ts';
import { decimal, toNumber } from '../../../lib/decimal.ts';
import { TradecastError } from '../../../protocol/errors.ts';
import type { PositionClosed } from '../../../protocol/hooks.ts';
import type { Database, Queryable } from '../../sql/database.ts';
import { setBan, setRole, setTier } from '../accounts/standing.ts';
import { type Moment, subjectOf, takeTurn } from '../accounts/turns.ts';
import { closePosition } from '../trading/close-position.ts';
import { liftHalt, setHalt } from '../trading/halts.ts';
import { once } from './events.ts';

/** Two questions, each with its index: one with OR would need a bitmap of both, which the sessions do without. */
const FIND_USER = 'SELECT id FROM users WHERE id = $1 UNION SELECT id FROM users WHERE discord_user_id = $2';

// The release before kept the ids of operators and bots in one set. The digest has the route: it was no bot.
const ANSWERED_BEFORE =
  'SELECT result FROM hook_events WHERE event_id = $1 AND digest = $2 AND result IS NOT NULL';

/** No sender can choose an id with a space: what bots send never uses up the id of an operator. */
const ofOperators = (event: OperatorEvent): OperatorEvent => ({ ...event, id: `operator ${event.id}` });

/** What a command answers, and what it did; the latter is null for a repeat. */
interface Done<T, Effect> {
  readonly result: T;
  readonly effect: Effect;
}

/** The event, what `work` does and its answer in one transaction. */
const inOneTransaction = <T extends object, Effect>(
  db: Database,
  event: OperatorEvent,
  work: (tx: Queryable) => Promise<Done<T, Effect>>,
): Promise<HookOutcome<T> & { effect: Effect | null }> =>
  db.transaction(async (tx) => {
    const [before] = await tx.query<{ result: T }>(ANSWERED_BEFORE, [event.id, event.digest]);
    if (before) return { result: before.result, duplicate: true, effect: null };
    let effect: Effect | null = null;
    const outcome = await once(tx, ofOperators(event), async () => {
      const done = await work(tx);
      effect = done.effect;
      return done.result;
    });
    return { ...outcome, effect };
  });

export const createOperatorCommands = (db: Database): OperatorCommands => ({
  async carryOut<T extends object>(event: OperatorEvent, command: OperatorCommand, result: T) {
    const { effect, ...outcome } = await inOneTransaction(db, event, async (tx) => ({
      result,
      effect: await carryOut(tx, command, event),
    }));
    return { ...outcome, scope: effect };
  },

  async closePosition(event, close) {
    const { effect, ...outcome } = await inOneTransaction(db, event, (tx) => closeOne(tx, event, close));
    return { ...outcome, appended: effect };
  },
});

async function closeOne(
  tx: Queryable,
  event: OperatorEvent,
  { whom, symbol, price, note, at }: ClosePosition,
): Promise<Done<PositionClosed, readonly Appended[]>> {
  const userId = await findUser(tx, whom);
  if (!(await takeTurn(tx, `position ${userId} ${symbol}`, event))) throw overtaken();
  const { adjustment, appended } = await closePosition(tx, {
    ...{ userId, symbol, note, at },
    price: decimal(price),
    reference: event.id,
  });
  const { quantityBefore: quantity, cash } = adjustment;
  return { result: { symbol, quantity, price, cash: toNumber(cash) }, effect: appended };
}

async function carryOut(tx: Queryable, command: OperatorCommand, moment: Moment): Promise<HaltScope> {
  const scope = command.whom === 'everyone' ? command.whom : { userId: await findUser(tx, command.whom) };
  if (!(await takeTurn(tx, subjectOf(command.kind, scope), moment))) throw overtaken();
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
    'A later command has been carried out. If this one is still meant, sign it now and send it again.',
  );
