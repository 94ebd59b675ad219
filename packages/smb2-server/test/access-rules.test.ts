import { decode, encode, parseSddl, SdControl, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  Command,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  decodeDirectory,
  FileAttributes,
  type FileId,
  FileInformationClass,
  fileAccessInformation,
  fileRenameInformation,
  NtStatus,
  ntStatusName,
  OplockLevel,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import { settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, setFileInfo, statusOf } from './requests.ts';
import {
  ALICE,
  BACK_ENDS,
  type BackEnd,
  BOB,
  describe,
  type Kind,
  makeWorld,
  type Placing,
  place,
  READ_ONLY_SHARES,
  type Subject,
  snapshot,
  type World,
} from './tables/world.ts';

const { FILE_ALL_ACCESS, FILE_GENERIC_READ, MAXIMUM_ALLOWED, DELETE, FILE_DELETE_CHILD, FILE_TRAVERSE } = AccessMask;
const { FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, FILE_READ_DATA, FILE_ADD_FILE } = AccessMask;
const OPEN = { createDisposition: CreateDisposition.OPEN };
const GROUP = 'S-1-5-21-1-2-3-513';
const EVERYONE = 'S-1-1-0';

/** Runs the same on both back ends. */
function rule(title: string, run: (t: ExecutionContext, world: World) => Promise<void>, share = {}): void {
  for (const backEnd of BACK_ENDS) {
    test(`${backEnd}: ${title}`, async (t) => {
      const world = await makeWorld(backEnd as BackEnd, share);
      await run(t, world);
      t.deepEqual(world.h.errors, []);
      await world.end();
    });
  }
}

/** The CREATE ends so, and nothing of the subject's folder is another than before. */
async function refuses(
  t: ExecutionContext,
  world: World,
  subject: Subject,
  expected: number,
  name: string,
  request: Partial<CreateRequest>,
): Promise<void> {
  const before = await snapshot(world, subject);
  const status = await statusOf(create(world.alice, name, request).then(({ fileId }) => close(world.alice, fileId)));
  t.is(ntStatusName(status), ntStatusName(expected), name);
  t.is(await snapshot(world, subject), before, `${name}: something changed`);
}

rule('a stream made on a file gives no right to the file that its descriptor does not give', async (t, world) => {
  for (const kind of ['file', 'folder', 'root'] as const) {
    for (const mask of [FILE_GENERIC_READ, 0]) {
      for (const createDisposition of [0, 2, 3, 5]) {
        const subject = await place(world, kind, { mask, folderMask: FILE_ALL_ACCESS & ~FILE_DELETE_CHILD });
        for (const desiredAccess of [AccessMask.WRITE_DAC, FILE_READ_ATTRIBUTES, FILE_READ_DATA, MAXIMUM_ALLOWED]) {
          const request = { createDisposition, desiredAccess };
          await refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, `${subject.name}:z`, request);
        }
      }
    }
  }
});

rule('a new stream of a file that is there gives the rights to that file, no more', async (t, world) => {
  const mask = FILE_GENERIC_READ | AccessMask.FILE_WRITE_DATA;
  const subject = await place(world, 'file', { mask });
  for (const createDisposition of [0, 2, 3, 5]) {
    const request = { createDisposition, desiredAccess: MAXIMUM_ALLOWED };
    const { fileId } = await create(world.alice, `${subject.name}:z${createDisposition}`, request);
    t.is(await granted(world.alice, fileId), mask);
  }
});

rule('a stream of a file that is made for it may be used for everything, as a new file may', async (t, world) => {
  const subject = await place(world, 'file', { mask: 0 });
  const { fileId } = await create(world.alice, `${subject.folder}n:z`, { desiredAccess: FILE_ALL_ACCESS });
  t.is(await granted(world.alice, fileId), FILE_ALL_ACCESS);
});

async function granted(m: Mount, fileId: FileId): Promise<number> {
  const request = {
    infoType: 1,
    fileInfoClass: FileInformationClass.FileAccessInformation,
    additionalInformation: 0,
    fileId,
    flags: 0,
    outputBufferLength: 4,
    inputBuffer: new Uint8Array(0),
  };
  const { body } = await m.client.request(Command.QUERY_INFO, queryInfoRequest, queryInfoResponse, request, {
    treeId: m.treeId,
  });
  return decode(fileAccessInformation, body!.buffer).accessFlags;
}

