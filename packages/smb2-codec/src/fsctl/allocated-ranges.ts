import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * FILE_ALLOCATED_RANGE_BUFFER, [MS-FSCC] 2.3. A single one is the request of
 * FSCTL_QUERY_ALLOCATED_RANGES.
 */
export interface FileAllocatedRange {
  readonly fileOffset: bigint;
  /** Bytes. */
  readonly length: bigint;
}

/** FILE_ALLOCATED_RANGE_BUFFER, [MS-FSCC] 2.3. */
export const fileAllocatedRange: Codec<FileAllocatedRange> = {
  name: 'FILE_ALLOCATED_RANGE_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ fileOffset: r.i64('FileOffset'), length: r.i64('Length') }),
  encode(w, m) {
    w.i64(m.fileOffset);
    w.i64(m.length);
  },
};

/** Response of FSCTL_QUERY_ALLOCATED_RANGES, [MS-FSCC] 2.3: ranges to the end of the buffer. */
export const fileAllocatedRanges: Codec<readonly FileAllocatedRange[]> = {
  name: 'FILE_ALLOCATED_RANGE_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const ranges: FileAllocatedRange[] = [];
    for (let i = 0; r.remaining > 0; i++) {
      r.enter('', i);
      ranges.push(fileAllocatedRange.decode(r));
      r.leave();
    }
    return ranges;
  },
  encode(w, ranges) {
    for (const range of ranges) fileAllocatedRange.encode(w, range);
  },
};
