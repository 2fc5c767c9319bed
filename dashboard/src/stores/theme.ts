import { createStore, type StoreApi } from 'zustand/vanilla';
import { keep, readKept } from '../lib/kept.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The key is read by public/theme.js as well. */
const STORAGE_KEY = 'tradecast.theme';
const DARK_QUERY = '(prefers-color-scheme: dark)';

export interface ThemeState {
  readonly theme: Theme;
  readonly resolved: 'light' | 'dark';
}

export interface ThemeStore extends StoreApi<ThemeState> {
  choose(theme: Theme): void;
}

const isTheme = (text: string | null): text is Theme => THEMES.some((theme) => theme === text);

function storedTheme(): Theme {
  const text = readKept(STORAGE_KEY);
  return isTheme(text) ? text : 'system';
}

/** The chosen theme, kept over reloads and set as `data-theme` on the document. */
export function createThemeStore(): ThemeStore {
  const systemDark = window.matchMedia(DARK_QUERY);
  const resolve = (theme: Theme): ThemeState => {
    const resolved = theme === 'system' ? (systemDark.matches ? 'dark' : 'light') : theme;
    return { theme, resolved };
  };
  const store = createStore<ThemeState>(() => resolve(storedTheme()));
  const show = () => {
    document.documentElement.dataset.theme = store.getState().resolved;
  };
  show();
  store.subscribe(show);
  systemDark.addEventListener('change', () => store.setState(resolve(store.getState().theme)));

  return {
    ...store,
    choose(theme) {
      keep(STORAGE_KEY, theme);
      store.setState(resolve(theme));
    },
  };
}
