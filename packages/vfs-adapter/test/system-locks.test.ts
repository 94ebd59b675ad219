import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs, type Vfs, type VfsHandle } from '../src/index.ts';

const FILE = { disposition: 'open-or-create', kind: 'file', data: 'read-write' } as const;
const PROGRAM = fileURLToPath(new URL('./other-program.ts', import.meta.url));

function share(t: ExecutionContext): { vfs: Vfs; root: string } {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-locks-'));
  const vfs = createPosixVfs({ root });
  t.teardown(() => {
    void vfs.dispose();
    rmSync(root, { recursive: true });
  });
  return { vfs, root };
}

async function open(t: ExecutionContext, vfs: Vfs, data: 'read' | 'write' | 'read-write'): Promise<VfsHandle> {
  const { handle } = await vfs.open(['f'], { ...FILE, data });
  t.teardown(() => handle.close());
  return handle;
}

/** What a lock that another program asks for comes to; it keeps it until `end`. */
async function otherLocks(t: ExecutionContext, file: string, start: number, length: number) {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [PROGRAM, file, String(start), String(length)]);
  t.teardown(() => child.kill());
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async (): Promise<void> => {
    child.stdin.end();
    await once(child, 'exit');
  };
  return { said: said.toString().trim(), end };
}

test('a range that is locked is locked for other programs, until it is not', async (t) => {
  const { vfs, root } = share(t);
  const handle = await open(t, vfs, 'read-write');
  const file = join(root, 'f');
  t.true(handle.lockRange?.(10n, 10n, 'exclusive'));
  t.is((await otherLocks(t, file, 19, 1)).said, 'refused');
  t.is((await otherLocks(t, file, 20, 1)).said, 'locked', 'the byte behind it');
  t.true(handle.lockRange?.(15n, 5n, 'none'));
  t.is((await otherLocks(t, file, 15, 5)).said, 'locked', 'a part that was unlocked');
  t.is((await otherLocks(t, file, 14, 1)).said, 'refused');
});

test('what another program has locked is refused, and granted when it has ended', async (t) => {
  const { vfs, root } = share(t);
  const handle = await open(t, vfs, 'read-write');
  const { said, end } = await otherLocks(t, join(root, 'f'), 5, 1);
  t.is(said, 'locked');
  t.false(handle.lockRange?.(0n, 10n, 'exclusive'));
  t.false(handle.lockRange?.(5n, 1n, 'shared'));
  t.true(handle.lockRange?.(6n, 4n, 'exclusive'));
  await end();
  t.true(handle.lockRange?.(5n, 1n, 'shared'));
});

test('two handles of this process stand against each other as two programs would; a close ends the locks', async (t) => {
  const { vfs } = share(t);
  const [a, b] = [await open(t, vfs, 'read-write'), await open(t, vfs, 'read-write')];
  t.true(a.lockRange?.(0n, 1n, 'exclusive'));
  t.false(b.lockRange?.(0n, 1n, 'shared'));
  await a.close();
  t.true(b.lockRange?.(0n, 1n, 'shared'));
});

test('what the system cannot name, or the descriptor is not good for, is weakened or left out', async (t) => {
  const { vfs } = share(t);
  const writer = await open(t, vfs, 'read-write');
  const reader = await open(t, vfs, 'read');
  const blind = await open(t, vfs, 'write');
  t.true(reader.lockRange?.(0n, 1n, 'exclusive'), 'as a shared one');
  t.true(writer.lockRange?.(0n, 1n, 'shared'));
  t.false(writer.lockRange?.(0n, 1n, 'exclusive'));
  t.true(blind.lockRange?.(0n, 1n, 'shared'), 'left out');
  t.true(writer.lockRange?.(100n, 0n, 'exclusive'), 'no bytes');
  t.true(reader.lockRange?.(100n, 1n, 'shared'), 'so nothing was locked');
  t.true(writer.lockRange?.(1n << 63n, 5n, 'exclusive'), 'bytes that no file has');
  t.true(writer.lockRange?.((1n << 63n) - 2n, 1n << 62n, 'exclusive'), 'cut to the last byte of any file');
  t.false(reader.lockRange?.((1n << 63n) - 2n, 1n, 'shared'));
});

test("another program's lock is seen without taking one; its own is not", async (t) => {
  const { vfs, root } = share(t);
  const [handle, reader] = [await open(t, vfs, 'read-write'), await open(t, vfs, 'read')];
  t.true(handle.lockRange?.(0n, 2n, 'exclusive'));
  t.false(handle.isRangeLocked?.(0n, 10n, true));
  t.true(reader.isRangeLocked?.(1n, 1n, false), 'of another descriptor');
  const { end } = await otherLocks(t, join(root, 'f'), 5, 1);
  t.true(handle.isRangeLocked?.(5n, 1n, false));
  t.true(handle.isRangeLocked?.(0n, 6n, true));
  t.false(handle.isRangeLocked?.(6n, 100n, true));
  t.false(handle.isRangeLocked?.(5n, 0n, true), 'no bytes');
  t.true(handle.isRangeLocked?.(0n, 1n << 64n, true));
  await end();
  t.false(handle.isRangeLocked?.(5n, 1n, true));
  t.true(handle.lockRange?.(5n, 1n, 'shared'), 'asking has locked nothing');
  t.true(reader.lockRange?.(5n, 1n, 'shared'));
  t.false(reader.isRangeLocked?.(5n, 1n, false));
  t.true(reader.isRangeLocked?.(5n, 1n, true));
});
