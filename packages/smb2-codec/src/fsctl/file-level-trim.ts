import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_LEVEL_TRIM_RANGE, [MS-FSCC] 2.3. */
export interface FileLevelTrimRange {
  readonly offset: bigint;
  /** Bytes. */
  readonly length: bigint;
}

/** FILE_LEVEL_TRIM: request of FSCTL_FILE_LEVEL_TRIM, [MS-FSCC] 2.3. */
export interface FileLevelTrim {
  /** Always 0. */
  readonly key: number;
  readonly ranges: readonly FileLevelTrimRange[];
}

/** FILE_LEVEL_TRIM, [MS-FSCC] 2.3. */
export const fileLevelTrim: Codec<FileLevelTrim> = {
  name: 'FILE_LEVEL_TRIM',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const key = r.u32('Key');
    const count = r.u32('NumRanges');
    const ranges: FileLevelTrimRange[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('Ranges', i);
      ranges.push({ offset: r.u64('Offset'), length: r.u64('Length') });
      r.leave();
    }
    return { key, ranges };
  },
  encode(w, m) {
    w.u32(m.key);
    w.u32(m.ranges.length);
    for (const range of m.ranges) {
      w.u64(range.offset);
      w.u64(range.length);
    }
  },
};

/** FILE_LEVEL_TRIM_OUTPUT: response of FSCTL_FILE_LEVEL_TRIM, [MS-FSCC] 2.3. */
export interface FileLevelTrimOutput {
  readonly numRangesProcessed: number;
}

/** FILE_LEVEL_TRIM_OUTPUT, [MS-FSCC] 2.3. */
export const fileLevelTrimOutput: Codec<FileLevelTrimOutput> = {
  name: 'FILE_LEVEL_TRIM_OUTPUT',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ numRangesProcessed: r.u32('NumRangesProcessed') }),
  encode: (w, m) => w.u32(m.numRangesProcessed),
};
