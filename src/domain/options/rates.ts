/** What money without risk earns: the rate of the model. */

/** For money lent for so many years: a year, continuous, as a decimal. From memory, and never an error. */
export type RateFor = (years: number) => number;

/**
 * About what short US treasury bills have paid since 2023. It counts where nobody publishes today's: at the money the
 * forward price of calls and puts has the rate in it, so that only the discount rests on this.
 */
const USUAL_RATE = 0.04;

export const usualRate: RateFor = () => USUAL_RATE;
