import { CodecError, decode, Writer } from '@tsmbd/ms-dtyp';
import {
  type DirectoryClass,
  type DirectoryEntry,
  decodeDirectory,
  directoryClassOf,
  directoryEntryWriter,
  directoryList,
  FileInformationClass,
  fileBothDirectoryInformation,
  fileDirectoryInformation,
  fileFullDirectoryInformation,
  fileId64ExtdBothDirectoryInformation,
  fileId64ExtdDirectoryInformation,
  fileIdAllExtdBothDirectoryInformation,
  fileIdAllExtdDirectoryInformation,
  fileIdBothDirectoryInformation,
  fileIdExtdBothDirectoryInformation,
  fileIdExtdDirectoryInformation,
  fileIdFullDirectoryInformation,
  fileNamesInformation,
  filePosixDirectoryInformation,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

const COMMON = `07000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000
  0500000000000000 0010000000000000 20000000`;
const SHORT = `06 00 410042004300 ${'00'.repeat(18)}`;

const bare: DirectoryEntry = {
  fileIndex: 7,
  creationTime: 1n,
  lastAccessTime: 2n,
  lastWriteTime: 3n,
  changeTime: 4n,
  endOfFile: 5n,
  allocationSize: 4096n,
  fileAttributes: 0x20,
  eaSize: 0,
  shortName: '',
  fileId: 0n,
  fileIdHigh: 0n,
  reparsePointTag: 0,
  fileName: 'ab',
};
const eaSize = 9;
const shortName = 'ABC';
const fileId = 0x1122n;
const fileIdHigh = 0x33n;
const reparsePointTag = 0xa000_000c;

const ID = '2211000000000000';
const ID128 = '2211000000000000 3300000000000000';
const EA_TAG = '09000000 0c0000a0';

const classes: [DirectoryClass<DirectoryEntry>, string, Partial<DirectoryEntry>][] = [
  [fileDirectoryInformation, '', {}],
  [fileFullDirectoryInformation, '09000000', { eaSize }],
  [fileIdFullDirectoryInformation, `09000000 00000000 ${ID}`, { eaSize, fileId }],
  [fileBothDirectoryInformation, `09000000 ${SHORT}`, { eaSize, shortName }],
  [fileIdBothDirectoryInformation, `09000000 ${SHORT} 0000 ${ID}`, { eaSize, shortName, fileId }],
  [fileIdExtdDirectoryInformation, `${EA_TAG} ${ID128}`, { eaSize, reparsePointTag, fileId, fileIdHigh }],
  [
    fileIdExtdBothDirectoryInformation,
    `${EA_TAG} ${ID128} ${SHORT}`,
    { eaSize, reparsePointTag, fileId, fileIdHigh, shortName },
  ],
  [fileId64ExtdDirectoryInformation, `${EA_TAG} ${ID}`, { eaSize, reparsePointTag, fileId }],
  [fileId64ExtdBothDirectoryInformation, `${EA_TAG} ${ID} ${SHORT}`, { eaSize, reparsePointTag, fileId, shortName }],
  [fileIdAllExtdDirectoryInformation, `${EA_TAG} ${ID} ${ID128}`, { eaSize, reparsePointTag, fileId, fileIdHigh }],
  [
    fileIdAllExtdBothDirectoryInformation,
    `${EA_TAG} ${ID} ${ID128} ${SHORT}`,
    { eaSize, reparsePointTag, fileId, fileIdHigh, shortName },
  ],
];

for (const [directoryClass, tail, fields] of classes) {
  const value = { ...bare, ...fields };
  testStructure({
    name: `a listing of ${directoryClass.name} [MS-FSCC 2.4]`,
    codec: directoryList(directoryClass),
    bytes: `00000000 ${COMMON} 04000000 ${tail} 61006200`,
    value: [value],
    alsoWhole: [0],
  });

  test(`the size of a ${directoryClass.name} is what it takes [MS-FSCC 2.4]`, (t) => {
    t.is(directoryClass.size(value), hex(`00000000 ${COMMON} 04000000 ${tail} 61006200`).length);
  });
}

testStructure({
  name: 'a listing of FileNamesInformation [MS-FSCC 2.4]',
  codec: directoryList(fileNamesInformation),
  bytes: '10000000 01000000 02000000 6100 0000 00000000 02000000 04000000 61006200',
  value: [
    { fileIndex: 1, fileName: 'a' },
    { fileIndex: 2, fileName: 'ab' },
  ],
  alsoWhole: [0],
});

const SID = '010100000000000100000000';
testStructure({
  name: 'a listing of FilePosixInformation',
  codec: directoryList(filePosixDirectoryInformation),
  bytes: `00000000 ${COMMON} 0800000000000000 09000000 00000000 01000000 00000000 a4810000 ${SID} ${SID} 04000000 61006200`,
  value: [
    {
      fileIndex: 7,
      creationTime: 1n,
      lastAccessTime: 2n,
      lastWriteTime: 3n,
      changeTime: 4n,
      endOfFile: 5n,
      allocationSize: 4096n,
      fileAttributes: 0x20,
      inode: 8n,
      deviceId: 9,
      numberOfLinks: 1,
      reparseTag: 0,
      mode: 0o100644,
      ownerSid: hex(SID),
      groupSid: hex(SID),
      fileName: 'ab',
    },
  ],
  alsoWhole: [0],
});

test('a writer fills a buffer to its limit and no further, and links the entries [MS-SMB2 3.3.5.18]', (t) => {
  const infoClass = FileInformationClass.FileIdBothDirectoryInformation;
  const w = new Writer(new Uint8Array(400).fill(0xee), 8);
  // 104 + 4 bytes, padded to 112: two with padding and one without make 332.
  const list = directoryEntryWriter(w, directoryClassOf(infoClass)!, 332);
  let added = 0;
  while (list.add({ ...bare, fileIndex: added })) added++;
  t.is(added, 3);
  t.is(list.count, 3);
  t.is(w.position, 8 + 332);
  const entries = decodeDirectory(infoClass, w.result(8))!;
  t.deepEqual(
    entries.map((e) => e.fileIndex),
    [0, 1, 2],
  );
});

test('a writer with one byte less takes one entry less, and an entry too long leaves nothing behind', (t) => {
  const w = new Writer(new Uint8Array(400), 0);
  const list = directoryEntryWriter(w, fileIdBothDirectoryInformation, 331);
  while (list.add(bare));
  t.is(list.count, 2);
  t.is(w.position, 112 + 108);
  t.false(directoryEntryWriter(w, fileIdBothDirectoryInformation, 10).add(bare));
  t.is(w.position, 112 + 108);
});

test('a short name longer than its room is a CodecError [MS-FSCC 2.4.8]', (t) => {
  const wire = hex(`00000000 ${COMMON} 04000000 09000000 1a 00 ${'41'.repeat(24)} 61006200`);
  t.throws(() => decode(directoryList(fileBothDirectoryInformation), wire), { instanceOf: CodecError });
});

test('a class that is no directory class has no encoder [MS-FSCC 2.4]', (t) => {
  t.is(directoryClassOf(FileInformationClass.FileBasicInformation), undefined);
  t.is(decodeDirectory(FileInformationClass.FileBasicInformation, hex('')), undefined);
});
