export { bundle, bundleTests } from './bundle.ts';
export { type PageResults, runInChromium } from './chromium.ts';
