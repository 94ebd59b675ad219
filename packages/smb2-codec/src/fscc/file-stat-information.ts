import type { Codec, Filetime, Reader, Writer } from '@tsmbd/ms-dtyp';

/** FileStatInformation, [MS-FSCC] 2.4: what stat(2) tells, in one answer. */
export interface FileStatInformation {
  readonly fileId: bigint;
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  /** Bytes. */
  readonly allocationSize: bigint;
  /** Bytes. */
  readonly endOfFile: bigint;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
  /** One of ReparseTag, or 0. */
  readonly reparseTag: number;
  readonly numberOfLinks: number;
  /** ACCESS_MASK: what the user may do with the file. */
  readonly effectiveAccess: number;
}

/** LX_FILE_*: which of the Lx fields are valid. [MS-FSCC] 2.4 */
export const LxFlags = {
  HAS_UID: 0x0000_0001,
  HAS_GID: 0x0000_0002,
  HAS_MODE: 0x0000_0004,
  HAS_DEVICE_ID: 0x0000_0008,
  CASE_SENSITIVE_DIR: 0x0000_0010,
} as const;

/** FileStatLxInformation, [MS-FSCC] 2.4: the same, with what Linux knows of a file. */
export interface FileStatLxInformation extends FileStatInformation {
  /** Bits of LxFlags. */
  readonly lxFlags: number;
  readonly lxUid: number;
  readonly lxGid: number;
  /** Type and permission bits. */
  readonly lxMode: number;
  readonly lxDeviceIdMajor: number;
  readonly lxDeviceIdMinor: number;
}

/** FileStatInformation, [MS-FSCC] 2.4; query only. */
export const fileStatInformation: Codec<FileStatInformation> = {
  name: 'FileStatInformation',
  section: '[MS-FSCC] 2.4',
  decode: readStat,
  encode: writeStat,
};

/** FileStatLxInformation, [MS-FSCC] 2.4; query only. */
export const fileStatLxInformation: Codec<FileStatLxInformation> = {
  name: 'FileStatLxInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({
    ...readStat(r),
    lxFlags: r.u32('LxFlags'),
    lxUid: r.u32('LxUid'),
    lxGid: r.u32('LxGid'),
    lxMode: r.u32('LxMode'),
    lxDeviceIdMajor: r.u32('LxDeviceIdMajor'),
    lxDeviceIdMinor: r.u32('LxDeviceIdMinor'),
  }),
  encode(w, m) {
    writeStat(w, m);
    w.u32(m.lxFlags);
    w.u32(m.lxUid);
    w.u32(m.lxGid);
    w.u32(m.lxMode);
    w.u32(m.lxDeviceIdMajor);
    w.u32(m.lxDeviceIdMinor);
  },
};

function readStat(r: Reader): FileStatInformation {
  return {
    fileId: r.u64('FileId'),
    creationTime: r.u64('CreationTime'),
    lastAccessTime: r.u64('LastAccessTime'),
    lastWriteTime: r.u64('LastWriteTime'),
    changeTime: r.u64('ChangeTime'),
    allocationSize: r.u64('AllocationSize'),
    endOfFile: r.u64('EndOfFile'),
    fileAttributes: r.u32('FileAttributes'),
    reparseTag: r.u32('ReparseTag'),
    numberOfLinks: r.u32('NumberOfLinks'),
    effectiveAccess: r.u32('EffectiveAccess'),
  };
}

function writeStat(w: Writer, m: FileStatInformation): void {
  w.u64(m.fileId);
  w.u64(m.creationTime);
  w.u64(m.lastAccessTime);
  w.u64(m.lastWriteTime);
  w.u64(m.changeTime);
  w.u64(m.allocationSize);
  w.u64(m.endOfFile);
  w.u32(m.fileAttributes);
  w.u32(m.reparseTag);
  w.u32(m.numberOfLinks);
  w.u32(m.effectiveAccess);
}
