import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs } from '../src/index.ts';
import { Errno } from '../src/posix/constants.ts';
import type { PosixHandle } from '../src/posix/posix-handle.ts';

// A rename or link that takes several steps and fails in one of them is as if it had not been asked
// for.

type Call = 'renameat2' | 'unlinkat';

/** A folder with a file `f`, a file `g` and a folder `d`, and what was opened of it. */
async function begin(t: ExecutionContext, name: string): Promise<{ root: string; handle: PosixHandle }> {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-renames-'));
  writeFileSync(join(root, 'f'), 'f');
  writeFileSync(join(root, 'g'), 'g');
  mkdirSync(join(root, 'd'));
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open([name], { disposition: 'open', kind: 'any', data: 'none' });
  t.teardown(() => {
    void handle.close();
    void vfs.dispose();
    rmSync(root, { recursive: true });
  });
  return { root, handle: handle as PosixHandle };
}

/** The `which`th such call from now on fails with EIO. */
function failing({ share }: PosixHandle, call: Call, which: number): void {
  const { c } = share;
  const real = c[call].bind(c) as (...args: unknown[]) => number;
  let left = which;
  Object.assign(c, {
    [call]: (...args: unknown[]): number => {
      left -= 1;
      return left === 0 ? -Errno.EIO : real(...args);
    },
  });
}

function unchanged(t: ExecutionContext, root: string): void {
  t.deepEqual(readdirSync(root).sort(), ['d', 'f', 'g']);
  t.is(readFileSync(join(root, 'f'), 'utf8'), 'f');
  t.is(readFileSync(join(root, 'g'), 'utf8'), 'g');
}

test('a link in the place of a file that fails leaves no name of its own behind', async (t) => {
  const { root, handle } = await begin(t, 'f');
  failing(handle, 'renameat2', 1);
  await t.throwsAsync(async () => handle.link(['g'], true), { code: 'io' });
  unchanged(t, root);
});

test('a folder that cannot take the place of a file leaves it there, and no other name', async (t) => {
  const { root, handle } = await begin(t, 'd');
  failing(handle, 'renameat2', 2);
  await t.throwsAsync(async () => handle.rename(['g'], true), { code: 'io' });
  unchanged(t, root);
});

test('a file that cannot be removed for the folder in its place is put back, and the folder too', async (t) => {
  const { root, handle } = await begin(t, 'd');
  failing(handle, 'unlinkat', 1);
  await t.throwsAsync(async () => handle.rename(['g'], true), { code: 'io' });
  unchanged(t, root);
});
