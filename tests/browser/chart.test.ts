import { beforeAll, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { until } from '../../rig/wait.ts';
import { newYorkDay } from '../../src/protocol/new-york.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { complaintsOf, openBrowser } from '../support/browser.ts';
import { screenOf } from '../support/screen.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

/** Of the colour of the price's tag, at the scale of prices. */
const tagPixels = (panel: Locator) =>
  panel.locator('[aria-roledescription="chart"]').evaluate((chart) => {
    const paint = new OffscreenCanvas(1, 1).getContext('2d')!;
    paint.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
    const { right } = chart.getBoundingClientRect();
    const scales = [...chart.querySelectorAll('canvas')].filter(
      (canvas) => right - canvas.getBoundingClientRect().left < 120 && canvas.width > 0 && canvas.height > 0,
    );
    return scales.reduce((sum, canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const pixels = Array.from({ length: data.length / 4 }, (_, index) => index * 4);
      return (
        sum +
        pixels.filter((at) => data[at] === red && data[at + 1] === green && data[at + 2] === blue).length
      );
    }, 0);
  });

test('a person reads a chart by keyboard: a longer timeframe, back in time, and on to another company', async () => {
  const browser = await openBrowser(`${service.url}/s/AAPL`);
  const { page } = browser;
  const screen = screenOf(page);
  await screen.signIn(service.demo);
  const panel = page.locator('#chart');
  const chart = panel.getByRole('group', { name: /^Chart of AAPL/ });
  const described = async () => (await chart.getAttribute('aria-label')) ?? '';
  await until(async () => (await described()).includes('1-minute bars from'), 'the minutes');

  await page.keyboard.press('4');
  await until(async () => (await described()).includes('daily bars from'), 'the days');
  expect(await panel.getByRole('radio', { name: '1 year' }).isChecked()).toBe(true);
  const first = await described();
  const firstDay = /daily bars from (.+) to /.exec(first)![1]!;
  const legend = () => panel.locator('p', { hasText: /O .*H .*L .*C / }).innerText();
  await until(async () => (await tagPixels(panel)) > 0, 'the tag of the price');

  await chart.focus();
  const older = page.waitForRequest((request) => /\/historical\/AAPL\?.*to=\d{12}/.test(request.url()));
  await page.keyboard.press('Home');
  await older;
  await until(async () => (await described()) !== first, 'the page before');
  expect((await described()).split(' to ')[1]).toBe(first.split(' to ')[1]);
  // The bar that the key chose stays chosen while older ones are drawn before it.
  expect(await legend()).toContain(firstDay);
  await until(async () => (await tagPixels(panel)) === 0, 'no tag at an old close');
  expect(await legend()).toContain(firstDay);
  await page.keyboard.press('ArrowLeft');
  const before = await legend();
  expect(before).not.toContain(firstDay);
  await page.keyboard.press('ArrowRight');
  expect(await legend()).toContain(firstDay);
  const box = (await chart.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await until(async () => !(await legend()).includes(firstDay), 'the bar under the pointer');

  await page.keyboard.press('/');
  const search = page.getByRole('dialog', { name: 'Search' });
  await search.getByRole('combobox').pressSequentially('microsoft');
  await search.getByRole('option', { name: /MSFT/ }).waitFor();
  expect(await accessibilityProblems(browser)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/s/MSFT');
  await panel.getByRole('group', { name: /^Chart of MSFT, daily bars from/ }).waitFor();
  expect(await search.count()).toBe(0);
  expect(complaintsOf(browser)).toEqual([]);
});

test('on a phone the search fits the screen and leads to the chart in sight', async () => {
  const browser = await openBrowser(service.url, {
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  });
  const { page } = browser;
  await screenOf(page).signIn(service.demo);
  const button = page.getByRole('button', { name: 'Search' });
  await button.click();
  const search = page.getByRole('dialog', { name: 'Search' });
  const box = await search.boundingBox();
  expect(box!.x).toBeGreaterThanOrEqual(0);
  expect(box!.x + box!.width).toBeLessThanOrEqual(390);
  await page.keyboard.press('Escape');
  await until(async () => (await search.count()) === 0, 'the search to close');
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);

  await button.click();
  await search.getByRole('combobox').fill('tsla');
  await search.getByRole('option', { name: /Tesla/ }).click();
  const title = page.locator('#chart-title');
  await until(
    async () => (await title.isVisible()) && (await title.innerText()) === 'TSLA',
    'the chart in sight',
  );
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(complaintsOf(browser)).toEqual([]);
});

interface Bars {
  readonly data: { readonly bars: readonly BarOf[] };
}

type BarOf = Readonly<Record<string, number>>;
const PRICES = ['open', 'high', 'low', 'close', 'vwap'];
const withPrices = (bar: BarOf, change: (price: number) => number): BarOf =>
  Object.fromEntries(
    Object.entries(bar).map(([name, value]) => [name, PRICES.includes(name) ? change(value) : value]),
  );

/** Changes each bar on its way to the page. */
const changeBars = (page: Page, change: (bar: BarOf, newest: BarOf) => BarOf) =>
  page.route('**/api/market/historical/**', async (route) => {
    const response = await route.fetch();
    const { data, ...rest } = (await response.json()) as Bars;
    const newest = data.bars.at(-1)!;
    const bars = data.bars.map((bar) => change(bar, newest));
    await route.fulfill({ response, json: { ...rest, data: { ...data, bars } } });
  });

/** Keeps what each canvas was last painted with; a chart writes its labels nowhere else. */
const keepLabels = (page: Page) =>
  page.addInitScript(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    const written = new Map<HTMLCanvasElement, { frame: unknown; texts: string[] }>();
    Object.assign(window, { labels: () => [...written.values()].flatMap(({ texts }) => texts) });
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
      const frame = document.timeline.currentTime;
      const kept = written.get(this.canvas);
      written.set(this.canvas, { frame, texts: kept?.frame === frame ? [...kept.texts, text] : [text] });
      fillText.call(this, text, ...place);
    };
  });

