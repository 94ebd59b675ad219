import { type Codec, encode, Reader } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  appInstanceId,
  Command,
  type CreateContext,
  CreateContextName,
  CreateDisposition,
  decodeDirectory,
  type FileId,
  FileInformationClass,
  fileModeInformation,
  header,
  NtStatus,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, VfsError, type VfsOpenOptions } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { isRefusal, StatusError, statusOf as statusOfError } from '../src/errors.ts';
import { join } from './durable-client.ts';
import { settle, startServer } from './harness.ts';
import { create, type Mount, mount, setFileInfo, statusOf } from './requests.ts';
import { stagedVfs } from './staged-vfs.ts';

// Where a refusal has a meaning of its own (no room, no right, nothing there), a bug has not: it is
// STATUS_INTERNAL_ERROR, and a line in the log.

const BUG = new TypeError('a bug');
const { STATUS_INTERNAL_ERROR } = NtStatus;

/** Lets a codec fail as a bug in it would, until what is returned is called. */
function broken(codec: Codec<never>): Disposable {
  const { decode } = codec;
  const fails: Partial<Codec<never>> = {
    decode() {
      throw BUG;
    },
  };
  Object.assign(codec, fails);
  return { [Symbol.dispose]: () => void Object.assign(codec, { decode }) };
}

test.serial('a bug in a decoder is not taken for a buffer of the wrong length [MS-FSA 2.1.5.15]', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  const set = (bytes: Uint8Array): Promise<void> =>
    setFileInfo(m, fileId, FileInformationClass.FileModeInformation, bytes);
  t.is(await statusOf(set(new Uint8Array(3))), NtStatus.STATUS_INFO_LENGTH_MISMATCH);
  t.deepEqual(h.errors, []);
  {
    using _ = broken(fileModeInformation as Codec<never>);
    t.is(await statusOf(set(new Uint8Array(4))), STATUS_INTERNAL_ERROR);
  }
  t.is(h.errors.length, 1);
});

test.serial('a bug in the decoder of headers is not taken for a malformed header', async (t) => {
  const h = startServer();
  const m = await mount(await h.logOn());
  {
    using _ = broken(header as Codec<never>);
    void create(m, 'f').catch(() => {});
    await settle();
  }
  t.regex(h.errors.join(), /could not be handled/);
});

test('a bug of the back end hides no entry of a listing', async (t) => {
  const staged = stagedVfs();
  const h = startServer({}, { vfs: staged.vfs, hideUnreadable: true });
  const m = await mount(await h.logOn());
  await create(m, 'f');
  const root = await create(m, '', { createOptions: 1, createDisposition: CreateDisposition.OPEN });
  staged.fail('open', new VfsError('io'));
  t.deepEqual(await list(m, root.fileId), ['.', '..'], 'who cannot be asked is not shown');
  staged.fail('open', BUG);
  t.is(await statusOf(list(m, root.fileId)), STATUS_INTERNAL_ERROR);
  t.is(h.errors.length, 1);
});

test('a bug of the back end is no answer to who may take an application over [MS-SMB2 3.3.5.9.13]', async (t) => {
  const app: CreateContext = {
    name: CreateContextName.APP_INSTANCE_ID,
    data: encode(appInstanceId, { appInstanceId: '99999999-2222-4333-8444-555555555555' }),
  };
  const staged = stagedVfs();
  const h = startServer({}, { vfs: staged.vfs });
  const here = await join(h);
  await create(here, 'f', { shareAccess: 0, createContexts: [app] });
  const there = await mount(await h.logOn({ clientGuid: 'bbbbbbbb-0000-4000-8000-000000000000' }));
  staged.fail('stat', BUG);
  t.is(await statusOf(create(there, 'f', { createContexts: [app] })), STATUS_INTERNAL_ERROR);
  t.is(h.errors.length, 1);
});

test('a bug while what a failed CREATE made is removed is said in the log', async (t) => {
  const staged = stagedVfs();
  const h = startServer({}, { vfs: staged.vfs });
  const m = await mount(await h.logOn());
  staged.fail('set', new VfsError('no-space'));
  staged.fail('unlink', BUG);
  t.is(await statusOf(create(m, 'f', { fileAttributes: 2 })), NtStatus.STATUS_DISK_FULL);
  t.regex(h.errors.join(), /could not be removed/);
});

/** Names in a directory that is open. */
async function list(m: Mount, fileId: FileId): Promise<string[]> {
  const { FileDirectoryInformation } = FileInformationClass;
  const { body } = await m.client.request(
    Command.QUERY_DIRECTORY,
    queryDirectoryRequest,
    queryDirectoryResponse,
    {
      fileInformationClass: FileDirectoryInformation,
      flags: 1,
      fileIndex: 0,
      fileId,
      outputBufferLength: 4096,
      searchPattern: '*',
    },
    { treeId: m.treeId },
  );
  return decodeDirectory(FileDirectoryInformation, body!.buffer)!.map(({ fileName }) => fileName);
}

/** A back end whose opens fail in this order; then they do not. */
function failing(...errors: (Error | undefined)[]): { vfs: Vfs; arm: () => void } {
  const inner = createMemoryVfs();
  let left: (Error | undefined)[] = [];
  const vfs: Vfs = {
    features: inner.features,
    statFs: () => inner.statFs(),
    dispose: () => {},
    open(path: readonly string[], options: VfsOpenOptions) {
      const error = left.shift();
      if (error !== undefined) throw error;
      return inner.open(path, options);
    },
  };
  return {
    vfs,
    arm: () => {
      left = [...errors];
    },
  };
}

test('a bug in a second try to open a file is not tried over', async (t) => {
  const { vfs, arm } = failing(new VfsError('access-denied'), BUG);
  const h = startServer({}, { vfs });
  const m = await mount(await h.logOn());
  await create(m, 'f');
  arm();
  const all = { desiredAccess: AccessMask.MAXIMUM_ALLOWED, createDisposition: CreateDisposition.OPEN };
  t.is(await statusOf(create(m, 'f', all)), STATUS_INTERNAL_ERROR);
});

test('a bug in a look at a name that is taken is not passed over', async (t) => {
  const { vfs, arm } = failing(undefined, undefined, BUG);
  const h = startServer({}, { vfs });
  const m = await mount(await h.logOn());
  await create(m, 'f');
  arm();
  t.is(await statusOf(create(m, 'f', { createDisposition: CreateDisposition.CREATE })), STATUS_INTERNAL_ERROR);
});

test('a back end without memory is no want of descriptors [MS-ERREF 2.3]', (t) => {
  t.is(statusOfError(new VfsError('no-memory')).status, NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  t.is(statusOfError(new VfsError('too-many-open')).status, NtStatus.STATUS_TOO_MANY_OPENED_FILES);
});

test('what is no refusal is a bug', (t) => {
  const short = t.throws(() => new Reader(new Uint8Array(0), 'x').u8('y'));
  for (const refusal of [new VfsError('io'), new StatusError(1, 'x'), short]) t.true(isRefusal(refusal));
  for (const bug of [BUG, new Error('x'), undefined, 'x']) t.false(isRefusal(bug));
});
