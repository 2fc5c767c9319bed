import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { STEP_MS } from '../../rig/patience.ts';
import { findTool } from '../../scripts/setup/tools.mjs';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Windows behind others still paint: two of these browsers are watched at once.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** What a page said that a person would find in its console: errors, refused resources, uncaught exceptions. */
export interface Complaints {
  readonly complaints: string[];
}

/** One person's browser: its own cookies, storage, cache and connections. */
export interface TestBrowser extends Complaints {
  readonly page: Page;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** One process for all browsers of a file. */
let chrome: Promise<Browser> | undefined;
const open = new Set<TestBrowser>();

function launch(): Promise<Browser> {
  const executablePath = findTool('chromium');
  if (!executablePath) throw new Error('Chromium is not installed; npm test installs it.');
  return chromium.launch({
    executablePath,
    headless: true,
    // Its own sandbox does not start as root, which is what containers are.
    chromiumSandbox: process.getuid?.() !== 0,
    args: FLAGS,
  });
}

/**
 * Opens the given address in Debian's Chromium as somebody who was never there. It is closed after the test that opened
 * it, or after the file's tests: a page that nobody watches any more still draws every quote.
 */
export async function openBrowser(
  url: string,
  options: { viewport?: { width: number; height: number }; colorScheme?: 'light' | 'dark' } = {},
): Promise<TestBrowser> {
  chrome ??= launch();
  const context = await (await chrome).newContext({
    viewport: options.viewport ?? { width: 1600, height: 1000 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(STEP_MS);
  const page = await context.newPage();
  const complaints = listen(page);

  const browser: TestBrowser = {
    page,
    context,
    complaints,
    async close() {
      open.delete(browser);
      await context.close();
    },
  };
  open.add(browser);
  await page.goto(url);
  return browser;
}

/** Those that were there before the test. */
let standing = new Set<TestBrowser>();
beforeEach(() => {
  standing = new Set(open);
});
afterEach(async () => {
  await Promise.all([...open].map((browser) => standing.has(browser) || browser.close()));
});
afterAll(async () => {
  await Promise.all([...open].map((browser) => browser.close()));
  await (await chrome)?.close();
});

function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  return complaints;
}

/** "Am I signed in?" is answered with 401, which Chromium reports as an error of its own. */
export const complaintsOf = ({ complaints }: TestBrowser): string[] =>
  complaints.filter((text) => !/status of 401.*\/api\/auth\/session/.test(text));