const DELETES = { ...OPEN, createOptions: CreateOptions.DELETE_ON_CLOSE };

rule(
  'FILE_DELETE_ON_CLOSE without DELETE by name is refused, MAXIMUM_ALLOWED included [MS-FSA 2.1.5.1]',
  async (t, world) => {
    for (const kind of ['file', 'stream', 'folder', 'root'] as const) {
      const subject = await place(world, kind, { mask: FILE_ALL_ACCESS });
      for (const desiredAccess of [MAXIMUM_ALLOWED, FILE_READ_ATTRIBUTES, FILE_ALL_ACCESS & ~DELETE]) {
        const request = { ...DELETES, desiredAccess };
        await refuses(t, world, subject, NtStatus.STATUS_INVALID_PARAMETER, subject.name, request);
      }
      const made = { ...DELETES, createDisposition: CreateDisposition.CREATE, desiredAccess: MAXIMUM_ALLOWED };
      await refuses(t, world, subject, NtStatus.STATUS_INVALID_PARAMETER, `${subject.folder}new`, made);
    }
  },
);

rule('MAXIMUM_ALLOWED beside DELETE deletes only what the user may delete', async (t, world) => {
  for (const kind of ['file', 'stream'] as const) {
    const subject = await place(world, kind, { mask: FILE_ALL_ACCESS & ~DELETE });
    const request = { ...DELETES, desiredAccess: MAXIMUM_ALLOWED | DELETE };
    await refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, subject.name, request);
  }
});

rule('a read-only file is not made to be deleted [MS-FSA 2.1.5.1.1]', async (t, world) => {
  const subject = await place(world, 'file', { mask: 0 });
  for (const name of ['new', 'new:z']) {
    const request = { ...DELETES, createDisposition: 2, fileAttributes: FileAttributes.READONLY };
    await refuses(t, world, subject, NtStatus.STATUS_CANNOT_DELETE, subject.folder + name, request);
  }
});

rule(
  'the read-only attribute is ignored for an open that could clear it, and for no other [MS-FSCC 2.4.12]',
  async (t, world) => {
    const placing = { mask: FILE_ALL_ACCESS, attributes: FileAttributes.READONLY };
    const { FileDispositionInformationEx } = FileInformationClass;
    for (const [desiredAccess, flags, expected] of [
      [DELETE | FILE_WRITE_ATTRIBUTES, 0x11, 'STATUS_SUCCESS'],
      [DELETE, 0x11, 'STATUS_CANNOT_DELETE'],
      [DELETE | FILE_WRITE_ATTRIBUTES, 0x01, 'STATUS_CANNOT_DELETE'],
      [DELETE, 0x19, 'STATUS_CANNOT_DELETE'],
    ] as const) {
      const subject = await place(world, 'file', placing);
      const { fileId } = await create(world.alice, subject.name, { ...OPEN, desiredAccess });
      const buffer = Uint8Array.from([flags, 0, 0, 0]);
      const status = await statusOf(setFileInfo(world.alice, fileId, FileDispositionInformationEx, buffer));
      t.is(ntStatusName(status), expected);
    }
  },
);

rule("the share's root is never deleted", async (t, world) => {
  const root = await place(world, 'root', { mask: FILE_ALL_ACCESS });
  for (const desiredAccess of [DELETE, AccessMask.GENERIC_ALL, FILE_ALL_ACCESS]) {
    await refuses(t, world, root, NtStatus.STATUS_CANNOT_DELETE, '', { ...DELETES, desiredAccess });
  }
  const { fileId } = await create(world.alice, '', OPEN);
  for (const [fileInfoClass, bytes] of [
    [FileInformationClass.FileDispositionInformation, [1]],
    [FileInformationClass.FileDispositionInformationEx, [1, 0, 0, 0]],
    [FileInformationClass.FileDispositionInformationEx, [9, 0, 0, 0]],
  ] as const) {
    const status = await statusOf(setFileInfo(world.alice, fileId, fileInfoClass, Uint8Array.from(bytes)));
    t.is(ntStatusName(status), 'STATUS_CANNOT_DELETE');
  }
  await close(world.alice, fileId);
  await t.notThrowsAsync(create(await mount(await world.h.logOn({}, 'bob')), '', OPEN));
});

