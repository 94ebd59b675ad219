import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createPosixVfs } from '../src/index.ts';

function isOpen(folder: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  });
}

test('a back end that is disposed of opens nothing, and keeps its root until the last handle is closed', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-dispose-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'd'));
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open(['d'], { disposition: 'open', kind: 'any', data: 'none' });
  await vfs.dispose();
  t.true(isOpen(root), 'a handle may look names up');
  await t.throwsAsync(async () => vfs.open(['d'], { disposition: 'open', kind: 'any', data: 'none' }), {
    code: 'not-found',
  });
  await handle.rename(['e'], false);
  t.deepEqual(readdirSync(root), ['e']);
  await handle.close();
  await handle.close();
  t.false(isOpen(root));
  await vfs.dispose();
});
