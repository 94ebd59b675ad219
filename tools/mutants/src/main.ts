import { fileURLToPath } from 'node:url';
import { oneOf, seeded } from '@tsmbd/tool-random';
import { Command } from 'commander';
import { faultsOf } from './faults.ts';
import { AREAS, MUTANTS, type Mutant } from './index.ts';
import { type Outcome, runMutants, shareKilled } from './run.ts';

/** The share of the mutants that tests must kill. */
const MUST_KILL = 0.95;

/**
 * `node tools/mutants/src/main.ts`: breaks the rules one at a time, and checks that a test fails
 * each time.
 */
const program = new Command('mutants')
  .description('break the rules of the server one at a time in copies of the tree, and see that a test fails')
  .option('--only <pattern>', 'mutants whose name matches this regular expression')
  .option('--area <name>', `one of ${[...AREAS.keys()].join(', ')}`)
  .option('--sample <n>', 'so many of them, picked by the seed')
  .option('--seed <n>', 'for the same sample again', '1')
  .option('--jobs <n>', 'copies of the tree that are worked on at once', '2')
  .parse();
const options = program.opts<{ only?: string; area?: string; sample?: string; seed: string; jobs: string }>();

const root = fileURLToPath(new URL('../../../', import.meta.url));
const mutants = chosen();
if (mutants.length === 0) program.error('no mutant is meant by these options');
const faults = faultsOf(mutants, root);
if (faults.length > 0) program.error(faults.join('\n'));

const outcomes = await runMutants({
  root,
  mutants,
  jobs: Number(options.jobs),
  onOutcome: (outcome) => console.log(lineOf(outcome)),
});
const share = shareKilled(outcomes);
const explained = outcomes.filter(({ verdict }) => verdict === 'explained').length;
const killed = outcomes.filter(({ verdict }) => verdict === 'killed').length;
console.log(
  `${killed} of ${outcomes.length - explained} killed (${(share * 100).toFixed(1)} %), ${explained} explained`,
);
if (options.sample !== undefined) console.log(`a sample, seed ${options.seed}`);
if (share < MUST_KILL || outcomes.some(isFinding)) process.exitCode = 1;

/** The mutants that the options select. */
function chosen(): readonly Mutant[] {
  const inArea = options.area === undefined ? MUTANTS : (AREAS.get(options.area) ?? []);
  const pattern = new RegExp(options.only ?? '');
  const named = inArea.filter(({ name }) => pattern.test(name));
  if (options.sample === undefined) return named;
  const next = seeded(Number(options.seed));
  const left = new Set(named);
  const sample: Mutant[] = [];
  while (sample.length < Number(options.sample) && left.size > 0) {
    const mutant = oneOf(next, [...left]);
    left.delete(mutant);
    sample.push(mutant);
  }
  return sample;
}

/** Every outcome is a finding, except a kill and an explained survivor. */
function isFinding({ verdict }: Outcome): boolean {
  return verdict !== 'killed' && verdict !== 'explained';
}

function lineOf({ mutant, verdict, by, seconds }: Outcome): string {
  const took = `in ${seconds.toFixed(1)} s`;
  switch (verdict) {
    case 'killed':
      return `${mutant.name}: killed by ${by} ${took}`;
    case 'survived':
      return `${mutant.name}: SURVIVED ${mutant.tests.join(', ')} ${took}: ${by}`;
    case 'explained':
      return `${mutant.name}: survives ${took}: ${by}`;
    case 'failed before':
      return `${mutant.name}: the test did not pass before: ${by}`;
    case 'not loaded':
      return `${mutant.name}: THE MUTATED FILE DOES NOT LOAD in ${by}`;
  }
}
