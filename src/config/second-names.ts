import type { Env, VariableName } from './variables.ts';

/** Names by which other set-ups know a variable. */
export const SECOND_NAMES: Readonly<Record<string, VariableName>> = {
  POLYGON_API_KEY: 'MASSIVE_API_KEY',
  WEBSOCKET_PORT: 'PORT',
};

export interface Renamed {
  readonly env: Env;
  /** One sentence for each second name that is set; none tells a value. */
  readonly notices: readonly string[];
}

/** The environment with each variable under its own name. A variable that is set itself comes first. */
export function renamed(env: Env): Renamed {
  const set = Object.entries(SECOND_NAMES).filter(([second]) => env[second]?.trim());
  const isSet = (name: VariableName): boolean => Boolean(env[name]?.trim());
  const taken = set.filter(([, name]) => !isSet(name)).map(([second, name]) => [name, env[second]] as const);
  return {
    env: taken.length === 0 ? env : { ...env, ...Object.fromEntries(taken) },
    notices: set.map(([second, name]) =>
      isSet(name)
        ? `${second} is ignored: ${name} is set.`
        : `${second} is read as ${name}; set ${name} instead.`,
    ),
  };
}
