import type { Filetime, Reader, Writer } from '@tsmbd/ms-dtyp';
import type { EntryBody } from './entry-list.ts';

/** The fields that every class of listing begins with, [MS-FSCC] 2.4.10. */
export interface DirectoryEntryHead {
  readonly fileIndex: number;
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  /** Bytes. */
  readonly endOfFile: bigint;
  /** Bytes. */
  readonly allocationSize: bigint;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
}

/**
 * One entry of a directory listing, with the fields of all classes. Code that lists a directory
 * makes one such object per file, whatever class is requested. A decoder sets the fields that its
 * class lacks to 0, 0n or ''.
 */
export interface DirectoryEntry extends DirectoryEntryHead {
  /** Bytes of extended attributes. For a reparse point in the older classes: its tag. */
  readonly eaSize: number;
  /** The 8.3 name, at most 12 characters, or ''. */
  readonly shortName: string;
  /** The file's 64-bit id. In classes that have only the 128-bit id: its low half. */
  readonly fileId: bigint;
  /** The high half of the 128-bit id. */
  readonly fileIdHigh: bigint;
  /** One of ReparseTag, or 0. */
  readonly reparsePointTag: number;
  readonly fileName: string;
}

/**
 * One class of directory listing: an entry without its NextEntryOffset, and the size of an entry.
 */
export interface DirectoryClass<T> extends EntryBody<T> {
  /** Bytes of the entry with its NextEntryOffset, without the padding behind it. */
  size(entry: T): number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Bytes from NextEntryOffset to FileNameLength, [MS-FSCC] 2.4.10. */
const COMMON_SIZE = 64;

/** Reads up to FileNameLength, which comes next. */
export function readHead(r: Reader): DirectoryEntryHead {
  return {
    fileIndex: r.u32('FileIndex'),
    creationTime: r.u64('CreationTime'),
    lastAccessTime: r.u64('LastAccessTime'),
    lastWriteTime: r.u64('LastWriteTime'),
    changeTime: r.u64('ChangeTime'),
    endOfFile: r.u64('EndOfFile'),
    allocationSize: r.u64('AllocationSize'),
    fileAttributes: r.u32('FileAttributes'),
  };
}

export function writeHead(w: Writer, e: DirectoryEntryHead): void {
  w.u32(e.fileIndex);
  w.u64(e.creationTime);
  w.u64(e.lastAccessTime);
  w.u64(e.lastWriteTime);
  w.u64(e.changeTime);
  w.u64(e.endOfFile);
  w.u64(e.allocationSize);
  w.u32(e.fileAttributes);
}

/** A class that consists of the common part, `tailSize` bytes of its own, and the name. */
function directoryClass(
  name: string,
  tailSize: number,
  decodeTail: (r: Reader, e: Mutable<DirectoryEntry>) => void,
  encodeTail: (w: Writer, e: DirectoryEntry) => void,
): DirectoryClass<DirectoryEntry> {
  return {
    name,
    section: '[MS-FSCC] 2.4',
    size: (e) => COMMON_SIZE + tailSize + e.fileName.length * 2,
    decode(r) {
      const e: Mutable<DirectoryEntry> = {
        ...readHead(r),
        eaSize: 0,
        shortName: '',
        fileId: 0n,
        fileIdHigh: 0n,
        reparsePointTag: 0,
        fileName: '',
      };
      const nameLength = r.u32('FileNameLength');
      decodeTail(r, e);
      e.fileName = r.utf16(nameLength, 'FileName');
      return e;
    },
    encode(w, e) {
      writeHead(w, e);
      w.u32(e.fileName.length * 2);
      encodeTail(w, e);
      w.utf16(e.fileName);
    },
  };
}

/** FileDirectoryInformation, [MS-FSCC] 2.4.10. */
export const fileDirectoryInformation = directoryClass(
  'FileDirectoryInformation',
  0,
  () => {},
  () => {},
);

/** FileFullDirectoryInformation, [MS-FSCC] 2.4.14. */
export const fileFullDirectoryInformation = directoryClass(
  'FileFullDirectoryInformation',
  4,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
  },
  (w, e) => w.u32(e.eaSize),
);

/** FileIdFullDirectoryInformation, [MS-FSCC] 2.4. */
export const fileIdFullDirectoryInformation = directoryClass(
  'FileIdFullDirectoryInformation',
  16,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    r.skip(4, 'Reserved');
    e.fileId = r.u64('FileId');
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.zero(4);
    w.u64(e.fileId);
  },
);

/** FileBothDirectoryInformation, [MS-FSCC] 2.4.8. */
export const fileBothDirectoryInformation = directoryClass(
  'FileBothDirectoryInformation',
  30,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.shortName = readShortName(r);
  },
  (w, e) => {
    w.u32(e.eaSize);
    writeShortName(w, e.shortName);
  },
);

