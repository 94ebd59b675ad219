import type { Mutant } from './mutant.ts';
import { endTests, runTest, type TestResult } from './run-test.ts';
import { TreeCopy } from './tree-copy.ts';

/** What happened to a mutant. */
export type Verdict = 'killed' | 'survived' | 'explained' | 'failed before' | 'not loaded';

/** A mutant and the result of its tests. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** The test file that decided, and its result. */
  readonly by: string;
  readonly seconds: number;
}

/** What to run, and where. */
export interface RunOptions {
  readonly root: string;
  readonly mutants: readonly Mutant[];
  /** How many copies of the tree are used at once. */
  readonly jobs: number;
  onOutcome(outcome: Outcome): void;
}

/** A test file that takes longer than this hangs. A hang is a failure. */
export const HANG_MS = 120_000;

/**
 * Applies one mutant at a time to a copy of the tree and runs its tests there until one fails. The
 * tree itself is not changed. The copies are removed, however the run ends.
 */
export async function runMutants({ root, mutants, jobs, onOutcome }: RunOptions): Promise<Outcome[]> {
  const copies: TreeCopy[] = [];
  const removeAll = (): void => {
    endTests();
    for (const copy of copies) copy.remove();
  };
  const interrupted = (): void => {
    removeAll();
    process.exit(130);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    const outcomes: Outcome[] = [];
    const waiting = [...mutants];
    const before = new Map<string, Promise<TestResult>>();
    for (let i = 0; i < Math.min(jobs, mutants.length); i++) copies.push(new TreeCopy(root));
    const worked = await Promise.allSettled(
      copies.map(async (copy) => {
        for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
          const outcome = await tryMutant(copy, mutant, before);
          outcomes.push(outcome);
          onOutcome(outcome);
        }
      }),
    );
    for (const result of worked) if (result.status === 'rejected') throw result.reason;
    return outcomes;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    removeAll();
  }
}

/** The share of mutants that were killed. Mutants whose survival is explained are not counted. */
export function shareKilled(outcomes: readonly Outcome[]): number {
  const counted = outcomes.filter(({ verdict }) => verdict !== 'explained');
  const killed = counted.filter(({ verdict }) => verdict === 'killed');
  return counted.length === 0 ? 1 : killed.length / counted.length;
}

async function tryMutant(copy: TreeCopy, mutant: Mutant, before: Map<string, Promise<TestResult>>): Promise<Outcome> {
  const began = performance.now();
  const outcome = (verdict: Verdict, by: string): Outcome => {
    return { mutant, verdict, by, seconds: (performance.now() - began) / 1000 };
  };
  for (const file of mutant.tests) {
    // Whether the test passes without a mutation is checked once for all mutants.
    if (!before.has(file)) before.set(file, runTest(copy.root, file, HANG_MS));
    const sound = (await before.get(file)!).kind === 'passed';
    if (!sound) return outcome('failed before', file);
  }
  return copy.with(mutant, async () => {
    for (const file of mutant.tests) {
      const result = await runTest(copy.root, file, HANG_MS);
      if (result.kind === 'failed') return outcome('killed', `${file}, “${result.title}”`);
      if (result.kind === 'hung') return outcome('killed', `${file}, which hangs`);
      if (result.kind === 'not loaded') return outcome('not loaded', file);
    }
    return outcome(mutant.survives === undefined ? 'survived' : 'explained', mutant.survives ?? mutant.why);
  });
}
