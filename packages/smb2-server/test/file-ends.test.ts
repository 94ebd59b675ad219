import { encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateDisposition,
  FileInformationClass,
  FsctlCode,
  fileAllocationInformation,
  fileEndOfFileInformation,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  srvCopychunkCopy,
} from '@tsmbd/smb2-codec';
import { lockBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { FileEnds } from '../src/files/file-ends.ts';
import { settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';
import { type StagedVfs, stagedVfs } from './staged-vfs.ts';

// Where a file ends is asked for in the turn of the one that writes there, whatever takes its time
// meanwhile.

const AT_END = 0xffff_ffff_ffff_ffffn;
const APPEND = { desiredAccess: AccessMask.FILE_APPEND_DATA | AccessMask.FILE_READ_DATA };
const SLOW_CALLS = [['stat'], ['write'], ['stat', 'write']] as const;

async function begin(): Promise<{ staged: StagedVfs; m: Mount }> {
  const staged = stagedVfs();
  return { staged, m: await mount(await startServer({}, { vfs: staged.vfs }).logOn()) };
}

for (const slow of SLOW_CALLS) {
  test(`no append overwrites another that was sent with it, with a slow ${slow.join(' and ')} [MS-FSA 2.1.5.4]`, async (t) => {
    const { staged, m } = await begin();
    const { fileId } = await create(m, 'log', APPEND);
    const other = await create(m, 'log', APPEND);
    for (const call of slow) staged.hold(call);
    const appends = [fileId, other.fileId, fileId, other.fileId].map((id, i) => write(m, id, `${i}`.repeat(4), AT_END));
    await settle();
    for (let turns = 0; turns < 10; turns++) await staged.letGo();
    t.deepEqual(await Promise.all(appends), [4, 4, 4, 4]);
    t.is(await read(m, fileId), '0000111122223333');
  });
}

test('an open that may only append writes no byte twice that was sent twice [MS-FSA 2.1.5.4]', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'log', APPEND);
  staged.hold('write');
  const both = [write(m, fileId, 'aaaa', 0n), write(m, fileId, 'bbbb', 0n)].map(statusOf);
  await settle();
  await staged.letGo();
  t.deepEqual(await Promise.all(both), [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_ACCESS_DENIED]);
  t.is(await read(m, fileId), 'aaaa');
});

test('a CLOSE does not overtake the appends that were sent before it [MS-SMB2 3.3.5.10]', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'log', APPEND);
  staged.hold('write');
  const answers = [write(m, fileId, 'aaaa', AT_END), write(m, fileId, 'bbbb', AT_END), close(m, fileId)];
  await settle();
  await staged.letGo();
  await t.notThrowsAsync(Promise.all(answers));
  t.is(await read(m, (await create(m, 'log')).fileId), 'aaaabbbb');
});

test('an append that fails does not keep those behind it from the end of the file', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'log', APPEND);
  staged.hold('stat');
  const answers = [write(m, fileId, 'aaaa', AT_END), write(m, fileId, 'bbbb', AT_END)].map(statusOf);
  await settle();
  staged.fail('write', new Error('the disk is gone'));
  await staged.letGo();
  t.deepEqual(await Promise.all(answers), [NtStatus.STATUS_INTERNAL_ERROR, NtStatus.STATUS_SUCCESS]);
  t.is(await read(m, fileId), 'bbbb');
});

const OVERWRITE = { createDisposition: CreateDisposition.OVERWRITE };

test('a CREATE that overwrites empties no file between an append and its end [MS-FSA 2.1.5.4]', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'log', APPEND);
  await write(m, fileId, 'aaaa', AT_END);
  staged.hold('write');
  const answers = [write(m, fileId, 'bbbb', AT_END), create(m, 'log', OVERWRITE), write(m, fileId, 'cccc', AT_END)];
  await settle();
  for (let turns = 0; turns < 4; turns++) await staged.letGo();
  await Promise.all(answers);
  t.is(await statusOf(read(m, fileId)), NtStatus.STATUS_END_OF_FILE, 'no hole, and no byte of before');
});

test('an append that is sent behind a CREATE that overwrites is not written to the old end [MS-FSA 2.1.5.4]', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'log', APPEND);
  await write(m, fileId, 'aaaa', AT_END);
  staged.hold('truncate');
  const overwritten = create(m, 'log', OVERWRITE);
  await settle();
  const appended = write(m, fileId, 'bbbb', AT_END);
  await settle();
  await staged.letGo();
  await Promise.all([overwritten, appended]);
  t.is(await read(m, fileId), 'bbbb');
});

