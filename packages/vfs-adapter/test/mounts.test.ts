import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Seen } from './mounted.ts';

// Other file systems inside a share: two of tmpfs, one of ramfs (which has no extended attributes),
// and one of them twice.

const MOUNTS = `
  set -e
  mount -t tmpfs -o size=8m none "$1/one"
  mount -t tmpfs -o size=16m none "$1/two"
  mount -t ramfs none "$1/bare"
  mount --bind "$1/one" "$1/twice"
  exec "$2" "$3" "$1"
`;
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

function look(root: string): { seen: Record<string, Seen>; again: Record<string, Seen> } {
  for (const name of ['one', 'two', 'bare', 'twice']) mkdirSync(join(root, name));
  const script = join(import.meta.dirname, 'mounted.ts');
  const args = ['-rm', 'sh', '-c', MOUNTS, 'sh', root, process.execPath, script];
  const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

(canMount ? test : test.skip)(
  'file systems inside a share: no two files have one id, room and attributes are those of the file’s own',
  (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-mounts-'));
    t.teardown(() => rmSync(root, { recursive: true, force: true }));
    const { seen, again } = look(root);
    for (const [place, { ids, inodes, listed, lookedUp }] of Object.entries(seen)) {
      t.deepEqual(listed, ids, place);
      t.deepEqual(lookedUp, ids, place);
      t.deepEqual(again[place]!.ids, ids, `${place}: the same when another file system was seen first`);
      if (place === '') t.deepEqual(ids, inodes, 'those of the root’s file system are inodes');
    }
    // The two of tmpfs count their inodes alike.
    t.deepEqual(seen['one']!.inodes, seen['two']!.inodes);
    t.deepEqual(seen['twice']!.ids, seen['one']!.ids, 'the same files');
    const all = ['', 'one', 'two', 'bare'].flatMap((place) => seen[place]!.ids);
    t.is(new Set(all).size, all.length);
    for (const id of all) t.true(BigInt(id) > 0n && BigInt(id) < 1n << 63n);

    t.is(seen['one']!.totalBytes, String(8 << 20));
    t.is(seen['two']!.totalBytes, String(16 << 20));
    t.is(seen['one']!.shareTotalBytes, seen['']!.shareTotalBytes);
    t.not(seen['one']!.totalBytes, seen['']!.totalBytes);

    t.is(seen['bare']!.streams, false);
    t.is(seen['bare']!.set, 'not-supported', 'never success for what is lost');
    if (seen['one']!.streams === true) t.is(seen['one']!.set, '2');
  },
);
