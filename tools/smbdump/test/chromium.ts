import { accessSync, constants } from 'node:fs';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

const CHROMIUM = '/usr/bin/chromium';

export function hasChromium(): boolean {
  try {
    accessSync(CHROMIUM, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

export function launch(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** A page of a file, with what it asked the network for and what it threw. */
export interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

export async function open(browser: Browser, file: string): Promise<Opened> {
  const before = await browser.pages();
  const page = await browser.newPage();
  // Chromium draws nothing in a page that is behind another.
  for (const old of before) await old.close();
  await page.setViewport({ width: 1400, height: 900 });
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const url = pathToFileURL(file).href;
  await page.goto(url);
  await page.waitForSelector('#app[data-ready]');
  return { page, requests, errors };
}

/** What the lines in sight say. */
export async function linesOf(page: Page): Promise<string[]> {
  // The list is drawn in the next frame.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))',
  );
  return (await page.evaluate(
    'Array.from(document.querySelectorAll(".list .lines .line"), (line) => Array.from(line.children, (cell) => cell.textContent).join("\\t"))',
  )) as string[];
}

export async function click(page: Page, selector: string, at = 0): Promise<void> {
  await page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)})[${at}].click()`);
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`));
}

/** Types a filter and waits until it is applied. */
export async function filterBy(page: Page, text: string): Promise<string[]> {
  await page.evaluate(
    `{ const box = document.querySelector('.filter'); box.value = ${JSON.stringify(text)}; box.dispatchEvent(new Event('input')); }`,
  );
  await page.waitForFunction(`document.getElementById('app').dataset.filter === ${JSON.stringify(text)}`, {
    polling: 20,
  });
  return linesOf(page);
}