rule(
  'a read-only file is neither written, overwritten, deleted nor given a stream [MS-FSA 2.1.5.1.2.1]',
  async (t, world) => {
    const placing: Placing = { mask: FILE_ALL_ACCESS, attributes: FileAttributes.READONLY };
    for (const kind of ['file', 'stream'] as const) {
      const subject = await place(world, kind, placing);
      const denied = (name: string, request: Partial<CreateRequest>) =>
        refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, name, request);
      await denied(subject.name, { ...OPEN, desiredAccess: AccessMask.FILE_WRITE_DATA });
      await denied(subject.name, { ...OPEN, desiredAccess: AccessMask.FILE_APPEND_DATA });
      for (const createDisposition of [0, 4, 5]) {
        await denied(subject.name, { createDisposition, desiredAccess: FILE_READ_DATA });
      }
      await refuses(t, world, subject, NtStatus.STATUS_CANNOT_DELETE, subject.name, {
        ...DELETES,
        desiredAccess: DELETE,
      });
      const { fileId } = await create(world.alice, subject.name, { ...OPEN, desiredAccess: MAXIMUM_ALLOWED });
      const lost = AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA | FILE_DELETE_CHILD;
      t.is(await granted(world.alice, fileId), FILE_ALL_ACCESS & ~lost);
    }
    const file = await place(world, 'file', placing);
    const request = { createDisposition: CreateDisposition.CREATE, desiredAccess: FILE_READ_DATA };
    await refuses(t, world, file, NtStatus.STATUS_ACCESS_DENIED, `${file.name}:z`, request);
    const folder = await place(world, 'folder', placing);
    await refuses(t, world, folder, NtStatus.STATUS_CANNOT_DELETE, folder.name, { ...DELETES, desiredAccess: DELETE });
    await t.notThrowsAsync(create(world.alice, `${folder.name}:z`, request), 'on a folder the attribute says nothing');
  },
);

rule(
  'a hidden or system file is overwritten only by a client that says that it is one [MS-FSA 2.1.5.1.2]',
  async (t, world) => {
    for (const bit of [FileAttributes.HIDDEN, FileAttributes.SYSTEM]) {
      const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS, attributes: bit });
      for (const createDisposition of [0, 4, 5]) {
        const request = { createDisposition, fileAttributes: FileAttributes.ARCHIVE };
        await refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, subject.name, request);
      }
      const said = { createDisposition: CreateDisposition.OVERWRITE, fileAttributes: bit };
      await t.notThrowsAsync(create(world.alice, subject.name, said));
    }
  },
);

rule('an overwritten file that is opened with MAXIMUM_ALLOWED may be written', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
  const request = { createDisposition: CreateDisposition.OVERWRITE, desiredAccess: MAXIMUM_ALLOWED };
  const { fileId } = await create(world.alice, subject.name, request);
  t.is(await granted(world.alice, fileId), FILE_ALL_ACCESS);
});

rule(
  'the folder gives two rights to what is in it: FILE_DELETE_CHILD to delete, FILE_LIST_DIRECTORY to see attributes',
  async (t, world) => {
    for (const kind of ['file', 'stream', 'folder'] as const) {
      for (const [folderMask, right] of [
        [FILE_DELETE_CHILD, DELETE],
        [FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES],
      ] as const) {
        const subject = await place(world, kind, { mask: 0, folderMask });
        const one = await create(world.alice, subject.name, { ...OPEN, desiredAccess: right });
        t.is(await granted(world.alice, one.fileId), right);
        const most = await create(world.alice, subject.name, { ...OPEN, desiredAccess: MAXIMUM_ALLOWED });
        t.is(await granted(world.alice, most.fileId), right);
        const more = { ...OPEN, desiredAccess: right | FILE_READ_DATA };
        await refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, subject.name, more);
      }
    }
  },
);

rule('the root has no folder in the share that would give rights to it', async (t, world) => {
  const root = await place(world, 'root', { mask: FILE_DELETE_CHILD | FILE_LIST_DIRECTORY });
  for (const desiredAccess of [DELETE, FILE_READ_ATTRIBUTES]) {
    await refuses(t, world, root, NtStatus.STATUS_ACCESS_DENIED, '', { ...OPEN, desiredAccess });
  }
});

rule('ACCESS_SYSTEM_SECURITY is nobody’s, and a file that is made for it is not made', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
  for (const name of [subject.name, `${subject.folder}new`, `${subject.name}:z`]) {
    for (const desiredAccess of [
      AccessMask.ACCESS_SYSTEM_SECURITY,
      AccessMask.ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED,
    ]) {
      await refuses(t, world, subject, NtStatus.STATUS_PRIVILEGE_NOT_HELD, name, { desiredAccess });
    }
  }
});

