/** One strike with a call and a put of the same expiry; prices in dollars. */
export interface Pair {
  readonly strike: number;
  readonly call: number;
  readonly put: number;
}

/**
 * The forward price that put-call parity implies where call and put are closest, which is at the money: rate,
 * dividends and the cost of borrowing are in it. Undefined without a pair. Exact for European contracts; near the money
 * the right to exercise early is worth little.
 */
export function impliedForward(pairs: Iterable<Pair>, rate: number, years: number): number | undefined {
  let closest: Pair | undefined;
  const gap = ({ call, put }: Pair): number => Math.abs(call - put);
  for (const pair of pairs) if (closest === undefined || gap(pair) < gap(closest)) closest = pair;
  return closest && closest.strike + Math.exp(rate * years) * (closest.call - closest.put);
}
