import type { Filetime, Reader, Writer } from '@tsmbd/ms-dtyp';

/**
 * The attributes of a file in FilePosixInformation, alone or in a listing (SMB 3.1.1 POSIX
 * extensions, not in [MS-FSCC]).
 */
export interface PosixAttributes {
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
}

/** Reads the attributes, which precede SIDs and name. */
export function decodePosixAttributes(r: Reader): PosixAttributes {
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
  return {
    creationTime,
    lastAccessTime,
    lastWriteTime,
    changeTime,
    endOfFile,
    allocationSize,
    fileAttributes,
    inode,
    deviceId,
    numberOfLinks: r.u32('NumberOfLinks'),
    reparseTag: r.u32('ReparseTag'),
    mode: r.u32('Mode'),
  };
}

/** Writes the attributes. */
export function encodePosixAttributes(w: Writer, m: PosixAttributes): void {
  w.u64(m.creationTime);
  w.u64(m.lastAccessTime);
  w.u64(m.lastWriteTime);
  w.u64(m.changeTime);
  w.u64(m.endOfFile);
  w.u64(m.allocationSize);
  w.u32(m.fileAttributes);
  w.u64(m.inode);
  w.u32(m.deviceId);
  w.zero(4);
  w.u32(m.numberOfLinks);
  w.u32(m.reparseTag);
  w.u32(m.mode);
}
