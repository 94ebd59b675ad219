import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { State } from '../src/state/state.ts';
import { makeStateDirectory } from '../src/state/state-directory.ts';
import { temporaryFolder } from './helpers/daemon.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

test('a state directory that others may read is closed to them, and that is said once', (t) => {
  using folder = temporaryFolder();
  const state = join(folder.path, 'state');
  mkdirSync(state);
  chmodSync(state, 0o755);
  const said: string[] = [];
  for (let i = 0; i < 2; i++) makeStateDirectory(state, (line) => said.push(line));
  t.is(modeOf(state), 0o700);
  t.is(said.length, 1);
  t.regex(said[0]!, /had mode 0755 and has 0700 now/);
});

for (const mode of [0o777, 0o1777, 0o775, 0o702]) {
  test(`a state directory that others may write is refused: mode ${mode.toString(8)}`, (t) => {
    using folder = temporaryFolder();
    const state = join(folder.path, 'state');
    mkdirSync(state);
    chmodSync(state, mode);
    t.throws(() => new State(state, ''), { message: /can be written by others/ });
    t.is(modeOf(state), mode);
  });
}

(process.getuid?.() === 0 ? test : test.skip)("a state directory that is somebody else's is refused", (t) => {
  using folder = temporaryFolder();
  const state = join(folder.path, 'state');
  mkdirSync(state, { mode: 0o700 });
  chownSync(state, 65_534, 65_534);
  t.throws(() => new State(state, ''), { message: /is the user 65534's/ });
});

test('a state.db that is a link is refused, and what it names is not touched', (t) => {
  using folder = temporaryFolder();
  const target = join(folder.path, 'target');
  writeFileSync(target, 'kept');
  chmodSync(target, 0o644);
  const state = join(folder.path, 'state');
  mkdirSync(state, { mode: 0o700 });
  symlinkSync(target, join(state, 'state.db'));
  t.throws(() => new State(state, ''), { code: 'ELOOP' });
  t.is(modeOf(target), 0o644);
  t.is(readFileSync(target, 'utf8'), 'kept');
});
