import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  FileAttributes,
  FileInformationClass,
  FileSystemAttributes,
  FsInformationClass,
  fileAllInformation,
  fileBasicInformation,
  fileFsAttributeInformation,
  fileFsFullSizeInformation,
  fileFsSizeInformation,
  fileFsVolumeInformation,
  fileIdInformation,
  fileInternalInformation,
  NtStatus,
  queryOnDiskIdResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, VfsError, type VfsHandle, type VfsStat } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { startServer } from './harness.ts';
import { create, list, type Mount, mount, queryInfo, setFileInfo, statusOf } from './requests.ts';

// What is mounted inside a share: its files' inodes are the root's too, it has room of its own, and
// it keeps less.

const ID = 0x4123_4567_0000_0000n;
const { STATUS_NOT_SUPPORTED, STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS } = NtStatus;
const OPEN = { createDisposition: 1 };

function mountedStat(stat: VfsStat): VfsStat {
  return { ...stat, fileId: stat.inode ^ ID };
}

/**
 * A memory file system in which `m` and all below is another one, without anything that xattrs
 * would be needed for.
 */
function withMount(): Vfs {
  const root = createMemoryVfs();
  const features = { ...root.features, dosAttributes: false, streams: false, securityDescriptors: false };
  const refuses = (): never => {
    throw new VfsError('not-supported');
  };
  const mounted = (handle: VfsHandle): VfsHandle => {
    const own: Partial<Record<keyof VfsHandle, unknown>> = {
      features: { ...features, extendedAttributes: false },
      statFs: () => ({
        ...root.statFs(),
        totalBytes: 4096n * 1000n,
        freeBytes: 4096n * 20n,
        availableBytes: 4096n * 10n,
      }),
      stat: () => mountedStat(handle.stat() as VfsStat),
      list: async () => {
        const cursor = await handle.list();
        return {
          next: async (max: number) =>
            (await cursor.next(max)).map((entry) => ({ ...entry, stat: mountedStat(entry.stat) })),
          close: () => cursor.close(),
        };
      },
      setSecurityDescriptor: refuses,
      setEa: refuses,
      setStream: refuses,
    };
    return new Proxy(handle, {
      get(target, name) {
        if (name in own) return own[name as keyof VfsHandle];
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return {
    features: root.features,
    statFs: () => root.statFs(),
    dispose: () => root.dispose(),
    open: (path, options) => {
      const opened = root.open(path, options);
      return path[0] === 'm' ? { ...opened, handle: mounted(opened.handle) } : opened;
    },
  };
}

async function start(): Promise<Mount> {
  const m = await mount(await startServer({}, { vfs: withMount() }).logOn());
  await create(m, 'm', { createOptions: 1 });
  return m;
}

const basic = (fileAttributes: number): Uint8Array =>
  encode(fileBasicInformation, {
    creationTime: 0n,
    lastAccessTime: 0n,
    lastWriteTime: 0n,
    changeTime: 0n,
    fileAttributes,
  });

test('a file has one id whichever way it is asked for, and none of the root’s [MS-FSCC 2.1.9]', async (t) => {
  const m = await start();
  const above = await create(m, 'f', { createContexts: [{ name: 'QFid', data: new Uint8Array(0) }] });
  const below = await create(m, 'm\\f', { createContexts: [{ name: 'QFid', data: new Uint8Array(0) }] });
  const ids = async ({ fileId, createContexts }: typeof above, folder: string) => {
    const wide = decode(fileIdInformation, await queryInfo(m, fileId, FileInformationClass.FileIdInformation)).fileId;
    t.is(new DataView(wide.buffer, wide.byteOffset).getBigUint64(8, true), 0n);
    return [
      decode(fileInternalInformation, await queryInfo(m, fileId, FileInformationClass.FileInternalInformation))
        .indexNumber,
      decode(fileAllInformation, await queryInfo(m, fileId, FileInformationClass.FileAllInformation)).indexNumber,
      new DataView(wide.buffer, wide.byteOffset).getBigUint64(0, true),
      decode(queryOnDiskIdResponse, createContexts.find(({ name }) => name === 'QFid')!.data).diskFileId,
      (await list(m, folder)).find(({ fileName }) => fileName === 'f')!.fileId,
    ];
  };
  const idBelow = new Set(await ids(below, 'm'));
  const idAbove = new Set(await ids(above, ''));
  t.is(idAbove.size, 1);
  t.is(idBelow.size, 1);
  t.is([...idBelow][0]! & ID, ID);
  t.not([...idBelow][0], [...idAbove][0]);
});

test('room below a mount point is never the root’s, and the volume is the share’s everywhere [MS-FSCC 2.5]', async (t) => {
  const m = await start();
  const volumes = new Set<number>();
  for (const [name, total, available] of [
    ['f', 2n ** 40n / 4096n, 2n ** 40n / 4096n],
    ['m\\f', 1000n, 10n],
  ] as const) {
    const { fileId } = await create(m, name);
    const ask = (infoClass: number) => queryInfo(m, fileId, infoClass, 2);
    const size = decode(fileFsSizeInformation, await ask(FsInformationClass.FileFsSizeInformation));
    t.deepEqual([size.totalAllocationUnits, size.availableAllocationUnits], [total, available]);
    const full = decode(fileFsFullSizeInformation, await ask(FsInformationClass.FileFsFullSizeInformation));
    t.deepEqual([full.totalAllocationUnits, full.callerAvailableAllocationUnits], [total, available]);
    const volume = decode(fileFsVolumeInformation, await ask(FsInformationClass.FileFsVolumeInformation));
    volumes.add(volume.volumeSerialNumber);
  }
  t.is(volumes.size, 1);
});

test('attributes that would be lost are refused, never said to be set; those that the file shows are not', async (t) => {
  const m = await start();
  const { fileId, fileAttributes } = await create(m, 'm\\f', { fileAttributes: FileAttributes.HIDDEN });
  t.is(fileAttributes, FileAttributes.ARCHIVE, 'what CREATE could not keep it does not show');
  const set = (attributes: number) =>
    statusOf(setFileInfo(m, fileId, FileInformationClass.FileBasicInformation, basic(attributes)));
  const { READONLY, HIDDEN, SYSTEM, ARCHIVE, NORMAL, TEMPORARY } = FileAttributes;
  for (const lost of [READONLY, HIDDEN, SYSTEM, ARCHIVE | HIDDEN]) t.is(await set(lost), STATUS_NOT_SUPPORTED);
  for (const shown of [ARCHIVE, NORMAL, ARCHIVE | TEMPORARY]) t.is(await set(shown), STATUS_SUCCESS);
  const now = decode(fileBasicInformation, await queryInfo(m, fileId, FileInformationClass.FileBasicInformation));
  t.is(now.fileAttributes, ARCHIVE);
  const above = await create(m, 'f');
  const hidden = setFileInfo(m, above.fileId, FileInformationClass.FileBasicInformation, basic(HIDDEN));
  t.is(await statusOf(hidden), STATUS_SUCCESS);
});

test('where no streams are kept, none is promised, and no file is left behind for one', async (t) => {
  const m = await start();
  const { fileId } = await create(m, 'm\\f');
  for (const name of ['m\\f:s', 'm\\new:s']) t.is(await statusOf(create(m, name)), STATUS_OBJECT_NAME_INVALID);
  t.is(await statusOf(create(m, 'm\\new', OPEN)), STATUS_OBJECT_NAME_NOT_FOUND);
  const kept = async (id: typeof fileId) => {
    const bytes = await queryInfo(m, id, FsInformationClass.FileFsAttributeInformation, 2);
    return decode(fileFsAttributeInformation, bytes).fileSystemAttributes;
  };
  const { NAMED_STREAMS, PERSISTENT_ACLS, SUPPORTS_EXTENDED_ATTRIBUTES } = FileSystemAttributes;
  const promises = NAMED_STREAMS | PERSISTENT_ACLS | SUPPORTS_EXTENDED_ATTRIBUTES;
  t.is((await kept(fileId)) & promises, 0);
  t.is((await kept((await create(m, 'f')).fileId)) & promises, promises);
});
