/**
 * `node screenshot.ts page.html out.png tab filter line field`: a picture for the documentation.
 */
import { click, filterBy, launch, linesOf, open } from './chromium.ts';

const [, , file = '', out = '', tab = '0', filter = '', line = '0', field = '0'] = process.argv;
const browser = await launch();
const { page } = await open(browser, file);
await page.setViewport({ width: 1200, height: 760 });
await linesOf(page);
if (filter !== '') await filterBy(page, filter);
await click(page, '.list .lines .line', Number(line));
await click(page, '.fields .field', Number(field));
await click(page, '.tab', Number(tab));
await linesOf(page);
await page.screenshot({ path: out as `${string}.png` });
await browser.close();
