export { keptOpen, keptText } from './testing/kept-open.ts';
export { VirtualClock } from './testing/virtual-clock.ts';
export { type WorkerLinks, workerLinks } from './testing/worker-links.ts';
export { diskShare, TEST_ACCOUNTS, TEST_CONFIG, type TestSurroundings, testEnvironment } from './testing/world.ts';
