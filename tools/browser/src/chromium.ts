import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';

/** The results of tests in a page. */
export interface PageResults {
  readonly passed: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
  readonly browser: string;
}

/**
 * Runs a script of bundleTests in a page of headless Chromium. The page cannot reach any network.
 */
export async function runInChromium(script: string, executablePath = '/usr/bin/chromium'): Promise<PageResults> {
  const userDataDir = mkdtempSync(join(tmpdir(), 'tsmbd-chromium-'));
  // Chromium's sandbox does not work for root. The page is this project's own.
  const browser = await launch({ executablePath, userDataDir, headless: true, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.setOfflineMode(true);
    await page.addScriptTag({ content: script });
    const results = (await page.evaluate('runAll()')) as Omit<PageResults, 'browser'>;
    return { ...results, browser: await browser.version() };
  } finally {
    await browser.close();
    rmSync(userDataDir, { recursive: true, force: true });
  }
}
