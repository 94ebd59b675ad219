import test from 'ava';
import { createMemoryVfs, VfsError } from '../src/index.ts';

const FILE = { disposition: 'open-or-create', kind: 'file', data: 'read-write' } as const;

test('holes take no room, and the capacity is one for all files', (t) => {
  const vfs = createMemoryVfs({ capacity: 200_000 });
  const { handle } = vfs.open(['f'], FILE);
  handle.truncate(1n << 40n);
  t.is(vfs.statFs().freeBytes, 200_000n);
  handle.write(new Uint8Array(100_000).fill(1), 1 << 30);
  const error = t.throws(() => handle.write(new Uint8Array(200_000), 0), { instanceOf: VfsError });
  t.is(error.code, 'no-space');
  handle.truncate(0n);
  t.is(vfs.statFs().freeBytes, 200_000n);
});

test('room comes back when the last name and the last handle are gone', (t) => {
  const vfs = createMemoryVfs({ capacity: 1 << 20 });
  const { handle } = vfs.open(['f'], FILE);
  handle.write(new Uint8Array(65_536), 0);
  handle.unlink();
  t.is(vfs.statFs().freeBytes, (1n << 20n) - 65_536n);
  handle.close();
  t.is(vfs.statFs().freeBytes, 1n << 20n);
});

test('the clock that is handed in is the only one', (t) => {
  let now = 5n;
  const vfs = createMemoryVfs({ now: () => now, device: 7n });
  const { handle } = vfs.open(['f'], FILE);
  now = 9n;
  handle.write(Uint8Array.of(1), 0);
  const { birthTime, writeTime, device } = handle.stat();
  t.deepEqual([birthTime, writeTime, device], [5n, 9n, 7n]);
});

test('files of the largest size are allowed, larger ones are too-large', (t) => {
  const vfs = createMemoryVfs({ maxFileSize: 1 << 20 });
  const { handle } = vfs.open(['f'], FILE);
  handle.truncate(1n << 20n);
  for (const refused of [() => handle.truncate((1n << 20n) + 1n), () => handle.write(Uint8Array.of(1), 1 << 20)]) {
    t.is(t.throws(refused, { instanceOf: VfsError }).code, 'too-large');
  }
});
