import type { Database } from '../adapters/sql/database.ts';
import { createDiscordLinkStore } from '../adapters/stores/hooks/discord-links.ts';
import { createHookInbox } from '../adapters/stores/hooks/inbox.ts';
import { createOperatorCommands } from '../adapters/stores/hooks/operator-commands.ts';
import type { Users } from '../domain/accounts/user.ts';
import type { Bus } from '../domain/bus/bus.ts';
import { createHooks } from '../domain/hooks/create-hooks.ts';
import { createDiscordLinks, type DiscordLinks } from '../domain/hooks/discord-links.ts';
import type { Hooks } from '../domain/hooks/hooks.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { Core } from './core.ts';

/** What bots and scripts may do over signed requests. */
export interface HookFaces {
  readonly hooks: Hooks;
  readonly discordLinks: DiscordLinks;
}

export interface HooksParts {
  readonly database: Database;
  readonly users: Users;
  readonly instruments: InstrumentDirectory;
  readonly trading: Trading;
  readonly bus: Bus;
}

export const createHookFaces = ({ clock, log }: Core, { database, ...parts }: HooksParts): HookFaces => ({
  hooks: createHooks({
    ...parts,
    inbox: createHookInbox(database),
    commands: createOperatorCommands(database),
    clock,
    log: log('hooks'),
  }),
  discordLinks: createDiscordLinks({ store: createDiscordLinkStore(database), clock }),
});
