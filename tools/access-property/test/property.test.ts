import test, { type ExecutionContext } from 'ava';
import { type BackendName, explore, reportText } from '../src/index.ts';

/** A seed that nobody has run, so that the cases do not grow old; it is printed. */
const FRESH = (Date.now() % 1_000_000) + 1_000_000;

async function holds(t: ExecutionContext, backend: BackendName, seed: number, cases: number): Promise<void> {
  const report = await explore({ backend, seed, cases });
  t.log(`${backend}, seeds from ${seed} on: ${report.cases} cases, ${report.requests} requests`);
  t.is(report.faults.length, 0, `${backend}, seeds from ${seed} on: ${reportText(report)}`);
  // Otherwise the cases ask for nothing that could be done.
  t.true(report.succeeded > report.requests / 3, `${report.succeeded} of ${report.requests}`);
}

for (const [backend, cases] of [
  ['memory', 2500],
  ['posix', 600],
] as const) {
  test.serial(`${backend}: nothing changes unless the model says that this user may [MS-FSA 2.1.5]`, (t) =>
    holds(t, backend, 1, cases),
  );
  test.serial(`${backend}: the same of cases that are new each time`, (t) => holds(t, backend, FRESH, cases));
}
