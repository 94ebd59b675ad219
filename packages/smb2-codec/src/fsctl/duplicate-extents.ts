import type { Codec } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';

/**
 * FSCTL_DUPLICATE_EXTENTS_TO_FILE as SMB2 clients send it: asks to share blocks of another open.
 * The response has no data, [MS-FSCC] 2.3.7.2.
 */
export interface DuplicateExtentsData {
  /** The open whose blocks are shared. */
  readonly sourceFileId: FileId;
  /** Bytes. */
  readonly sourceFileOffset: bigint;
  /** Bytes. */
  readonly targetFileOffset: bigint;
  /** Bytes. */
  readonly byteCount: bigint;
}

/** SMB2_DUPLICATE_EXTENTS_DATA, [MS-FSCC] 2.3.7.2. */
export const duplicateExtentsData: Codec<DuplicateExtentsData> = {
  name: 'SMB2_DUPLICATE_EXTENTS_DATA',
  section: '[MS-FSCC] 2.3.7.2',
  decode: (r) => ({
    sourceFileId: fileId.decode(r),
    sourceFileOffset: r.i64('SourceFileOffset'),
    targetFileOffset: r.i64('TargetFileOffset'),
    byteCount: r.i64('ByteCount'),
  }),
  encode(w, m) {
    fileId.encode(w, m.sourceFileId);
    w.i64(m.sourceFileOffset);
    w.i64(m.targetFileOffset);
    w.i64(m.byteCount);
  },
};

/** DUPLICATE_EXTENTS_DATA_EX_*, [MS-FSCC] 2.3.9.2. */
export const DuplicateExtentsFlags = { SOURCE_ATOMIC: 0x0000_0001 } as const;

/**
 * FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX as SMB2 clients send it, [MS-FSCC] 2.3.9.2. The response has
 * no data.
 */
export interface DuplicateExtentsDataEx extends DuplicateExtentsData {
  /** Bits of DuplicateExtentsFlags. */
  readonly flags: number;
}

/** StructureSize of SMB2_DUPLICATE_EXTENTS_DATA_EX. */
const EX_SIZE = 0x30n;

/** SMB2_DUPLICATE_EXTENTS_DATA_EX, [MS-FSCC] 2.3.9.2. */
export const duplicateExtentsDataEx: Codec<DuplicateExtentsDataEx> = {
  name: 'SMB2_DUPLICATE_EXTENTS_DATA_EX',
  section: '[MS-FSCC] 2.3.9.2',
  decode(r) {
    const size = r.u64('StructureSize');
    if (size !== EX_SIZE) r.fail('StructureSize', `${size}, must be ${EX_SIZE}`, r.position - 8);
    const data = duplicateExtentsData.decode(r);
    const flags = r.u32('Flags');
    r.skip(4, 'Reserved');
    return { ...data, flags };
  },
  encode(w, m) {
    w.u64(EX_SIZE);
    duplicateExtentsData.encode(w, m);
    w.u32(m.flags);
    w.zero(4);
  },
};
