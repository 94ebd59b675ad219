import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/** What a POSIX client wants to know of a file, SMB 3.1.1 POSIX extensions. */
export interface FilePosixInformation {
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
  /** Owner SID then group SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly sids: Uint8Array;
}

/** FilePosixInformation, SMB 3.1.1 POSIX extensions. */
export const filePosixInformation: Codec<FilePosixInformation> = {
  name: 'FilePosixInformation',
  section: 'SMB3 POSIX Extensions',
  decode(r) {
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
      sids: r.rest('Sids'),
    };
  },
  encode(w, m) {
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
    w.bytes(m.sids);
  },
};

/** What statvfs answers, SMB 3.1.1 POSIX extensions. */
export interface FileFsPosixInformation {
  /** Bytes. */
  readonly optimalTransferSize: number;
  /** Bytes. */
  readonly blockSize: number;
  readonly totalBlocks: bigint;
  readonly blocksAvail: bigint;
  readonly userBlocksAvail: bigint;
  readonly totalFileNodes: bigint;
  readonly freeFileNodes: bigint;
  readonly fileSysIdentifier: bigint;
}

/** FileFsPosixInformation, SMB 3.1.1 POSIX extensions. */
export const fileFsPosixInformation: Codec<FileFsPosixInformation> = {
  name: 'FileFsPosixInformation',
  section: 'SMB3 POSIX Extensions',
  decode: (r) => ({
    optimalTransferSize: r.u32('OptimalTransferSize'),
    blockSize: r.u32('BlockSize'),
    totalBlocks: r.u64('TotalBlocks'),
    blocksAvail: r.u64('BlocksAvail'),
    userBlocksAvail: r.u64('UserBlocksAvail'),
    totalFileNodes: r.u64('TotalFileNodes'),
    freeFileNodes: r.u64('FreeFileNodes'),
    fileSysIdentifier: r.u64('FileSysIdentifier'),
  }),
  encode(w, m) {
    w.u32(m.optimalTransferSize);
    w.u32(m.blockSize);
    w.u64(m.totalBlocks);
    w.u64(m.blocksAvail);
    w.u64(m.userBlocksAvail);
    w.u64(m.totalFileNodes);
    w.u64(m.freeFileNodes);
    w.u64(m.fileSysIdentifier);
  },
};
