/** A new connection plans anew after so many statements, then after as many again as it has run: tables grow by statements. */
const FIRST_STATEMENTS = 100;
/** Other connections fill the tables, too. Planning everything anew takes a connection some 30 ms. */
export const MAX_PLAN_AGE_MS = 60_000;

interface Age {
  statements: number;
  freshUntil: number;
  madeAt: number;
}

/**
 * A plan that was made while its tables were empty reads them whole once they have grown: to the planner every index of an
 * empty table is as good as the next. Statistics end such a plan, but only the server's upkeep makes them, and nobody knows
 * when. So no plan outlives a doubling of what its connection has done, nor a minute.
 */
export interface PlanAge {
  /** This connection has run a prepared statement. */
  note(connection: object): void;
  /** Whether its plans are to be made anew; they are young again from then on. */
  isOver(connection: object): boolean;
}

/** Makes all plans of a connection anew, each with its next use. */
export const FORGET_PLANS = 'DISCARD PLANS';

export function createPlanAge(now: () => number = () => performance.now()): PlanAge {
  const ages = new WeakMap<object, Age>();
  const ageOf = (connection: object): Age => {
    let age = ages.get(connection);
    if (!age) {
      age = { statements: 0, freshUntil: FIRST_STATEMENTS, madeAt: now() };
      ages.set(connection, age);
    }
    return age;
  };
  return {
    note(connection) {
      ageOf(connection).statements += 1;
    },
    isOver(connection) {
      const age = ageOf(connection);
      if (age.statements < age.freshUntil && now() - age.madeAt < MAX_PLAN_AGE_MS) return false;
      age.freshUntil = Math.max(FIRST_STATEMENTS, 2 * age.statements);
      age.madeAt = now();
      return true;
    },
  };
}
