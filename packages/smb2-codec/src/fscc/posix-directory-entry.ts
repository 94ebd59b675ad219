import type { Filetime } from '@tsmbd/ms-dtyp';
import type { DirectoryClass } from './directory-entry.ts';

/** One entry of a listing of class FilePosixInformation (SMB 3.1.1 POSIX extensions, not in [MS-FSCC]). */
export interface PosixDirectoryEntry {
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
  readonly inode: bigint;
  readonly deviceId: number;
  readonly numberOfLinks: number;
  /** One of ReparseTag, or 0. */
  readonly reparseTag: number;
  /** Permission bits. */
  readonly mode: number;
  /** A SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly ownerSid: Uint8Array;
  /** A SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly groupSid: Uint8Array;
  readonly fileName: string;
}

/** FilePosixInformation as a directory class. */
export const filePosixDirectoryInformation: DirectoryClass<PosixDirectoryEntry> = {
  name: 'FilePosixInformation',
  section: 'SMB3 POSIX Extensions',
  size: (e) => 96 + e.ownerSid.length + e.groupSid.length + e.fileName.length * 2,
  decode(r) {
    const fileIndex = r.u32('FileIndex');
    const creationTime = r.u64('CreationTime');
    const lastAccessTime = r.u64('LastAccessTime');
    const lastWriteTime = r.u64('LastWriteTime');
    const changeTime = r.u64('ChangeTime');
    const endOfFile = r.u64('EndOfFile');
    const allocationSize = r.u64('AllocationSize');
    const fileAttributes = r.u32('FileAttributes');
    const inode = r.u64('Inode');
    const deviceId = r.u32('DeviceId');
    r.skip(4, 'Reserved');
    const numberOfLinks = r.u32('NumberOfLinks');
    const reparseTag = r.u32('ReparseTag');
    const mode = r.u32('Mode');
    const ownerSid = r.take(sidLength(r.bytes, r.position, r.end), 'OwnerSid');
    const groupSid = r.take(sidLength(r.bytes, r.position, r.end), 'GroupSid');
    return {
      fileIndex,
      creationTime,
      lastAccessTime,
      lastWriteTime,
      changeTime,
      endOfFile,
      allocationSize,
      fileAttributes,
      inode,
      deviceId,
      numberOfLinks,
      reparseTag,
      mode,
      ownerSid,
      groupSid,
      fileName: r.utf16(r.u32('FileNameLength'), 'FileName'),
    };
  },
  encode(w, e) {
    w.u32(e.fileIndex);
    w.u64(e.creationTime);
    w.u64(e.lastAccessTime);
    w.u64(e.lastWriteTime);
    w.u64(e.changeTime);
    w.u64(e.endOfFile);
    w.u64(e.allocationSize);
    w.u32(e.fileAttributes);
    w.u64(e.inode);
    w.u32(e.deviceId);
    w.zero(4);
    w.u32(e.numberOfLinks);
    w.u32(e.reparseTag);
    w.u32(e.mode);
    w.bytes(e.ownerSid);
    w.bytes(e.groupSid);
    w.u32(e.fileName.length * 2);
    w.utf16(e.fileName);
  },
};

/** Bytes of the SID at an index: 8 and 4 for each sub-authority, [MS-DTYP] 2.4.2.2. */
function sidLength(bytes: Uint8Array, at: number, end: number): number {
  return at + 1 < end ? 8 + 4 * bytes[at + 1]! : 8;
}
