import { fileURLToPath } from 'node:url';
import test from 'ava';
import { faultsOf } from '../src/faults.ts';
import { AREAS, MUTANTS, type Mutant } from '../src/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * How many mutants there are at least: a rule that goes takes its mutant with it, and the number
 * here.
 */
const MINIMUM = 563;

test('every mutant has a name of its own, a text that stands once, a mutation that parses, and tests of npm test', (t) => {
  t.deepEqual(faultsOf(MUTANTS, root), []);
});

test('no mutant got lost', (t) => {
  t.true(MUTANTS.length >= MINIMUM, `${MUTANTS.length} mutants`);
  for (const [area, mutants] of AREAS) t.true(mutants.length > 0, area);
});

const good: Mutant = {
  name: 'a-good-one',
  file: 'tools/mutants/src/faults.ts',
  find: 'export function faultsOf(',
  replace: 'export function faultsFrom(',
  why: 'This says why the rule matters.',
  tests: ['tools/mutants/test/lists.test.ts'],
};

for (const [fault, broken, expected] of [
  ['nothing', {}, /^$/],
  ['a name with blanks', { name: 'a good one' }, /not kebab-case/],
  ['a file that is not there', { file: 'nowhere.ts' }, /nowhere\.ts does not exist/],
  ['a text that is not there', { find: 'this is nowhere'.toUpperCase() }, /stands 0 times/],
  ['a text that stands often', { find: 'function' }, /stands \d+ times/],
  ['a mutation that changes nothing', { replace: good.find }, /changes nothing/],
  ['a mutation that does not parse', { replace: 'export fnction (' }, /./],
  ['no test', { tests: [] }, /names no test/],
  ['a test that is not there', { tests: ['tools/mutants/test/none.test.ts'] }, /does not exist/],
  ['a file that npm test does not run', { tests: ['tools/mutants/src/main.ts'] }, /not a test of npm test/],
  ['no reason', { why: 'because' }, /why the rule matters/],
] as const) {
  test(`the lists are checked: ${fault}`, (t) => {
    t.regex(faultsOf([{ ...good, ...broken }], root).join('\n'), expected);
  });
}

test('the lists are checked: a name that stands twice', (t) => {
  t.deepEqual(faultsOf([good, good], root), ['a-good-one: the name stands twice']);
});

test('the lists are checked: a mutation that stands twice, wherever its text to find begins', (t) => {
  const again = { ...good, name: 'a-second-one', find: 'function faultsOf(', replace: 'function faultsFrom(' };
  t.deepEqual(faultsOf([good, again], root), ['a-second-one: is the same mutation as a-good-one']);
});