rule('a right that is taken away while a CREATE waits for a break is not granted after it', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
  const bob = await mount(await world.h.logOn({}, 'bob'));
  const held = await create(bob, subject.name, { ...OPEN, requestedOplockLevel: OplockLevel.BATCH });
  t.is(held.oplockLevel, OplockLevel.BATCH);
  const waits = statusOf(create(world.alice, subject.name, OPEN));
  await settle();
  await describe(world.vfs, subject.path, FILE_GENERIC_READ);
  await close(bob, held.fileId);
  t.is(ntStatusName(await waits), 'STATUS_ACCESS_DENIED');
  await t.notThrowsAsync(create(bob, subject.name, { ...OPEN, shareAccess: 0 }), 'nothing of it is left');
});

const sd = (text: string): Uint8Array => encode(securityDescriptor, parseSddl(text));
const secD = (data: Uint8Array): Partial<CreateRequest> => ({ createContexts: [{ name: 'SecD', data }] });

rule(
  'a file is made for its maker or a group of his, and without rules of audit [MS-DTYP 2.5.3.4.1]',
  async (t, world) => {
    const subject = await place(world, 'file', { mask: 0 });
    for (const owner of [BOB, 'S-1-5-18', 'S-1-5-32-544', 'S-1-5-21-1-2-3-514']) {
      for (const name of ['new', 'new:z']) {
        const request = secD(sd(`O:${owner}D:(A;;FA;;;WD)`));
        await refuses(t, world, subject, NtStatus.STATUS_INVALID_OWNER, subject.folder + name, request);
      }
      const folder = { ...secD(sd(`O:${owner}D:(A;;FA;;;WD)`)), createOptions: CreateOptions.DIRECTORY_FILE };
      await refuses(t, world, subject, NtStatus.STATUS_INVALID_OWNER, `${subject.folder}new`, folder);
    }
    const audit = secD(sd(`O:${ALICE}D:(A;;FA;;;WD)S:(AU;SA;FA;;;WD)`));
    await refuses(t, world, subject, NtStatus.STATUS_ACCESS_DENIED, `${subject.folder}new`, audit);
    for (const [i, owner] of [ALICE, GROUP].entries()) {
      const request = secD(sd(`O:${owner}D:(A;;FA;;;WD)`));
      await t.notThrowsAsync(create(world.alice, `${subject.folder}new${i}`, request));
    }
  },
);

async function setSecurity(m: Mount, fileId: FileId, parts: number, buffer: Uint8Array): Promise<number> {
  const request = { infoType: 3, fileInfoClass: 0, additionalInformation: parts, fileId, buffer };
  return statusOf(m.client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, request, { treeId: m.treeId }));
}

async function stored({ vfs }: World, { path }: Subject): Promise<SecurityDescriptor> {
  const { handle } = await vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
  const bytes = await handle.getSecurityDescriptor();
  await handle.close();
  return decode(securityDescriptor, bytes!);
}

rule('an owner is the user who sets it or a group of his, or stays [MS-FSA 2.1.5.17]', async (t, world) => {
  for (const [owner, expected] of [
    [BOB, 'STATUS_SUCCESS'],
    ['S-1-5-21-1-2-3-1002', 'STATUS_INVALID_OWNER'],
    ['S-1-5-32-544', 'STATUS_INVALID_OWNER'],
    [undefined, 'STATUS_INVALID_OWNER'],
    [ALICE, 'STATUS_SUCCESS'],
    [GROUP, 'STATUS_SUCCESS'],
    [EVERYONE, 'STATUS_SUCCESS'],
  ] as const) {
    const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
    const { fileId } = await create(world.alice, subject.name, OPEN);
    const given = encode(securityDescriptor, { control: 0x8000, ...(owner !== undefined && { owner }) });
    t.is(ntStatusName(await setSecurity(world.alice, fileId, 1, given)), expected, owner);
    const after = await stored(world, subject);
    t.is(after.owner, expected === 'STATUS_SUCCESS' ? owner : BOB);
    t.is(after.dacl!.aces.length, 2, 'the other parts are left alone');
  }
});

