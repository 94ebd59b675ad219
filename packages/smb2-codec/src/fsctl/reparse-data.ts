import { type Codec, type Guid, guid, type Reader, type Writer } from '@tsmbd/ms-dtyp';

/** IO_REPARSE_TAG_*, [MS-FSCC] 2.1.2.1. */
export const ReparseTag = {
  MOUNT_POINT: 0xa000_0003,
  HSM: 0xc000_0004,
  SIS: 0x8000_0007,
  WIM: 0x8000_0008,
  CSV: 0x8000_0009,
  DFS: 0x8000_000a,
  SYMLINK: 0xa000_000c,
  DFSR: 0x8000_0012,
  DEDUP: 0x8000_0013,
  NFS: 0x8000_0014,
  WOF: 0x8000_0017,
  CLOUD: 0x9000_001a,
  APPEXECLINK: 0x8000_001b,
  AF_UNIX: 0x8000_0023,
  LX_SYMLINK: 0xa000_001d,
  LX_FIFO: 0x8000_0024,
  LX_CHR: 0x8000_0025,
  LX_BLK: 0x8000_0026,
} as const;

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** Set in the tags that Microsoft owns. Data with other tags has a GUID, [MS-FSCC] 2.1.2.1. */
const MICROSOFT_TAG = 0x8000_0000;

/** SYMLINK_FLAG_RELATIVE: substituteName is relative to the link, [MS-FSCC] 2.1.2.4. */
export const SymlinkFlags = { RELATIVE: 0x0000_0001 } as const;

/**
 * Types of special files in an NFS reparse point, [MS-FSCC] 2.1.2.6: 'LNK', 'CHR', 'BLK', 'FIFO',
 * 'SOCK'.
 */
export const NfsSpecialFile = {
  LNK: 0x0000_0000_014b_4e4cn,
  CHR: 0x0000_0000_0052_4843n,
  BLK: 0x0000_0000_004b_4c42n,
  FIFO: 0x0000_0000_4f46_4946n,
  SOCK: 0x0000_0000_4b43_4f53n,
} as const;

/** A symbolic link, [MS-FSCC] 2.1.2.4. */
export interface SymlinkReparseData {
  readonly kind: 'symlink';
  /** The target: a path, with `\??\` before an absolute one. */
  readonly substituteName: string;
  /** The target in a form for people to read. */
  readonly printName: string;
  /** Bits of SymlinkFlags. */
  readonly flags: number;
}

/** A junction, [MS-FSCC] 2.1.2.5. */
export interface MountPointReparseData {
  readonly kind: 'mount-point';
  readonly substituteName: string;
  readonly printName: string;
}

/** A special file of an NFS or WSL client, [MS-FSCC] 2.1.2.6. */
export interface NfsReparseData {
  readonly kind: 'nfs';
  /** One of NfsSpecialFile, or unknown. */
  readonly type: bigint;
  /** LNK: the target in UTF-16LE. CHR and BLK: major and minor, a u32 each. Otherwise empty. */
  readonly data: Uint8Array;
}

/** A symbolic link of WSL, [MS-FSCC] 2.1.2.7. */
export interface LxSymlinkReparseData {
  readonly kind: 'lx-symlink';
  /** Always 2. */
  readonly version: number;
  /** The target as WSL's programs see it. */
  readonly target: string;
}

/**
 * Any other reparse point: REPARSE_DATA_BUFFER 2.1.2.2 or REPARSE_GUID_DATA_BUFFER 2.1.2.3 of
 * [MS-FSCC].
 */
export interface OtherReparseData {
  readonly kind: 'other';
  /** One of ReparseTag, or unknown. */
  readonly tag: number;
  /** Present if the tag is not Microsoft's. */
  readonly reparseGuid?: Guid;
  readonly data: Uint8Array;
}

/** What a reparse point holds. */
export type ReparseData =
  | SymlinkReparseData
  | MountPointReparseData
  | NfsReparseData
  | LxSymlinkReparseData
  | OtherReparseData;

/**
 * REPARSE_DATA_BUFFER, [MS-FSCC] 2.1.2.2: response of FSCTL_GET_REPARSE_POINT, request of
 * FSCTL_SET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT (there without data).
 */