/** Of the scale of prices. */
const labelsOf = async (page: Page): Promise<number[]> => {
  const texts = await page.evaluate(() => (window as unknown as { labels(): string[] }).labels());
  return texts.filter((text) => /^\d+\.\d\d$/.test(text)).map(Number);
};

/** How much of the ink of lines there is in the upper tenth of a chart, above all bars. */
const inkAboveBars = (chart: Locator) =>
  chart.evaluate((element) => {
    const paint = new OffscreenCanvas(1, 1).getContext('2d')!;
    paint.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--ink');
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
    const { top, height, width } = element.getBoundingClientRect();
    const drawings = [...element.querySelectorAll('canvas')].filter((canvas) => {
      const box = canvas.getBoundingClientRect();
      return box.width > width / 2 && box.top - top < height / 2;
    });
    return drawings.reduce((sum, canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, Math.floor(height / 10));
      const pixels = Array.from({ length: data.length / 4 }, (_, index) => index * 4);
      return (
        sum +
        pixels.filter((at) => data[at] === red && data[at + 1] === green && data[at + 2] === blue).length
      );
    }, 0);
  });

/** A chart of minutes, each bar of which was changed on its way. */
async function openChanged(change: (bar: BarOf, newest: BarOf) => BarOf) {
  const browser = await openBrowser(`${service.url}/login`, { viewport: { width: 1440, height: 900 } });
  const { page } = browser;
  await keepLabels(page);
  await changeBars(page, change);
  await page.goto(`${service.url}/s/AAPL`);
  await screenOf(page).signIn(service.demo);
  const chart = page.locator('#chart').getByRole('group', { name: /^Chart of AAPL, 1-minute bars from/ });
  await chart.waitFor();
  return { page, chart, browser };
}

test('the average of yesterday, far from each price in sight, takes no height from the bars of today', async () => {
  const { page, chart, browser } = await openChanged((bar, newest) => {
    // Yesterday, up to what is in sight beside a day that has just begun, the price was twice as high.
    const cheapFrom = newYorkDay(newest.time! * 1_000).start / 1_000 - 90 * 60;
    return bar.time! < cheapFrom ? withPrices(bar, (price) => price * 2) : bar;
  });
  const areNear = async () => {
    const labels = await labelsOf(page);
    return labels.length > 3 && Math.max(...labels) < 1.2 * Math.min(...labels);
  };
  await until(areNear, 'a scale of the prices of today');
  expect(await inkAboveBars(chart)).toBe(0);
  expect(complaintsOf(browser)).toEqual([]);
});

test('beside a price that does not move each label is another one', async () => {
  const { page, chart, browser } = await openChanged((bar) => withPrices(bar, () => 190.5));
  // The newest bar moves with the market.
  await chart.focus();
  await page.keyboard.press('Home');
  const areDistinct = async () => {
    // Without the label of the crosshair, at the price itself, and those of today.
    const labels = (await labelsOf(page)).filter((label) => label !== 190.5 && Math.abs(label - 190.5) < 1);
    return labels.length > 3 && new Set(labels).size === labels.length;
  };
  await until(areDistinct, 'labels of which none is another');
  expect(complaintsOf(browser)).toEqual([]);
});

test.each([
  [1280, 800],
  [2560, 1300],
])(
  'at %i × %i the whole chart is in sight without a scroll, also with prices of six digits',
  async (width, height) => {
    const browser = await openBrowser(`${service.url}/s/AAPL`, { viewport: { width, height } });
    const { page } = browser;
    // A share of BRK.A costs three thousand times as much.
    await changeBars(page, (bar) => withPrices(bar, (price) => price * 3_000));
    await screenOf(page).signIn(service.demo);
    const panel = page.locator('#chart');
    // The keys of a chart are there with its toolbar.
    await panel.getByRole('radio', { name: '1 year' }).waitFor({ state: 'attached' });
    await page.keyboard.press('4');
    const chart = panel.getByRole('group', { name: /^Chart of AAPL, daily bars from/ });
    await chart.waitFor();
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await panel
      .getByText(/^\d{3},\d{3}\.\d\d$/)
      .first()
      .waitFor();
    const drawing = (await chart.boundingBox())!;
    expect(drawing.y + drawing.height).toBeLessThanOrEqual(height);
    for (const figure of await panel.getByText(/^\d{3},\d{3}\.\d\d$/).all()) {
      const box = (await figure.boundingBox())!;
      expect(box.x + box.width).toBeLessThanOrEqual(drawing.x + drawing.width);
      expect(box.y + box.height).toBeLessThanOrEqual(drawing.y);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(complaintsOf(browser)).toEqual([]);
  },
);
