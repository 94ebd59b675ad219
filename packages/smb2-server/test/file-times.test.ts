import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  type CloseResponse,
  Command,
  closeRequest,
  closeResponse,
  type FileId,
  FileInformationClass,
  fileBasicInformation,
  queryInfoRequest,
  queryInfoResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type Harness, startServer } from './harness.ts';
import { create, type Mount, mount, setFileInfo, write } from './requests.ts';

const SECOND = 10_000_000n;

async function basic(m: Mount, fileId: FileId) {
  const reply = await m.client.request(
    Command.QUERY_INFO,
    queryInfoRequest,
    queryInfoResponse,
    {
      infoType: 1,
      fileInfoClass: FileInformationClass.FileBasicInformation,
      outputBufferLength: 100,
      additionalInformation: 0,
      flags: 0,
      fileId,
      inputBuffer: new Uint8Array(0),
    },
    { treeId: m.treeId },
  );
  return decode(fileBasicInformation, reply.body!.buffer);
}

async function closeWithTimes(m: Mount, fileId: FileId): Promise<CloseResponse> {
  return (
    await m.client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 1, fileId }, { treeId: m.treeId })
  ).body!;
}

const setTimes = (m: Mount, fileId: FileId, lastWriteTime: bigint, changeTime = 0n) =>
  setFileInfo(
    m,
    fileId,
    FileInformationClass.FileBasicInformation,
    encode(fileBasicInformation, {
      creationTime: 0n,
      lastAccessTime: 0n,
      lastWriteTime,
      changeTime,
      fileAttributes: 0,
    }),
  );

async function opened(h: Harness) {
  const m = await mount(await h.logOn());
  const { fileId, lastWriteTime } = await create(m, 'f');
  return { m, fileId, made: lastWriteTime };
}

test('a write shows its time two seconds later, and another one when the file is closed [MS-FSA 2.1.4.17]', async (t) => {
  const h = startServer();
  const { m, fileId, made } = await opened(h);
  await h.advance(1000);
  await write(m, fileId, 'a');
  t.is((await basic(m, fileId)).lastWriteTime, made);
  await h.advance(2000);
  const shown = (await basic(m, fileId)).lastWriteTime;
  t.true(shown > made);
  await write(m, fileId, 'b');
  await h.advance(3000);
  t.is((await basic(m, fileId)).lastWriteTime, shown);
  t.not((await closeWithTimes(m, fileId)).lastWriteTime, shown);
});

test('a time that was set is not moved by writes, not even when the file is closed [MS-FSCC 2.4.7]', async (t) => {
  const h = startServer();
  const { m, fileId } = await opened(h);
  const set = 130_000_000_000_000_000n;
  await setTimes(m, fileId, set);
  await write(m, fileId, 'a');
  await h.advance(3000);
  t.is((await basic(m, fileId)).lastWriteTime, set);
  t.is((await closeWithTimes(m, fileId)).lastWriteTime, set);
  t.is((await create(m, 'f')).lastWriteTime, set);
});

test('-1 stops updates of the write time, -2 lets them go on [MS-FSCC 2.4.7]', async (t) => {
  const h = startServer();
  const { m, fileId, made } = await opened(h);
  await setTimes(m, fileId, 0xffff_ffff_ffff_ffffn);
  await h.advance(1000);
  await write(m, fileId, 'a');
  await h.advance(3000);
  t.is((await basic(m, fileId)).lastWriteTime, made);
  await setTimes(m, fileId, 0xffff_ffff_ffff_fffen);
  t.true((await basic(m, fileId)).lastWriteTime > made);
});

test('a change time that was set shows until the file changes', async (t) => {
  const h = startServer();
  const { m, fileId } = await opened(h);
  const set = 130_000_000_000_000_000n;
  await setTimes(m, fileId, 0n, set);
  t.is((await basic(m, fileId)).changeTime, set);
  await h.advance(5000);
  await setTimes(m, fileId, set + SECOND);
  t.not((await basic(m, fileId)).changeTime, 0n);
});

test('a change time that was set, or stopped, is not moved by what the same open changes [MS-FSA 2.1.5.15.2]', async (t) => {
  let now = 0n;
  const h = startServer({}, { vfs: createMemoryVfs({ now: () => ++now * 1_000_000n }) });
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'f');
  const set = (changeTime: bigint, fileAttributes = 0): Promise<void> =>
    setFileInfo(
      m,
      fileId,
      FileInformationClass.FileBasicInformation,
      encode(fileBasicInformation, {
        creationTime: 0n,
        lastAccessTime: 0n,
        lastWriteTime: 0n,
        changeTime,
        fileAttributes,
      }),
    );
  const time = 133_000_000_000_000_000n;
  await set(time);
  await set(0n, 2);
  await write(m, fileId, 'x');
  t.is((await basic(m, fileId)).changeTime, time);
  const other = await create(m, 'f');
  await write(m, other.fileId, 'y');
  t.not((await basic(m, fileId)).changeTime, time, 'others move it');

  await set(0xffff_ffff_ffff_ffffn);
  const { changeTime } = await basic(m, fileId);
  await set(0n, 1);
  t.is((await basic(m, fileId)).changeTime, changeTime);
  await set(0xffff_ffff_ffff_fffen);
  await set(0n, 2);
  t.not((await basic(m, fileId)).changeTime, changeTime);
});
