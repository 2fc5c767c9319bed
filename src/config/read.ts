import { type Env, rawText, VARIABLES, type ValueOf, type Variable, type VariableName } from './variables.ts';

/** The value of a variable; adds a sentence to the problems and answers with the default where it is wrong. */
export type Reader = <Name extends VariableName>(name: Name) => ValueOf<Name>;

export function createReader(env: Env, problems: string[]): Reader {
  return <Name extends VariableName>(name: Name): ValueOf<Name> => {
    const variable: Variable<unknown> = VARIABLES[name];
    const parsed = variable.parse(rawText(env, name));
    if ('value' in parsed) return parsed.value as ValueOf<Name>;
    const problem = `${name} ${parsed.problem}`;
    if (!problems.includes(problem)) problems.push(problem);
    const fallback = variable.parse(variable.default);
    if ('problem' in fallback) throw new Error(`The default of ${name} ${fallback.problem}`);
    return fallback.value as ValueOf<Name>;
  };
}

/** One sentence for each variable that production needs and does not have. */
export const missingInProduction = (env: Env): string[] =>
  (Object.entries(VARIABLES) as [VariableName, Variable<unknown>][])
    .filter(([name, { required }]) => required && rawText(env, name) === '')
    .map(([name]) => `${name} is required in production.`);
