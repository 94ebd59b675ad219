import { type AaplDirectoryEntry, aaplDirectoryInformation, directoryList } from '@tsmbd/smb2-codec';
import { testStructure } from '../support/structures.ts';

const TIME = 0x01dd_7dea_4233_08cbn;

/** What the entries that smbd sent have in common. */
const common: AaplDirectoryEntry = {
  fileIndex: 0,
  creationTime: TIME,
  lastAccessTime: TIME,
  lastWriteTime: TIME,
  changeTime: TIME,
  endOfFile: 0n,
  allocationSize: 0n,
  fileAttributes: 0x10,
  maxAccess: 0x001f_01ff,
  flags: 24,
  resourceForkLength: 0n,
  finderInfo: { type: '\0\0\0\0', creator: '\0\0\0\0', flags: 0, extendedFlags: 0, dateAdded: 0x8000_0000 },
  unixMode: 0o40755,
  fileId: 0n,
  fileName: '',
};

testStructure({
  name: "a listing of smbd 4.17 with vfs_fruit, where Apple's READDIRATTR was agreed on",
  codec: directoryList(aaplDirectoryInformation),
  bytes: `80000000 00000000 cb083342ea7ddd01 cb083342ea7ddd01 cb083342ea7ddd01 cb083342ea7ddd01
    0d00000000000000 0010000000000000 80000000 12000000
    ff011f00 1800 d204000000000000 54455854 74747874 040c 0000 329b5c41 a481 0000000000000000
    73006d0061006c006c002e00740078007400 000000000000
    00000000 00000000 cb083342ea7ddd01 cb083342ea7ddd01 cb083342ea7ddd01 cb083342ea7ddd01
    0000000000000000 0000000000000000 10000000 0c000000
    ff011f00 1800 0000000000000000 00000000 00000000 0000 0000 80000000 ed41 0000000000000000
    66006f006c00640065007200`,
  value: [
    {
      ...common,
      endOfFile: 13n,
      allocationSize: 4096n,
      fileAttributes: 0x80,
      resourceForkLength: 1234n,
      finderInfo: { type: 'TEXT', creator: 'ttxt', flags: 0x040c, extendedFlags: 0, dateAdded: 0x329b_5c41 },
      unixMode: 0o100644,
      fileName: 'small.txt',
    },
    { ...common, fileName: 'folder' },
  ],
  alsoWhole: [0],
});
