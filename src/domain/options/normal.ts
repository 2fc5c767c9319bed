/** The standard normal distribution. */

const SQRT_2_PI = Math.sqrt(2 * Math.PI);
/** Beyond this the tail is below the smallest double. */
const FAR = 37;
/** From here on a continued fraction is exact where the rational form is not. */
const TAIL = 5 * Math.SQRT2;

// Hart's rational form 5666 (Computer Approximations, 1968), as given in West, "Better approximations to cumulative
// normal functions", Wilmott 2005. Highest power first.
const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];

const polynomial = (coefficients: readonly number[], x: number): number => {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
};

export const density = (x: number): number => Math.exp((-x * x) / 2) / SQRT_2_PI;

/** The probability of a value below `x`, to about 1e-15. */
export function cumulative(x: number): number {
  const z = Math.abs(x);
  if (z > FAR) return x > 0 ? 1 : 0;
  const tail = z < TAIL ? lowerTail(z) : farTail(z);
  return x > 0 ? 1 - tail : tail;
}

const lowerTail = (z: number): number =>
  (Math.exp((-z * z) / 2) * polynomial(NUMERATOR, z)) / polynomial(DENOMINATOR, z);

const farTail = (z: number): number =>
  Math.exp((-z * z) / 2) / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / SQRT_2_PI;
