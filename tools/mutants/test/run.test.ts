import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Mutant } from '../src/index.ts';
import { type Outcome, runMutants, shareKilled } from '../src/run.ts';
import { runTest } from '../src/run-test.ts';
import { TreeCopy } from '../src/tree-copy.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = 'packages/ms-dtyp/src/access-check.ts';

const real: Mutant = {
  name: 'deny-entries-mean-nothing',
  file: FILE,
  find: 'else denied |=',
  replace: 'else if (ace.type < 0) denied |=',
  why: 'Whom an entry denies a right has it.',
  tests: ['packages/ms-dtyp/test/access-check.test.ts'],
};
const harmless: Mutant = {
  ...real,
  name: 'a-comment-reads-differently',
  find: '/** All rights that the token has. */',
  replace: '/** Every right that the token has. */',
};
const broken: Mutant = {
  ...real,
  name: 'throws-when-it-is-loaded',
  find: 'let denied = 0;',
  replace: 'let granted = 0;',
};

test('a broken rule is killed, a harmless change survives, and the tree is as before', async (t) => {
  const before = readFileSync(join(root, FILE));
  const seen: Outcome[] = [];
  const outcomes = await runMutants({
    root,
    mutants: [real, harmless, { ...harmless, survives: 'It is a comment.' }, broken],
    jobs: 2,
    onOutcome: (outcome) => seen.push(outcome),
  });
  t.deepEqual(outcomes, seen);
  const verdicts = outcomes.map(({ mutant, verdict }) => `${mutant.name} ${verdict}`);
  t.deepEqual(verdicts.sort(), [
    'a-comment-reads-differently explained',
    'a-comment-reads-differently survived',
    'deny-entries-mean-nothing killed',
    'throws-when-it-is-loaded not loaded',
  ]);
  t.is(shareKilled(outcomes), 1 / 3);
  t.deepEqual(readFileSync(join(root, FILE)), before);
});

test('a copy of the tree sees its own packages, not those of the original', (t) => {
  const copy = new TreeCopy(root);
  t.teardown(() => copy.remove());
  const script = "console.log(import.meta.resolve('@tsmbd/ms-dtyp'))";
  const url = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: join(copy.root, 'packages', 'smb2-server'),
    encoding: 'utf8',
  });
  t.is(fileURLToPath(url.trim()), join(copy.root, 'packages', 'ms-dtyp', 'src', 'index.ts'));
});

test('a test that does not end in time hangs', async (t) => {
  t.deepEqual(await runTest(root, 'packages/ms-dtyp/test/access-check.test.ts', 1), { kind: 'hung' });
});