test('an append overwrites nothing that was written and acknowledged meanwhile [MS-FSA 2.1.5.4]', async (t) => {
  const { staged, m } = await begin();
  const log = await create(m, 'log', APPEND);
  const { fileId } = await create(m, 'log');
  staged.hold('stat', 'after');
  const appended = write(m, log.fileId, 'aaaa', AT_END);
  await settle();
  const written = write(m, fileId, 'wwww');
  await settle();
  await staged.letGo();
  await Promise.all([appended, written]);
  t.is(await read(m, fileId), 'wwww', 'the append came first');
});

test('an append comes behind what is being written when it is sent [MS-FSA 2.1.5.4]', async (t) => {
  const { staged, m } = await begin();
  const log = await create(m, 'log', APPEND);
  const { fileId } = await create(m, 'log');
  staged.hold('write');
  const written = [write(m, fileId, 'wwww'), write(m, fileId, 'xxxx', 4n)];
  await settle();
  const appended = write(m, log.fileId, 'aaaa', AT_END);
  await settle();
  for (let turns = 0; turns < 4; turns++) await staged.letGo();
  await Promise.all([...written, appended]);
  t.is(await read(m, fileId), 'wwwwxxxxaaaa');
});

test('a CLOSE does not overtake a WRITE that waits for an append to end [MS-SMB2 3.3.5.10]', async (t) => {
  const { staged, m } = await begin();
  const log = await create(m, 'log', APPEND);
  const { fileId } = await create(m, 'log');
  staged.hold('stat', 'after');
  const answers = [write(m, log.fileId, 'aaaa', AT_END), write(m, fileId, 'wwww', 8n), close(m, fileId)];
  await settle();
  for (let turns = 0; turns < 4; turns++) await staged.letGo();
  await t.notThrowsAsync(Promise.all(answers));
  t.is(await read(m, log.fileId), 'aaaa\0\0\0\0wwww');
});

test('WRITEs of one file do not wait for each other, and a turn waits for all of them', async (t) => {
  const ends = new FileEnds();
  const slow = Promise.withResolvers<void>();
  const began: string[] = [];
  const call = (name: string) => (): Promise<void> => {
    began.push(name);
    return slow.promise;
  };
  void ends.beside('k', call('write'));
  void ends.beside('k', call('another'));
  void ends.inTurn('k', call('turn'));
  const last = ends.beside('k', call('behind the turn'));
  void ends.beside('other', call('of another file'));
  t.deepEqual(began, ['write', 'another', 'of another file']);
  slow.resolve();
  await last;
  t.deepEqual(began.slice(3), ['turn', 'behind the turn']);
});

test('less room than a file has does not lengthen one that was cut meanwhile [MS-FSA 2.1.5.15.1]', async (t) => {
  const { staged, m } = await begin();
  const { fileId } = await create(m, 'f');
  await write(m, fileId, '0123456789');
  staged.hold('stat', 'after');
  const cuts = [
    setFileInfo(
      m,
      fileId,
      FileInformationClass.FileAllocationInformation,
      encode(fileAllocationInformation, { allocationSize: 8n }),
    ),
    setFileInfo(
      m,
      fileId,
      FileInformationClass.FileEndOfFileInformation,
      encode(fileEndOfFileInformation, { endOfFile: 2n }),
    ),
  ];
  await settle();
  for (let turns = 0; turns < 4; turns++) await staged.letGo();
  await Promise.all(cuts);
  t.is(await read(m, fileId), '01');
});

test('a copy does not write to bytes that were locked while its size was looked up [MS-SMB2 3.3.5.15.6]', async (t) => {
  const { staged, m } = await begin();
  const [from, to, other] = [await create(m, 'from'), await create(m, 'to'), await create(m, 'to')];
  await write(m, from.fileId, 'from');
  await write(m, to.fileId, 'kept');
  const NOTHING = new Uint8Array(0);
  const ioctl = (ctlCode: number, fileId: typeof to.fileId, input: Uint8Array) =>
    m.client.request(
      Command.IOCTL,
      ioctlRequest,
      ioctlResponse,
      { ctlCode, fileId, input, output: NOTHING, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1 },
      { treeId: m.treeId },
    );
  const key = await ioctl(FsctlCode.SRV_REQUEST_RESUME_KEY, from.fileId, NOTHING);
  const chunks = [{ sourceOffset: 0n, targetOffset: 0n, length: 4 }];
  const input = encode(srvCopychunkCopy, { sourceKey: key.body!.output.subarray(0, 24), chunks });
  staged.hold('stat');
  const copied = statusOf(ioctl(FsctlCode.SRV_COPYCHUNK_WRITE, to.fileId, input));
  await settle();
  const flags = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
  const body = lockBody(other.fileId, [{ at: 0, length: 4, flags }]);
  await m.client.request(Command.LOCK, lockRequest, lockResponse, body, { treeId: m.treeId });
  await staged.letGo();
  t.is(await copied, NtStatus.STATUS_FILE_LOCK_CONFLICT);
  t.is(await read(m, other.fileId), 'kept');
});
