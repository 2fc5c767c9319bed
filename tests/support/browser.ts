import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
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

/** One person's browser: its own process, profile, cookies and storage. */
export interface TestBrowser extends Complaints {
  readonly page: Page;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

const open = new Set<TestBrowser>();

/** Starts Debian's Chromium with an empty profile on the given address; it is closed after the file's tests. */
export async function openBrowser(
  url: string,
  options: { viewport?: { width: number; height: number }; colorScheme?: 'light' | 'dark' } = {},
): Promise<TestBrowser> {
  const executablePath = findTool('chromium');
  if (!executablePath) throw new Error('Chromium is not installed; npm test installs it.');
  const profile = mkdtempSync(path.join(tmpdir(), 'tradecast-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    // Its own sandbox does not start as root, which is what containers are.
    chromiumSandbox: process.getuid?.() !== 0,
    args: FLAGS,
    viewport: options.viewport ?? { width: 1600, height: 1000 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(STEP_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints = listen(page);

  const browser: TestBrowser = {
    page,
    context,
    complaints,
    async close() {
      open.delete(browser);
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
  open.add(browser);
  await page.goto(url);
  return browser;
}

afterAll(async () => {
  await Promise.all([...open].map((browser) => browser.close()));
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