rule('what is said of no part of a descriptor changes nothing of it', async (t, world) => {
  const given = sd(`O:${ALICE}G:${ALICE}D:(A;;FA;;;WD)`);
  for (const mask of [FILE_GENERIC_READ, FILE_ALL_ACCESS]) {
    for (const kind of ['file', 'stream', 'folder', 'root'] as const) {
      // Flags of lists that are not named, and bits that mean nothing. [MS-SMB2] 2.2.39
      for (const parts of [
        0, 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000, 0xf000_0000, 0x80, 0x100, 0x0f00_0000,
      ]) {
        const subject = await place(world, kind, { mask });
        const { fileId } = await create(world.alice, subject.name, { ...OPEN, desiredAccess: mask });
        const before = await snapshot(world, subject);
        t.is(await setSecurity(world.alice, fileId, parts >>> 0, given), NtStatus.STATUS_SUCCESS);
        t.is(await snapshot(world, subject), before, `0x${(parts >>> 0).toString(16)}`);
      }
    }
  }
});

rule('a file without a descriptor gets none when no part is set', async (t, world) => {
  const { fileId } = await create(world.alice, 'plain', { createDisposition: CreateDisposition.CREATE });
  for (const parts of [0, 0x10, 0x20, 0x8000_0000]) {
    t.is(await setSecurity(world.alice, fileId, parts, sd(`O:${ALICE}D:(A;;FA;;;${ALICE})`)), NtStatus.STATUS_SUCCESS);
  }
  const { handle } = await world.vfs.open(['plain'], { disposition: 'open', kind: 'any', data: 'none' });
  t.is(await handle.getSecurityDescriptor(), undefined);
  await handle.close();
});

rule('the protection of a DACL is set with the DACL alone', async (t, world) => {
  for (const flag of [0x2000_0000, 0x8000_0000]) {
    const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
    const { fileId } = await create(world.alice, subject.name, { ...OPEN, desiredAccess: AccessMask.WRITE_OWNER });
    const before = (await stored(world, subject)).control;
    const given = encode(securityDescriptor, { control: 0x8000, owner: ALICE });
    t.is(await setSecurity(world.alice, fileId, flag | 1, given), NtStatus.STATUS_SUCCESS);
    t.is((await stored(world, subject)).control, before);
  }
});

rule('a DACL that is set and not there is a NULL DACL, as on Windows', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
  const { fileId } = await create(world.alice, subject.name, OPEN);
  const none = encode(securityDescriptor, { control: 0x8000 });
  t.is(await setSecurity(world.alice, fileId, 4, none), NtStatus.STATUS_SUCCESS);
  t.is((await stored(world, subject)).dacl, null);
});

rule('a DACL is set with its protection, and the owner and group stay', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
  const { fileId } = await create(world.alice, subject.name, OPEN);
  const given = sd(`O:${ALICE}G:${ALICE}D:(A;;GR;;;WD)`);
  t.is(await setSecurity(world.alice, fileId, 0x2000_0004, given), NtStatus.STATUS_SUCCESS);
  let after = await stored(world, subject);
  t.is(after.control & SdControl.DACL_PROTECTED, 0);
  t.is(await setSecurity(world.alice, fileId, 0x8000_0004, given), NtStatus.STATUS_SUCCESS);
  after = await stored(world, subject);
  t.is(after.control & SdControl.DACL_PROTECTED, SdControl.DACL_PROTECTED);
  t.is(after.owner, BOB);
  t.is(after.group, BOB);
  t.is(after.dacl!.aces[0]!.mask, FILE_GENERIC_READ, 'generic rights are spelled out');
});

/** Gives the subject another name, or one more. */
async function move(
  world: World,
  subject: Subject,
  to: string,
  { link = false, replace = false } = {},
): Promise<number> {
  const open = { ...OPEN, desiredAccess: link ? AccessMask.SYNCHRONIZE : DELETE };
  const { fileId } = await create(world.alice, subject.name, open);
  const buffer = encode(fileRenameInformation, { replaceIfExists: replace, rootDirectory: 0n, fileName: to });
  const { FileLinkInformation, FileRenameInformation } = FileInformationClass;
  const status = await statusOf(
    setFileInfo(world.alice, fileId, link ? FileLinkInformation : FileRenameInformation, buffer),
  );
  await close(world.alice, fileId);
  return status;
}

