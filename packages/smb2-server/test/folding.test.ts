import { encode } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  CreateDisposition,
  FileInformationClass,
  fileRenameInformation,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { compilePattern } from '../src/names/wildcard.ts';
import { diskShare, startServer } from './harness.ts';
import { close, create, mount, setFileInfo, statusOf, write } from './requests.ts';

/** Two names that are one in JavaScript's capitals, and two on Windows. */
const PAIRS = [
  ['straße', 'STRASSE'],
  ['ﬁle', 'FILE'],
  ['և', 'ԵՒ'],
  ['ŉ', 'ʼN'],
] as const;

test('a file is not renamed over another that is open because their names are one in some alphabet', async (t) => {
  for (const [name, other] of PAIRS) {
    const h = startServer();
    const m = await mount(await h.logOn());
    const target = await create(m, other);
    await write(m, target.fileId, 'kept');
    const { fileId } = await create(m, name, { desiredAccess: AccessMask.FILE_ALL_ACCESS });
    const rename = (replaceIfExists: boolean) => {
      const buffer = encode(fileRenameInformation, { replaceIfExists, rootDirectory: 0n, fileName: other });
      return statusOf(setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, buffer));
    };
    t.is(await rename(false), NtStatus.STATUS_OBJECT_NAME_COLLISION);
    t.is(await rename(true), NtStatus.STATUS_ACCESS_DENIED, `${name} over ${other}`);
    await close(m, target.fileId);
    const open = { createDisposition: CreateDisposition.OPEN };
    t.is((await create(m, other, open)).endOfFile, 4n);
  }
});

test('names that differ in the case of a letter are one, in patterns too', (t) => {
  t.true(compilePattern('stra?e')('straße'));
  t.true(compilePattern('*ß*')('straße'));
  t.false(compilePattern('STRASSE')('straße'));
  t.false(compilePattern('stra??e')('straße'));
  t.true(compilePattern('жук')('ЖУК'));
  t.true(compilePattern('ж*')('ЖУК'));
});

test('a share is found by Windows’ capitals of its name, and by no others', async (t) => {
  const h = startServer();
  h.server.setShares([diskShare('Straße', h.vfs), diskShare('жук', h.vfs)]);
  const client = await h.logOn();
  await t.notThrowsAsync(client.tree('STRAßE'));
  await t.notThrowsAsync(client.tree('ЖУК'));
  t.is(await statusOf(client.tree('STRASSE')), NtStatus.STATUS_BAD_NETWORK_NAME);
});
