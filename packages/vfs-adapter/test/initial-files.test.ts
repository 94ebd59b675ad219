import test from 'ava';
import { createMemoryVfs, type MemoryVfs } from '../src/index.ts';

const LOOK = { disposition: 'open', kind: 'any', data: 'read' } as const;

function textOf(vfs: MemoryVfs, ...path: string[]): string {
  const { handle } = vfs.open(path, LOOK);
  const into = new Uint8Array(100);
  return new TextDecoder().decode(into.subarray(0, handle.read(into, 0)));
}

test('files are there from the start, with the folders that they are in', (t) => {
  const bytes = new TextEncoder().encode('bytes');
  const vfs = createMemoryVfs({ files: { 'a/b/c.txt': 'größer', 'A/d': bytes, empty: '' }, readOnly: true });
  bytes.fill(0);
  t.is(textOf(vfs, 'a', 'B', 'C.txt'), 'größer');
  t.is(textOf(vfs, 'a', 'd'), 'bytes');
  t.is(vfs.open(['empty'], LOOK).handle.stat().size, 0n);
  const names = (...path: string[]) => vfs.open(path, LOOK).handle.list().next(10);
  t.deepEqual(
    names().map(({ name, stat }) => [name, stat.kind]),
    [
      ['a', 'directory'],
      ['empty', 'file'],
    ],
  );
  t.deepEqual(
    names('a').map(({ name }) => name),
    ['b', 'd'],
  );
});

for (const [title, files, message] of [
  ['an empty path', { '': 'x' }, /"": a name is empty/],
  ['a path with a slash at the start', { '/a': 'x' }, /"\/a": a name is empty/],
  ['a path with a slash at the end', { 'a/': 'x' }, /"a\/": a name is empty/],
  ['a way up', { 'a/../b': 'x' }, /"a\/\.\.\/b": invalid-name/],
  ['a NUL', { 'a\0': 'x' }, /invalid-name/],
  ['a backslash', { 'a\\b': 'x' }, /separated by "\/"/],
  ['a long name', { ['a'.repeat(256)]: 'x' }, /name-too-long/],
  ['a file as a folder', { a: 'x', 'A/b': 'y' }, /"A\/b": "A" is a file by another path/],
  ['a folder as a file', { 'a/b': 'y', a: 'x' }, /"a": another path has this name already/],
  ['two spellings', { 'a/b': 'y', 'a/B': 'x' }, /"a\/B": another path has this name already/],
  ['no bytes', { a: 1 as unknown as string }, /"a": the content is neither a string nor/],
] as const) {
  test(`${title} is refused by name`, (t) => {
    t.throws(() => createMemoryVfs({ files: files as unknown as Record<string, string> }), {
      instanceOf: TypeError,
      message,
    });
  });
}

test('two spellings are two files where case counts, and what does not fit is refused', (t) => {
  const vfs = createMemoryVfs({ files: { a: 'small', A: 'capital' }, caseSensitive: true });
  t.deepEqual([textOf(vfs, 'a'), textOf(vfs, 'A')], ['small', 'capital']);
  t.throws(() => createMemoryVfs({ files: { a: new Uint8Array(8192) }, capacity: 4096 }), { message: /no-space/ });
  t.throws(() => createMemoryVfs({ files: { a: 'four' }, maxFileSize: 3 }), { message: /too-large/ });
});