export const reparseData: Codec<ReparseData> = {
  name: 'REPARSE_DATA_BUFFER',
  section: '[MS-FSCC] 2.1.2.2',
  decode(r) {
    const tag = r.u32('ReparseTag');
    const length = r.u16('ReparseDataLength');
    r.skip(2, 'Reserved');
    const isMicrosofts = (tag & MICROSOFT_TAG) !== 0;
    const reparseGuid = isMicrosofts ? undefined : r.guid('ReparseGuid');
    const data = r.sub('REPARSE_DATA_BUFFER', r.offset, length, 'DataBuffer');
    if (reparseGuid !== undefined) return { kind: 'other', tag, reparseGuid, data: data.rest('DataBuffer') };
    if (length === 0) return { kind: 'other', tag, data: data.rest('DataBuffer') };
    if (tag === ReparseTag.SYMLINK) {
      const { substituteName, printName, flags } = readNames(data, true);
      return { kind: 'symlink', substituteName, printName, flags };
    }
    if (tag === ReparseTag.MOUNT_POINT) {
      const { substituteName, printName } = readNames(data, false);
      return { kind: 'mount-point', substituteName, printName };
    }
    if (tag === ReparseTag.NFS) return { kind: 'nfs', type: data.u64('Type'), data: data.rest('DataBuffer') };
    if (tag === ReparseTag.LX_SYMLINK) {
      return { kind: 'lx-symlink', version: data.u32('Version'), target: utf8.decode(data.rest('Target')) };
    }
    return { kind: 'other', tag, data: data.rest('DataBuffer') };
  },
  encode(w, m) {
    w.u32(tagOf(m));
    const lengthAt = w.position;
    w.zero(4);
    if (m.kind === 'other' && m.reparseGuid !== undefined) guid.encode(w, m.reparseGuid);
    const start = w.position;
    if (m.kind === 'symlink') writeNames(w, m, m.flags);
    else if (m.kind === 'mount-point') writeNames(w, m, undefined);
    else if (m.kind === 'lx-symlink') {
      w.u32(m.version);
      w.bytes(utf8Encoder.encode(m.target));
    } else {
      if (m.kind === 'nfs') w.u64(m.type);
      w.bytes(m.data);
    }
    w.patch16(lengthAt, w.position - start);
  },
};

function tagOf(m: ReparseData): number {
  switch (m.kind) {
    case 'symlink':
      return ReparseTag.SYMLINK;
    case 'mount-point':
      return ReparseTag.MOUNT_POINT;
    case 'nfs':
      return ReparseTag.NFS;
    case 'lx-symlink':
      return ReparseTag.LX_SYMLINK;
    case 'other':
      return m.tag;
  }
}

/**
 * Reads offsets and lengths of both names, the flags of a symbolic link, and PathBuffer. The
 * offsets count from PathBuffer.
 */
function readNames(r: Reader, hasFlags: boolean): { substituteName: string; printName: string; flags: number } {
  const substituteOffset = r.u16('SubstituteNameOffset');
  const substituteLength = r.u16('SubstituteNameLength');
  const printOffset = r.u16('PrintNameOffset');
  const printLength = r.u16('PrintNameLength');
  const flags = hasFlags ? r.u32('Flags') : 0;
  const path = r.offset;
  return {
    substituteName: r.sliceUtf16(path + substituteOffset, substituteLength, 'SubstituteName'),
    printName: r.sliceUtf16(path + printOffset, printLength, 'PrintName'),
    flags,
  };
}

/**
 * Writes the names in Windows' order. A symbolic link has the print name first. A junction has it
 * last, and its names are followed by zeros.
 */
function writeNames(w: Writer, m: { substituteName: string; printName: string }, flags: number | undefined): void {
  const substitute = m.substituteName.length * 2;
  const print = m.printName.length * 2;
  if (flags !== undefined) {
    w.u16(print);
    w.u16(substitute);
    w.u16(0);
    w.u16(print);
    w.u32(flags);
    w.utf16(m.printName);
    w.utf16(m.substituteName);
    return;
  }
  w.u16(0);
  w.u16(substitute);
  w.u16(substitute + 2);
  w.u16(print);
  w.utf16(m.substituteName);
  w.u16(0);
  w.utf16(m.printName);
  w.u16(0);
}
