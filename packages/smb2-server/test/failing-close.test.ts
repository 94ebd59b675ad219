import { encode } from '@tsmbd/ms-dtyp';
import {
  CloseFlags,
  Command,
  CreateDisposition,
  CreateOptions,
  closeRequest,
  closeResponse,
  DispositionFlags,
  type FileId,
  FileInformationClass,
  fileDispositionInformationEx,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { startServer } from './harness.ts';
import { close, create, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';

// An open that goes leaves nothing behind, whatever its back end says meanwhile.

const OPEN = { createDisposition: CreateDisposition.OPEN };
const IO = new VfsError('io');
const BUG = new TypeError('a bug of the back end');

async function begin() {
  const staged = stagedVfs();
  const h = startServer({}, { vfs: staged.vfs });
  return { staged, h, m: await mount(await h.logOn()), other: await mount(await h.logOn({}, 'bob')) };
}

function markPosix(m: Mount, fileId: FileId): Promise<void> {
  const flags = DispositionFlags.DELETE | DispositionFlags.POSIX_SEMANTICS;
  const value = encode(fileDispositionInformationEx, { flags });
  return setFileInfo(m, fileId, FileInformationClass.FileDispositionInformationEx, value);
}

for (const error of [IO, BUG]) {
  test(`a POSIX deletion that fails with ${error.name} leaves no dead open [MS-FSCC 2.4.12]`, async (t) => {
    const { staged, h, m, other } = await begin();
    const { fileId } = await create(m, 'f');
    await write(m, fileId, 'kept');
    await markPosix(m, fileId);
    staged.fail('unlink', error, { times: 2 });
    t.not(await statusOf(close(m, fileId)), NtStatus.STATUS_SUCCESS, 'the client is told that it is still there');
    t.deepEqual([...h.server.authority.entries()], []);
    t.is(staged.openHandles, 0);
    const again = await create(other, 'f', OPEN);
    t.is(await read(other, again.fileId), 'kept');
  });

  test(`a POSIX deletion that fails with ${error.name} happens with the last open that is left`, async (t) => {
    const { staged, h, m, other } = await begin();
    const { fileId } = await create(m, 'f');
    const left = await create(other, 'f', OPEN);
    await markPosix(m, fileId);
    staged.fail('unlink', error);
    t.not(await statusOf(close(m, fileId)), NtStatus.STATUS_SUCCESS);
    t.is(await statusOf(create(m, 'f', OPEN)), NtStatus.STATUS_DELETE_PENDING);
    await close(other, left.fileId);
    t.is(await statusOf(create(m, 'f', OPEN)), NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    t.deepEqual([...h.server.authority.entries()], []);
    t.is(staged.openHandles, 0);
  });

  for (const call of ['stat', 'set', 'unlink', 'close'] as const) {
    test(`a CLOSE whose ${call} fails with ${error.name} leaves neither handle nor claim [MS-SMB2 3.3.5.10]`, async (t) => {
      const { staged, h, m, other } = await begin();
      const { fileId } = await create(m, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE, shareAccess: 0 });
      await write(m, fileId, 'text');
      // What is closed is closed, whatever the system says of it.
      staged.fail(call, error, { times: 9, isAfter: call === 'close' });
      const request = { flags: CloseFlags.POSTQUERY_ATTRIB, fileId };
      await statusOf(m.client.request(Command.CLOSE, closeRequest, closeResponse, request, { treeId: m.treeId }));
      staged.fail(call, error, { times: 0 });
      t.deepEqual([...h.server.authority.entries()], []);
      t.deepEqual([...h.server.opens.all()], []);
      t.is(staged.openHandles, 0);
      t.is(await statusOf(create(other, 'f')), NtStatus.STATUS_SUCCESS);
    });
  }

  test(`a connection that goes while the back end fails with ${error.name} leaves neither handle nor claim [MS-SMB2 3.3.7.1]`, async (t) => {
    const { staged, h, m } = await begin();
    const { fileId } = await create(m, 'f', { createOptions: CreateOptions.DELETE_ON_CLOSE });
    await write(m, fileId, 'text');
    for (const call of ['stat', 'set', 'unlink'] as const) staged.fail(call, error, { times: 9 });
    m.client.close();
    await h.advance(0);
    t.deepEqual([...h.server.authority.entries()], []);
    t.is(staged.openHandles, 0);
  });
}
