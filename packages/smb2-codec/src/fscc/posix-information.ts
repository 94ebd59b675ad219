import type { Codec } from '@tsmbd/ms-dtyp';
import { decodePosixAttributes, encodePosixAttributes, type PosixAttributes } from './posix-attributes.ts';

/** The facts about a file that a POSIX client needs, SMB 3.1.1 POSIX extensions. */
export interface FilePosixInformation extends PosixAttributes {
  /** Owner SID then group SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly sids: Uint8Array;
}

/** FilePosixInformation, SMB 3.1.1 POSIX extensions. */
export const filePosixInformation: Codec<FilePosixInformation> = {
  name: 'FilePosixInformation',
  section: 'SMB3 POSIX Extensions',
  decode: (r) => ({ ...decodePosixAttributes(r), sids: r.rest('Sids') }),
  encode(w, m) {
    encodePosixAttributes(w, m);
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
