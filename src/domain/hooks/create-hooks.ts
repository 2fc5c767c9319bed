import { createBotHooks } from './bot-hooks.ts';
import type { Hooks, HooksParts } from './hooks.ts';
import { createOperatorHooks } from './operator-hooks.ts';

export const createHooks = (parts: HooksParts): Hooks => ({
  ...createBotHooks(parts),
  ...createOperatorHooks(parts),
});
