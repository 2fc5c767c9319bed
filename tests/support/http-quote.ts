import type { SignedIn, TestApp } from '../../rig/app.ts';
import { until } from '../../rig/wait.ts';

/** Makes the service want the symbol, as somebody who polls does, and gives it a quote that HTTP can see. */
export async function showQuote(app: TestApp, who: SignedIn, symbol: string, price: number): Promise<void> {
  const poll = async (): Promise<{ price: number }[]> => {
    const answer = await app.request('GET', `/api/quotes?symbols=${symbol}`, { cookie: who.cookie });
    return answer.body.data as unknown as { price: number }[];
  };
  await poll();
  await until(() => app.market.wanted().has(symbol), `the market is asked for ${symbol}`);
  app.market.tick(symbol, price);
  await until(async () => (await poll())[0]?.price === price, `${symbol} has its quote`);
}
