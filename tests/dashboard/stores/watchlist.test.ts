/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { createWatchlistStore } from '../../../dashboard/src/stores/watchlist.ts';
import { until } from '../support/until.ts';

describe('the watchlist', () => {
  /** What the server holds; `down` while it does not answer. */
  const shared = (symbols: string[] = []) => {
    const server = { symbols, saves: [] as string[][], down: false };
    const answer = async () => {
      if (server.down) throw new Error('The server does not answer.');
      return { symbols: server.symbols };
    };
    const saveWatchlist = async (list: string[]) => {
      await answer();
      server.saves.push(list);
      server.symbols = list;
      return { symbols: list };
    };
    const open = () => createWatchlistStore({ api: { watchlist: answer, saveWatchlist } });
    return { server, open };
  };

  test('changes in quick succession are saved one after the other, the last one last', async () => {
    const { server, open } = shared();
    const watchlist = open();
    for (const symbol of ['AAPL', 'MSFT', 'TSLA']) watchlist.add(symbol);
    await until(() => server.symbols.length === 3);
    expect(server.saves).toEqual([['AAPL'], ['AAPL', 'MSFT', 'TSLA']]);
    expect(watchlist.getState().symbols).toEqual(['AAPL', 'MSFT', 'TSLA']);
  });

  test('a change is made to the list as another tab has left it, and that one learns of it', async () => {
    const { server, open } = shared(['AAPL', 'MSFT']);
    const [first, second] = [open(), open()];
    await Promise.all([first.load(), second.load()]);
    first.add('TSLA');
    await until(() => server.saves.length === 1);
    second.remove('MSFT');
    await until(() => server.saves.length === 2);
    expect(server.symbols).toEqual(['AAPL', 'TSLA']);
    await until(() => second.getState().symbols.includes('TSLA'));
    await first.sync();
    expect(first.getState().symbols).toEqual(['AAPL', 'TSLA']);
  });

  test('what could not be saved stays on screen and is saved when the server is back', async () => {
    const { server, open } = shared(['AAPL']);
    const watchlist = open();
    await watchlist.load();
    server.down = true;
    watchlist.add('TSLA');
    await until(() => watchlist.getState().saveError !== null);
    expect(watchlist.getState().symbols).toEqual(['AAPL', 'TSLA']);
    server.down = false;
    server.symbols = ['AAPL', 'NVDA'];
    await watchlist.sync();
    expect(server.symbols).toEqual(['AAPL', 'NVDA', 'TSLA']);
    expect(watchlist.getState()).toMatchObject({ symbols: ['AAPL', 'NVDA', 'TSLA'], saveError: null });
  });

  test('it leaves room on the connection for what the chart, the Options page and the Test API page show', () => {
    const watchlist = createWatchlistStore({
      api: { watchlist: async () => ({ symbols: [] }), saveWatchlist: async (symbols) => ({ symbols }) },
    });
    for (let index = 0; index < 60; index += 1) watchlist.add(`S${index}`);
    expect(watchlist.getState().symbols).toHaveLength(45);
  });
});
