/** The numbers of tests, by result. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The sums over the lines with which runs of ava end, in the output of many runs, without colours.
 */
export function countTests(output: string): TestCounts {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const line of output.split('\n')) {
    const match = ENDING.exec(line.trim());
    if (match === null) continue;
    const count = Number(match[1]);
    if (match[2] === 'passed' || match[2] === 'known') passed += count;
    else if (match[2] === 'skipped' || match[2] === 'todo') skipped += count;
    else failed += count;
  }
  return { passed, failed, skipped };
}

/** `3 tests passed`, `1 test failed`, `1 uncaught exception`, `2 tests todo`, … */
const ENDING =
  /^(\d+) (?:(?:tests?|hooks?) (passed|skipped|todo|failed|known|remained)|(?:uncaught|unhandled|known|test files?).*)/;
