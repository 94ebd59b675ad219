import { CreateDisposition, NtStatus } from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { create, mount, read, statusOf, write } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';

// What was made for a CREATE that fails is taken away again, whatever was made and wherever it
// fails.

const OPEN = { createDisposition: CreateDisposition.OPEN };
const NO_SPACE = new VfsError('no-space');

async function begin() {
  const staged = stagedVfs();
  const h = startServer({}, { vfs: staged.vfs });
  return { staged, h, m: await mount(await h.logOn()), other: await mount(await h.logOn({}, 'bob')) };
}

test('a stream that cannot be made does not take the file away from who has opened it meanwhile [MS-FSA 2.1.5.1.1]', async (t) => {
  const { staged, m, other } = await begin();
  staged.hold('setStream');
  const failing = statusOf(create(m, 'new:s'));
  await settle();
  const { fileId } = await create(other, 'new', OPEN);
  await write(other, fileId, 'kept');
  staged.fail('setStream', NO_SPACE);
  await staged.letGo();
  t.is(await failing, NtStatus.STATUS_DISK_FULL);
  const again = await create(m, 'new', OPEN);
  t.is(await read(m, again.fileId), 'kept');
});

test('a file that was made for a stream that cannot be made does not stay [MS-FSA 2.1.5.1.1]', async (t) => {
  const { staged, m } = await begin();
  staged.fail('setStream', NO_SPACE);
  t.is(await statusOf(create(m, 'new:s')), NtStatus.STATUS_DISK_FULL);
  t.is(await statusOf(create(m, 'new', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is(staged.openHandles, 0);
});

test('nobody opens a file that was made for a stream while it is taken away', async (t) => {
  const { staged, h, m, other } = await begin();
  staged.fail('setStream', NO_SPACE);
  staged.hold('unlink');
  const failing = statusOf(create(m, 'new:s'));
  await settle();
  t.not(await statusOf(create(other, 'new', OPEN)), NtStatus.STATUS_SUCCESS);
  await staged.letGo();
  t.is(await failing, NtStatus.STATUS_DISK_FULL);
  t.deepEqual([...h.server.authority.entries()], []);
  t.is(await statusOf(create(other, 'new', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
});

test('what cannot be taken away again hides no refusal, and leaves no handle open', async (t) => {
  const { staged, h, m } = await begin();
  staged.fail('setStream', NO_SPACE);
  staged.fail('unlink', new Error('the disk is gone'));
  t.is(await statusOf(create(m, 'new:s')), NtStatus.STATUS_DISK_FULL);
  t.is(staged.openHandles, 0);
  t.deepEqual([...h.server.authority.entries()], []);
});