for (const link of [false, true]) {
  const what = link ? 'a link' : 'a rename';

  rule(`${what} takes the right to add to the folder of the new name [MS-FSA 2.1.5.15]`, async (t, world) => {
    const kinds: readonly Kind[] = link ? ['file'] : ['file', 'folder'];
    for (const kind of kinds) {
      const right = kind === 'folder' ? AccessMask.FILE_ADD_SUBDIRECTORY : FILE_ADD_FILE;
      const subject = await place(world, kind, { mask: FILE_ALL_ACCESS });
      const there = await place(world, 'file', { mask: 0, folderMask: FILE_ALL_ACCESS & ~right });
      const before = await snapshot(world, there);
      t.is(ntStatusName(await move(world, subject, `${there.folder}new`, { link })), 'STATUS_ACCESS_DENIED');
      t.is(await snapshot(world, there), before);
      await describe(world.vfs, there.path.slice(0, 1), right | FILE_TRAVERSE);
      t.is(ntStatusName(await move(world, subject, `${there.folder}new`, { link })), 'STATUS_SUCCESS');
    }
  });

  rule(`${what} replaces only what the user may delete [MS-FSA 2.1.5.15]`, async (t, world) => {
    const cases: readonly (Placing & { expected: string })[] = [
      { mask: FILE_ALL_ACCESS & ~DELETE, expected: 'STATUS_ACCESS_DENIED' },
      { mask: FILE_ALL_ACCESS, attributes: FileAttributes.READONLY, expected: 'STATUS_ACCESS_DENIED' },
      { mask: DELETE, expected: 'STATUS_SUCCESS' },
      { mask: 0, folderMask: FILE_DELETE_CHILD | FILE_ADD_FILE, expected: 'STATUS_SUCCESS' },
    ];
    for (const { expected, ...placing } of cases) {
      const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS });
      const target = await place(world, 'file', placing);
      const before = await snapshot(world, target);
      t.is(ntStatusName(await move(world, subject, target.name, { link })), 'STATUS_OBJECT_NAME_COLLISION');
      t.is(ntStatusName(await move(world, subject, target.name, { link, replace: true })), expected);
      t.is((await snapshot(world, target)) === before, expected !== 'STATUS_SUCCESS');
    }
  });
}

rule('a folder never takes the place of another; that it has entries learns who may delete it', async (t, world) => {
  const cases: readonly (Placing & { expected: string; isEmpty?: boolean })[] = [
    { mask: FILE_ALL_ACCESS & ~DELETE, expected: 'STATUS_ACCESS_DENIED' },
    { mask: FILE_ALL_ACCESS, expected: 'STATUS_DIRECTORY_NOT_EMPTY' },
    {
      mask: 0,
      folderMask: FILE_DELETE_CHILD | AccessMask.FILE_ADD_SUBDIRECTORY,
      expected: 'STATUS_DIRECTORY_NOT_EMPTY',
    },
    { mask: FILE_ALL_ACCESS, isEmpty: true, expected: 'STATUS_ACCESS_DENIED' },
  ];
  for (const { expected, isEmpty = false, ...placing } of cases) {
    const subject = await place(world, 'folder', { mask: FILE_ALL_ACCESS });
    const file = await place(world, 'file', { mask: FILE_ALL_ACCESS });
    const target = await place(world, 'folder', placing);
    if (isEmpty) {
      const { handle } = await world.vfs.open([...target.path, 'entry'], {
        disposition: 'open',
        kind: 'any',
        data: 'none',
      });
      await handle.unlink();
      await handle.close();
    }
    const before = await snapshot(world, target);
    t.is(ntStatusName(await move(world, subject, target.name)), 'STATUS_OBJECT_NAME_COLLISION');
    t.is(ntStatusName(await move(world, subject, target.name, { replace: true })), expected);
    t.is(ntStatusName(await move(world, file, target.name, { replace: true })), 'STATUS_ACCESS_DENIED', 'by a file');
    t.is(await snapshot(world, target), before);
  }
});

rule('a user who may not change a file gives it no other name [MS-FSA 2.1.5.15.6]', async (t, world) => {
  const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS & ~FILE_WRITE_ATTRIBUTES });
  const before = await snapshot(world, subject);
  t.is(ntStatusName(await move(world, subject, `${subject.folder}new`, { link: true })), 'STATUS_ACCESS_DENIED');
  t.is(await snapshot(world, subject), before);
});

