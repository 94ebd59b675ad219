import { NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { SequenceWindow } from '../src/model/sequence-window.ts';
import { parseName, parsePath } from '../src/names/path.ts';
import { compilePattern } from '../src/names/wildcard.ts';

const PATTERNS = [
  ['*', 'anything', true],
  ['*.*', 'nodot', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abbcd', false],
  ['?', 'ab', false],
  ['FILE.TXT', 'file.txt', true],
  ['<.txt', 'a.b.txt', true],
  ['<', 'a.b', false],
  ['<.*', 'a.b.c', true],
  ['f>>>', 'foo', true],
  ['f>>>', 'fooo', true],
  ['f>>>', 'foooo', false],
  ['foo"', 'foo', true],
  ['foo"txt', 'foo.txt', true],
  ['foo"*', 'foo', true],
] as const;

for (const [pattern, name, expected] of PATTERNS) {
  test(`pattern ${pattern} ${expected ? 'has' : 'has not'} ${name} [MS-FSA 2.1.4.4]`, (t) => {
    t.is(compilePattern(pattern)(name), expected);
  });
}

test('a hostile pattern costs no more than its length times the name', (t) => {
  t.false(compilePattern(`${'*a'.repeat(200)}b`)('a'.repeat(255)));
});

test('names are taken apart, streams apart from files [MS-FSCC 2.1.5]', (t) => {
  t.deepEqual(parseName(''), { path: [], stream: undefined });
  t.deepEqual(parseName('a\\b'), { path: ['a', 'b'], stream: undefined });
  t.deepEqual(parseName('a/b\\..\\c'), { path: ['a', 'c'], stream: undefined });
  t.deepEqual(parseName('a::$DATA'), { path: ['a'], stream: undefined, isData: true });
  t.deepEqual(parseName('a:s'), { path: ['a'], stream: 's' });
  t.deepEqual(parseName('a:s:$data'), { path: ['a'], stream: 's' });
  t.deepEqual(parseName(':s'), { path: [], stream: 's' });
});

for (const name of [
  '..',
  'a\\..\\..',
  '.',
  '\\a',
  '/a',
  'a/../..',
  'a\0b',
  'a*',
  'a:',
  'a:b\\c',
  'a:b:c',
  'C:\\x',
  'x'.repeat(256),
  'a:..\\x',
]) {
  test(`${JSON.stringify(name.slice(0, 20))} is no name [MS-FSCC 2.1.5]`, (t) => {
    t.throws(() => parsePath(name), { name: 'StatusError' });
  });
}

test('MessageIds are used once, in any order, within what was granted [MS-SMB2 3.3.5.2.3]', (t) => {
  const window = new SequenceWindow(10);
  t.false(window.consume(1n, 1));
  t.true(window.consume(0n, 1));
  t.false(window.consume(0n, 1));
  t.is(window.grant(4), 4);
  t.true(window.consume(2n, 2));
  t.false(window.consume(3n, 1));
  t.true(window.consume(1n, 1));
  t.is(window.available, 1);
  t.false(window.consume(5n, 1));
  t.false(window.consume(0xffff_ffff_ffff_ffffn, 1));
});

test('credits stop at the most that a connection may hold, and never at none [MS-SMB2 3.3.1.2]', (t) => {
  const window = new SequenceWindow(8);
  t.is(window.grant(100), 7);
  t.is(window.grant(1), 0);
  t.true(window.consume(0n, 8));
  t.is(window.grant(0), 1);
});

test('ids that are left out stop the window from going on for ever [MS-SMB2 3.3.1.1]', (t) => {
  const window = new SequenceWindow(4);
  t.is(window.grant(4), 3);
  t.true(window.consume(1n, 3));
  t.is(window.grant(4), 3);
  t.true(window.consume(4n, 3));
  t.is(window.grant(4), 1);
  t.is(NtStatus.STATUS_SUCCESS, 0);
});