/** FileIdBothDirectoryInformation, [MS-FSCC] 2.4: the class that Windows requests. */
export const fileIdBothDirectoryInformation = directoryClass(
  'FileIdBothDirectoryInformation',
  40,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.shortName = readShortName(r);
    r.skip(2, 'Reserved2');
    e.fileId = r.u64('FileId');
  },
  (w, e) => {
    w.u32(e.eaSize);
    writeShortName(w, e.shortName);
    w.zero(2);
    w.u64(e.fileId);
  },
);

/** FileIdExtdDirectoryInformation, [MS-FSCC] 2.4. */
export const fileIdExtdDirectoryInformation = directoryClass(
  'FileIdExtdDirectoryInformation',
  24,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    readFileId128(r, e);
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    writeFileId128(w, e);
  },
);

/** FileIdExtdBothDirectoryInformation, a class of Windows that [MS-FSCC] only names. */
export const fileIdExtdBothDirectoryInformation = directoryClass(
  'FileIdExtdBothDirectoryInformation',
  50,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    readFileId128(r, e);
    e.shortName = readShortName(r);
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    writeFileId128(w, e);
    writeShortName(w, e.shortName);
  },
);

/** FileId64ExtdDirectoryInformation, [MS-FSCC] 2.4. */
export const fileId64ExtdDirectoryInformation = directoryClass(
  'FileId64ExtdDirectoryInformation',
  16,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    e.fileId = r.u64('FileId');
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    w.u64(e.fileId);
  },
);

/** FileId64ExtdBothDirectoryInformation, [MS-FSCC] 2.4. */
export const fileId64ExtdBothDirectoryInformation = directoryClass(
  'FileId64ExtdBothDirectoryInformation',
  42,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    e.fileId = r.u64('FileId');
    e.shortName = readShortName(r);
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    w.u64(e.fileId);
    writeShortName(w, e.shortName);
  },
);

/** FileIdAllExtdDirectoryInformation, [MS-FSCC] 2.4. */
export const fileIdAllExtdDirectoryInformation = directoryClass(
  'FileIdAllExtdDirectoryInformation',
  32,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    r.skip(8, 'FileId');
    readFileId128(r, e);
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    w.u64(e.fileId);
    writeFileId128(w, e);
  },
);

/** FileIdAllExtdBothDirectoryInformation, [MS-FSCC] 2.4. */
export const fileIdAllExtdBothDirectoryInformation = directoryClass(
  'FileIdAllExtdBothDirectoryInformation',
  58,
  (r, e) => {
    e.eaSize = r.u32('EaSize');
    e.reparsePointTag = r.u32('ReparsePointTag');
    r.skip(8, 'FileId');
    readFileId128(r, e);
    e.shortName = readShortName(r);
  },
  (w, e) => {
    w.u32(e.eaSize);
    w.u32(e.reparsePointTag);
    w.u64(e.fileId);
    writeFileId128(w, e);
    writeShortName(w, e.shortName);
  },
);

/** The fields of an entry that has only a name. */
export type NamesEntry = Pick<DirectoryEntry, 'fileIndex' | 'fileName'>;

/** FileNamesInformation, [MS-FSCC] 2.4. */
export const fileNamesInformation: DirectoryClass<NamesEntry> = {
  name: 'FileNamesInformation',
  section: '[MS-FSCC] 2.4',
  size: (e) => 12 + e.fileName.length * 2,
  decode: (r) => ({ fileIndex: r.u32('FileIndex'), fileName: r.utf16(r.u32('FileNameLength'), 'FileName') }),
  encode(w, e) {
    w.u32(e.fileIndex);
    w.u32(e.fileName.length * 2);
    w.utf16(e.fileName);
  },
};

/** Reads ShortNameLength, a reserved byte and the room for 12 characters. */
function readShortName(r: Reader): string {
  const length = r.u8('ShortNameLength');
  r.skip(1, 'Reserved1');
  if (length > SHORT_NAME_ROOM) r.fail('ShortNameLength', `${length}, there is room for ${SHORT_NAME_ROOM}`);
  const text = r.utf16(length, 'ShortName');
  r.skip(SHORT_NAME_ROOM - length, 'ShortName');
  return text;
}

function writeShortName(w: Writer, shortName: string): void {
  const length = shortName.length * 2;
  if (length > SHORT_NAME_ROOM)
    throw new RangeError(`short name of ${shortName.length} characters, there is room for 12`);
  w.u8(length);
  w.zero(1);
  w.utf16(shortName);
  w.zero(SHORT_NAME_ROOM - length);
}

function readFileId128(r: Reader, e: Mutable<DirectoryEntry>): void {
  e.fileId = r.u64('FileId128');
  e.fileIdHigh = r.u64('FileId128');
}

function writeFileId128(w: Writer, e: DirectoryEntry): void {
  w.u64(e.fileId);
  w.u64(e.fileIdHigh);
}

/** Bytes of ShortName. */
const SHORT_NAME_ROOM = 24;