for (const [name, share] of Object.entries(READ_ONLY_SHARES)) {
  rule(
    `${name}: nothing gets another name there`,
    async (t, world) => {
      const subject = await place(world, 'file', { mask: FILE_ALL_ACCESS, folderMask: FILE_ALL_ACCESS });
      const before = await snapshot(world, subject);
      t.is(ntStatusName(await move(world, subject, `${subject.folder}new`, { link: true })), 'STATUS_ACCESS_DENIED');
      t.is(ntStatusName(await statusOf(move(world, subject, `${subject.folder}new`))), 'STATUS_ACCESS_DENIED');
      t.is(await snapshot(world, subject), before);
    },
    share,
  );
}

rule(
  'names that the user may not read are hidden from him where the share says so, and from nobody else',
  async (t, world) => {
    const subject = await place(world, 'folder', { mask: FILE_ALL_ACCESS });
    const list = async (m: Mount) => {
      const { fileId } = await create(m, subject.name, OPEN);
      return (await listed(m, fileId)).filter((name) => !name.startsWith('.'));
    };
    t.deepEqual(await list(world.alice), []);
    t.deepEqual(await list(await mount(await world.h.logOn({}, 'bob'))), ['entry']);
    for (const mask of [FILE_GENERIC_READ, FILE_GENERIC_READ & ~FILE_READ_DATA]) {
      await describe(world.vfs, [...subject.path, 'entry'], mask);
      t.deepEqual(await list(world.alice), mask === FILE_GENERIC_READ ? ['entry'] : []);
    }
  },
  { hideUnreadable: true },
);

rule(
  'files that the user may not write are hidden from him where the share says so; folders are not',
  async (t, world) => {
    const subject = await place(world, 'folder', { mask: FILE_ALL_ACCESS });
    const list = async () => {
      const { fileId } = await create(world.alice, subject.name, OPEN);
      return (await listed(world.alice, fileId)).filter((name) => !name.startsWith('.'));
    };
    const below = await place(world, 'folder', { mask: FILE_GENERIC_READ });
    t.deepEqual(await list(), []);
    await describe(world.vfs, [...subject.path, 'entry'], FILE_GENERIC_READ);
    t.deepEqual(await list(), []);
    await describe(world.vfs, [...subject.path, 'entry'], FILE_GENERIC_READ | AccessMask.FILE_WRITE_DATA);
    t.deepEqual(await list(), ['entry']);
    const { fileId } = await create(world.alice, '', OPEN);
    t.true((await listed(world.alice, fileId)).includes(below.path[0]!));
  },
  { hideUnwriteable: true },
);

async function listed(m: Mount, fileId: FileId): Promise<string[]> {
  const request = {
    fileInformationClass: 1,
    flags: 0,
    fileIndex: 0,
    fileId,
    searchPattern: '*',
    outputBufferLength: 4096,
  };
  const { QUERY_DIRECTORY } = Command;
  const options = { treeId: m.treeId };
  const { body } = await m.client.request(
    QUERY_DIRECTORY,
    queryDirectoryRequest,
    queryDirectoryResponse,
    request,
    options,
  );
  return (decodeDirectory(1, body!.buffer) ?? []).map(({ fileName }) => fileName);
}

test('what a user may not have made is not even made for a moment', async (t) => {
  const { ACCESS_SYSTEM_SECURITY } = AccessMask;
  const cases = [
    ...Object.values(READ_ONLY_SHARES).map((share) => ({ share, desiredAccess: FILE_ALL_ACCESS })),
    { share: {}, desiredAccess: ACCESS_SYSTEM_SECURITY },
    { share: {}, desiredAccess: MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY },
  ];
  for (const { share, desiredAccess } of cases) {
    const vfs = createMemoryVfs();
    const made: string[] = [];
    const watched: Vfs = {
      features: vfs.features,
      open(path, options) {
        if (options.disposition !== 'open') made.push(path.join('/'));
        return vfs.open(path, options);
      },
      statFs: () => vfs.statFs(),
      dispose: () => vfs.dispose(),
    };
    const h = startServer({}, { ...share, vfs: watched });
    const m = await mount(await h.logOn());
    for (const createDisposition of [0, 2, 3, 5]) {
      for (const name of ['new', 'new:z']) {
        t.not(await statusOf(create(m, name, { createDisposition, desiredAccess })), NtStatus.STATUS_SUCCESS);
      }
    }
    t.deepEqual(made, []);
  }
});
