import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTest, type TortureOptions, type TortureResult } from './torture.ts';

/** A share in which tests work. Tests use the same names, so two tests at once need two shares. */
export interface TestShare {
  /** Where its server listens. */
  readonly port: number;
  readonly name: string;
  /** Its folder, emptied before each test. */
  readonly folder: string;
}

/** Runs the tests, at most as many at once as there are shares, and reports each when it ends. */
export async function runAll(
  tests: readonly (readonly [name: string, listed: string])[],
  shares: readonly TestShare[],
  options: TortureOptions,
  report: (result: TortureResult) => void,
): Promise<TortureResult[]> {
  const todo = [...tests];
  const results: TortureResult[] = [];
  const worker = async (share: TestShare): Promise<void> => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      for (const entry of readdirSync(share.folder))
        rmSync(join(share.folder, entry), { recursive: true, force: true });
      const result = await runTest(next[0], next[1], share, options);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(shares.map(worker));
  return results.sort((a, b) => (a.name < b.name ? -1 : 1));
}
