import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type FileId,
  FsctlCode,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  srvCopychunkCopy,
  srvCopychunkResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, createPosixVfs, type Vfs, VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { startServer } from './harness.ts';
import { create, type Mount, mount, statusOf } from './requests.ts';

/** A back end whose handles somebody has put others around. */
function wrapped(inner: Vfs, around: (handle: VfsHandle) => VfsHandle): Vfs {
  return {
    features: inner.features,
    statFs: () => inner.statFs(),
    dispose: () => inner.dispose(),
    open: async (path, options) => {
      const opened = await inner.open(path, options);
      return { ...opened, handle: around(opened.handle) };
    },
  };
}

/** As embedders write it: all is the inner handle's, but for what is said otherwise. */
function proxied(handle: VfsHandle, otherwise: Partial<Record<keyof VfsHandle, unknown>> = {}): VfsHandle {
  return new Proxy(handle, {
    get(target, name) {
      if (name in otherwise) return otherwise[name as keyof VfsHandle];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const refuse = (): never => {
  throw new VfsError('not-supported');
};

const BACK_ENDS: Readonly<Record<string, (t: ExecutionContext) => Vfs>> = {
  'a wrapped memory back end': () => wrapped(createMemoryVfs(), (handle) => proxied(handle)),
  'a wrapped folder': (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-copy-'));
    t.teardown(() => rmSync(root, { recursive: true }));
    return wrapped(createPosixVfs({ root }), (handle) => proxied(handle));
  },
  'one without copyTo': () => wrapped(createMemoryVfs(), (handle) => proxied(handle, { copyTo: undefined })),
  'one that refuses it': () => wrapped(createMemoryVfs(), (handle) => proxied(handle, { copyTo: refuse })),
  'one that refuses it later': () =>
    wrapped(createMemoryVfs(), (handle) => proxied(handle, { copyTo: async () => refuse() })),
};

async function copy(m: Mount, from: FileId, to: FileId, chunks: [number, number, number][]) {
  const body = { maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, output: new Uint8Array(0) };
  const key = { ...body, ctlCode: FsctlCode.SRV_REQUEST_RESUME_KEY, fileId: from, input: new Uint8Array(0) };
  const options = { treeId: m.treeId };
  const answer = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, key, options);
  const input = encode(srvCopychunkCopy, {
    sourceKey: answer.body!.output.subarray(0, 24),
    chunks: chunks.map(([sourceOffset, targetOffset, length]) => ({
      sourceOffset: BigInt(sourceOffset),
      targetOffset: BigInt(targetOffset),
      length,
    })),
  });
  const request = { ...body, ctlCode: FsctlCode.SRV_COPYCHUNK_WRITE, fileId: to, input };
  const done = await m.client.request(Command.IOCTL, ioctlRequest, ioctlResponse, request, options);
  return decode(srvCopychunkResponse, done.body!.output);
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

/** All bytes of a file or stream, past the server. */
async function bytesOf(vfs: Vfs, name: string, stream?: string): Promise<Buffer> {
  const { handle } = await vfs.open([name], { disposition: 'open', kind: 'file', data: 'read' });
  const into = new Uint8Array(Number((await handle.stat()).size));
  if (stream === undefined) await handle.read(into, 0);
  const found = stream === undefined ? into : (await handle.getStream(stream))!;
  await handle.close();
  return Buffer.from(found);
}

async function put(vfs: Vfs, name: string, bytes: Uint8Array): Promise<void> {
  const { handle } = await vfs.open([name], { disposition: 'open-or-create', kind: 'file', data: 'read-write' });
  await handle.write(bytes, 0);
  await handle.close();
}

for (const [what, start] of Object.entries(BACK_ENDS)) {
  test(`${what}: a server-side copy never leaves an empty target behind [MS-SMB2 3.3.5.15.6]`, async (t) => {
    const vfs = start(t);
    const h = startServer({}, { vfs });
    const m = await mount(await h.logOn());
    const bytes = pattern(300_001);
    await put(vfs, 'from', bytes);
    const [from, to] = [await create(m, 'from'), await create(m, 'to')];
    const done = await copy(m, from.fileId, to.fileId, [
      [0, 0, 200_000],
      [200_000, 200_000, 100_001],
    ]);
    t.deepEqual(done, { chunksWritten: 2, chunkBytesWritten: 0, totalBytesWritten: 300_001 });
    t.true((await bytesOf(vfs, 'to')).equals(bytes));
    // Ranges of one file that overlap, either way: longer than what is read at a time.
    for (const [source, target] of [
      [0, 50_000],
      [50_000, 0],
    ] as const) {
      await put(vfs, 'one', bytes);
      const one = await create(m, 'one');
      const again = await create(m, 'one');
      await copy(m, one.fileId, again.fileId, [[source, target, 200_000]]);
      const wanted = Buffer.from(bytes);
      wanted.copyWithin(target, source, source + 200_000);
      t.true((await bytesOf(vfs, 'one')).equals(wanted), `${source} to ${target}`);
    }
    t.deepEqual(h.errors, []);
  });
}

test('a file is copied to a stream, and a stream to a file', async (t) => {
  const vfs = createMemoryVfs();
  const h = startServer({}, { vfs });
  const m = await mount(await h.logOn());
  const bytes = pattern(10_000);
  await put(vfs, 'from', bytes);
  const [file, stream, other] = [await create(m, 'from'), await create(m, 'x:s'), await create(m, 'to')];
  await copy(m, file.fileId, stream.fileId, [[0, 0, 10_000]]);
  t.true((await bytesOf(vfs, 'x', 's')).equals(bytes));
  await copy(m, stream.fileId, other.fileId, [[0, 0, 10_000]]);
  t.true((await bytesOf(vfs, 'to')).equals(bytes));
  t.deepEqual(h.errors, []);
});

test('bytes that are locked while a copy is under way are never written over [MS-FSA 2.1.4.10]', async (t) => {
  let whenRead: ((offset: number) => Promise<void>) | undefined;
  const vfs = wrapped(createMemoryVfs(), (handle) =>
    proxied(handle, {
      copyTo: undefined,
      read: async (into: Uint8Array, offset: number) => {
        await whenRead?.(offset);
        return handle.read(into, offset);
      },
    }),
  );
  const m = await mount(await startServer({}, { vfs }).logOn());
  const other = await mount(m.client);
  await put(vfs, 'from', pattern(300_000));
  await put(vfs, 'to', new Uint8Array(300_000));
  const [from, to] = [await create(m, 'from'), await create(m, 'to')];
  const holder = await create(other, 'to');
  const locks = [{ offset: 200_000n, length: 10n, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY }];
  whenRead = async (offset) => {
    if (offset !== 65_536) return;
    const lock = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: holder.fileId, locks };
    await other.client.request(Command.LOCK, lockRequest, lockResponse, lock, { treeId: other.treeId });
  };
  const status = await statusOf(copy(m, from.fileId, to.fileId, [[0, 0, 300_000]]));
  t.is(status, NtStatus.STATUS_FILE_LOCK_CONFLICT);
  whenRead = undefined;
  const now = await bytesOf(vfs, 'to');
  t.true(now.subarray(196_608).every((byte) => byte === 0));
});
