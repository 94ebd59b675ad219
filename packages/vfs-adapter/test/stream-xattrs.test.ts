import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs, type PosixVfsOptions, type VfsHandle } from '../src/index.ts';
import { libc } from '../src/posix/libc.ts';

const FILE = { disposition: 'open-or-create', kind: 'file', data: 'read-write' } as const;
/** ext4 has no room for this; memory has. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const fits = holds(70_000) ? test : test.skip;

function holds(size: number): boolean {
  const root = mkdtempSync(join(FOLDER, 'tsmbd-streams-'));
  const path = join(root, 'f');
  writeFileSync(path, '');
  const value = Buffer.alloc(Math.ceil(size / 2));
  const both = ['user.a', 'user.b'].every((name) => libc().setxattr(path, name, value) === 0);
  rmSync(root, { recursive: true });
  return both;
}

async function file(t: ExecutionContext, options: Partial<PosixVfsOptions> = {}): Promise<[VfsHandle, string]> {
  const root = mkdtempSync(join(FOLDER, 'tsmbd-streams-'));
  const vfs = createPosixVfs({ root, xattrsPerStream: 3, ...options });
  const { handle } = await vfs.open(['f'], FILE);
  t.teardown(async () => {
    await handle.close();
    void vfs.dispose();
    rmSync(root, { recursive: true });
  });
  return [handle, join(root, 'f')];
}

function bytes(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + seed) & 0xff);
}

/** Sizes of the xattrs of a stream, -1 for one that is missing, and the last byte of the first. */
function stored(path: string, name = 'big'): { sizes: number[]; marker: number | undefined } {
  const c = libc();
  const keys = [`user.DosStream.${name}:$DATA`, ...[1, 2, 3].map((i) => `user.DosStreamExt.${i}.${name}:$DATA`)];
  const sizes = keys.map((key) => Math.max(-1, c.getxattr(path, key)));
  const length = c.getxattr(path, keys[0]!);
  return { sizes, marker: length > 0 ? c.value[length - 1] : undefined };
}

// The layout of Samba 4.20 and later, `streams_xattr:max xattrs per stream`.
fits('a large stream is kept in parts, as Samba keeps it', async (t) => {
  const [handle, path] = await file(t);
  for (const [length, sizes] of [
    [0, [1, -1, -1, -1]],
    [65_535, [65_536, -1, -1, -1]],
    [65_536, [65_536, 1, -1, -1]],
    [131_071, [65_536, 65_536, -1, -1]],
    [131_072, [65_536, 65_536, 1, -1]],
    [70_000, [65_536, 4_465, -1, -1]],
    [3, [4, -1, -1, -1]],
  ] as const) {
    const value = bytes(length, length);
    await handle.setStream('big', value);
    t.deepEqual(await handle.getStream('BIG'), value, String(length));
    const { sizes: found, marker } = stored(path);
    t.deepEqual(found, [...sizes], String(length));
    t.is(marker, sizes.filter((size) => size >= 0).length - 1);
    t.deepEqual(await handle.listStreams(), [{ name: 'big', size: length }]);
  }
  t.deepEqual(await handle.listEas(), []);
});

fits('what Samba wrote in parts is read, and no more of it than there is', async (t) => {
  const [handle, path] = await file(t);
  const c = libc();
  c.setxattr(path, 'user.DosStream.s:$DATA', Uint8Array.of(1, 2, 2));
  c.setxattr(path, 'user.DosStreamExt.1.s:$DATA', Uint8Array.of(3, 4));
  c.setxattr(path, 'user.DosStreamExt.2.s:$DATA', Uint8Array.of(5));
  t.deepEqual([...(await handle.getStream('s'))!], [1, 2, 3, 4, 5]);
  c.removexattr(path, 'user.DosStreamExt.1.s:$DATA');
  t.deepEqual([...(await handle.getStream('s'))!], [1, 2]);
  t.deepEqual(await handle.listStreams(), [{ name: 's', size: 2 }]);
});

fits('a stream that is removed leaves nothing, and one that is too large is as it was', async (t) => {
  const [handle, path] = await file(t);
  const value = bytes(100_000);
  await handle.setStream('big', value);
  const tooLarge = await refusal(() => handle.setStream('big', bytes(3 * 65_536)));
  t.is(tooLarge, 'too-large');
  t.deepEqual(await handle.getStream('big'), value);
  await handle.setStream('big', undefined);
  t.deepEqual(stored(path), { sizes: [-1, -1, -1, -1], marker: undefined });
  for (const name of ['Ext.1.big:$DATA', 'DosStreamExt.1.big:$DATA', 'DosStream.big:$DATA']) {
    const set = await refusal(() => handle.setEa(name, Uint8Array.of(1)));
    t.is(set, name.startsWith('Dos') ? 'access-denied' : undefined, name);
  }
});

test('without the option a stream has one extended attribute', async (t) => {
  const [handle] = await file(t, { xattrsPerStream: 1 });
  t.is(await refusal(() => handle.setStream('big', bytes(65_536))), 'too-large');
  t.is(await handle.getStream('big'), undefined);
});

async function refusal(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
