export { runAll, type TestShare } from './run-all.ts';
export { startDaemon, type TestDaemon, USER, USER2 } from './server.ts';
export { listTests, runTest, type TortureOptions, type TortureResult, verdict } from './torture.ts';
