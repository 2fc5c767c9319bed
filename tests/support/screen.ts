/** The dashboard as a person sees and works it: by its labels and words. */
import type { Locator, Page } from 'playwright-core';
import type { LoginPayload } from '../../src/protocol/accounts.ts';

/** Dollars of `$1,234.50` or a price of `1,234.50`; the page writes a true minus. */
const toAmount = (text: string | null): number => {
  const amount = Number((text ?? '').replaceAll(/[$,]/g, '').replace('−', '-'));
  if (Number.isNaN(amount)) throw new Error(`not an amount: ${text}`);
  return amount;
};

export interface Screen {
  readonly page: Page;
  signIn(account: { username: string; password: string }): Promise<void>;
  signUp(username: string, password: string): Promise<void>;
  /** Whoever is signed in, as the session says. */
  userId(): Promise<string>;
  /** A titled region: Portfolio, Watchlist, Order, Orders, Activity. */
  panel(title: string): Locator;
  /** One of the figures on top of the portfolio, dollars. */
  figure(label: 'Cash' | 'Positions' | 'Buying power'): Promise<number>;
  totalValue(): Promise<string>;
  /** Text of the position's row; null where there is none. */
  positionQuantity(symbol: string): Promise<number | null>;
  /** The price cell of a watchlist row. */
  watchedPrice(symbol: string): Locator;
  order(side: 'Buy' | 'Sell', quantity: number, symbol: string): Promise<void>;
  /** A toast with these words. */
  toast(words: string | RegExp): Locator;
  /** The word of the connection badge. */
  connection(word: string): Locator;
}

export function screenOf(page: Page): Screen {
  const panel = (title: string): Locator => page.getByRole('region', { name: title, exact: true });
  const credentials = async (username: string, password: string, action: string): Promise<void> => {
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: action, exact: true }).click();
    await panel('Portfolio').waitFor();
  };

  return {
    page,
    signIn: ({ username, password }) => credentials(username, password, 'Sign in'),
    async signUp(username, password) {
      await page.getByRole('button', { name: 'Create an account' }).click();
      await credentials(username, password, 'Create account');
    },
    userId: () =>
      page.evaluate(async () => {
        const answer = (await (await fetch('/api/auth/session')).json()) as { data: LoginPayload };
        return answer.data.user.id;
      }),
    panel,
    figure: async (label) =>
      toAmount(
        await panel('Portfolio')
          .locator('dt', { hasText: new RegExp(`^${label}$`) })
          .locator('+ dd')
          .textContent(),
      ),
    totalValue: () => page.getByTestId('total-value').innerText(),
    async positionQuantity(symbol) {
      const row = panel('Portfolio')
        .getByRole('row')
        .filter({ has: page.getByRole('button', { name: symbol, exact: true }) });
      if ((await row.count()) === 0) return null;
      return toAmount(await row.getByRole('cell').first().textContent());
    },
    watchedPrice: (symbol) =>
      panel('Watchlist')
        .getByRole('row')
        .filter({ has: page.getByRole('button', { name: symbol, exact: true }) })
        .getByRole('cell')
        .nth(1),
    async order(side, quantity, symbol) {
      const ticket = panel('Order');
      await ticket.getByRole('combobox', { name: 'Symbol' }).fill(symbol);
      await ticket
        .getByRole('option', { name: new RegExp(`^${symbol}\\b`) })
        .first()
        .click();
      await ticket.getByText(side, { exact: true }).click();
      await ticket.getByLabel('Quantity').fill(String(quantity));
      await ticket
        .getByRole('button', { name: `${side} ${quantity.toLocaleString('en-US')} ${symbol}` })
        .click();
    },
    toast: (words) => page.getByRole('region', { name: /^Notifications/ }).getByText(words),
    connection: (word) =>
      page
        .getByRole('banner')
        .getByText(new RegExp(`^${word}`))
        .first(),
  };
}
