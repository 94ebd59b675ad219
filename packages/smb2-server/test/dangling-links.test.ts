import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDisposition, CreateOptions, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import { createMemoryVfs, createPosixVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';

const BACK_ENDS: Readonly<Record<string, (t: ExecutionContext) => Vfs>> = {
  memory: () => {
    const vfs = createMemoryVfs();
    vfs.symlink(['dangling'], 'missing');
    return vfs;
  },
  folder: (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-dangling-'));
    t.teardown(() => rmSync(root, { recursive: true }));
    symlinkSync('missing', join(root, 'dangling'));
    return createPosixVfs({ root });
  },
};

for (const [where, start] of Object.entries(BACK_ENDS)) {
  test(`${where}: a link that leads nowhere is no file, never one that others share [MS-FSA 2.1.5.1]`, async (t) => {
    const m = await mount(await startServer({}, { vfs: start(t) }).logOn());
    const { SUPERSEDE, OPEN, CREATE, OPEN_IF, OVERWRITE, OVERWRITE_IF } = CreateDisposition;
    for (const createOptions of [0, CreateOptions.DIRECTORY_FILE, CreateOptions.NON_DIRECTORY_FILE]) {
      const isDirectory = createOptions === CreateOptions.DIRECTORY_FILE;
      for (const createDisposition of isDirectory
        ? [OPEN, OPEN_IF]
        : [SUPERSEDE, OPEN, OPEN_IF, OVERWRITE, OVERWRITE_IF]) {
        const status = await statusOf(create(m, 'dangling', { createDisposition, createOptions }));
        t.is(ntStatusName(status), 'STATUS_OBJECT_NAME_NOT_FOUND', `${createDisposition} ${createOptions}`);
      }
    }
    const made = create(m, 'dangling', { createDisposition: CREATE });
    t.is(await statusOf(made), NtStatus.STATUS_OBJECT_NAME_COLLISION);
    const stream = create(m, 'dangling:s', { createDisposition: OPEN_IF });
    t.is(await statusOf(stream), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    const through = create(m, 'missing', { createDisposition: OPEN });
    t.is(await statusOf(through), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'nothing is made through the link');
  });
}
