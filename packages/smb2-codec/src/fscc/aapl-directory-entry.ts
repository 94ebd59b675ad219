import type { Reader, Writer } from '@tsmbd/ms-dtyp';
import { type DirectoryClass, type DirectoryEntryHead, readHead, writeHead } from './directory-entry.ts';

/**
 * Bits of AaplDirectoryEntry.flags, sent by servers with AaplServerCaps.SUPPORTS_READ_DIR_ATTR_V2.
 */
export const AaplReadDirFlags = { NO_XATTR: 0x01 } as const;

/**
 * The parts of a file's Finder information that are in use: 16 bytes, big-endian as in the Finder.
 */
export interface AaplFinderInfo {
  /**
   * Four characters as latin1 text. For a folder, this and `creator` hold what its window needs.
   */
  readonly type: string;
  readonly creator: string;
  readonly flags: number;
  readonly extendedFlags: number;
  /** Seconds. */
  readonly dateAdded: number;
}

/**
 * One entry of a listing of FileIdBothDirectoryInformation on a connection whose AAPL context
 * agreed on SUPPORTS_READ_DIR_ATTR, as macOS requests it. It has other fields in the places of the
 * class's EaSize and short name.
 */
export interface AaplDirectoryEntry extends DirectoryEntryHead {
  /** MaximalAccess of the user; meaningless for a reparse point. */
  readonly maxAccess: number;
  /**
   * Bits of AaplReadDirFlags if the server has SUPPORTS_READ_DIR_ATTR_V2. Without it, these bytes
   * are ShortNameLength and a reserved byte: 0 by Apple's description, 24 from smbd 4.17.
   */
  readonly flags: number;
  /** Bytes of the resource fork. */
  readonly resourceForkLength: bigint;
  readonly finderInfo: AaplFinderInfo;
  /** POSIX mode, with AaplServerCaps.UNIX_BASED; otherwise 0. */
  readonly unixMode: number;
  readonly fileId: bigint;
  readonly fileName: string;
}

/** FileIdBothDirectoryInformation as Apple's extension fills it. */
export const aaplDirectoryInformation: DirectoryClass<AaplDirectoryEntry> = {
  name: 'FileIdBothDirectoryInformation (AAPL)',
  section: "Apple's SMB2 extensions",
  size: (e) => FIXED_SIZE + e.fileName.length * 2,
  decode(r) {
    const head = readHead(r);
    const nameLength = r.u32('FileNameLength');
    return {
      ...head,
      maxAccess: r.u32('MaxAccess'),
      flags: r.u16('Flags'),
      resourceForkLength: r.u64('RsrcForkLen'),
      finderInfo: readFinderInfo(r),
      unixMode: r.u16('UnixMode'),
      fileId: r.u64('FileId'),
      fileName: r.utf16(nameLength, 'FileName'),
    };
  },
  encode(w, e) {
    writeHead(w, e);
    w.u32(e.fileName.length * 2);
    w.u32(e.maxAccess);
    w.u16(e.flags);
    w.u64(e.resourceForkLength);
    writeFinderInfo(w, e.finderInfo);
    w.u16(e.unixMode);
    w.u64(e.fileId);
    w.utf16(e.fileName);
  },
};

/** Bytes from NextEntryOffset to the name: those of FileIdBothDirectoryInformation. */
const FIXED_SIZE = 104;

function readFinderInfo(r: Reader): AaplFinderInfo {
  return {
    type: String.fromCharCode(...r.take(4, 'FinderType')),
    creator: String.fromCharCode(...r.take(4, 'FinderCreator')),
    flags: bigEndian(r.take(2, 'FinderFlags')),
    extendedFlags: bigEndian(r.take(2, 'FinderExtFlags')),
    dateAdded: bigEndian(r.take(4, 'FinderDateAdded')),
  };
}

function writeFinderInfo(w: Writer, { type, creator, flags, extendedFlags, dateAdded }: AaplFinderInfo): void {
  for (const text of [type, creator]) for (let i = 0; i < 4; i++) w.u8(i < text.length ? text.charCodeAt(i) : 0);
  for (const half of [flags, extendedFlags, dateAdded >>> 16, dateAdded & 0xffff]) {
    w.u8(half >> 8);
    w.u8(half & 0xff);
  }
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}
