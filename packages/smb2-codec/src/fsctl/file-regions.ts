import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_REGION_USAGE_*, [MS-FSCC] 2.3. */
export const FileRegionUsage = { VALID_CACHED_DATA: 0x0000_0001, VALID_NONCACHED_DATA: 0x0000_0002 } as const;

/**
 * FILE_REGION_INPUT: request of FSCTL_QUERY_FILE_REGIONS, [MS-FSCC] 2.3; also one region of the
 * response.
 */
export interface FileRegion {
  readonly fileOffset: bigint;
  /** Bytes. */
  readonly length: bigint;
  /** Bits of FileRegionUsage. */
  readonly usage: number;
}

/** FILE_REGION_INPUT, [MS-FSCC] 2.3. */
export const fileRegionInput: Codec<FileRegion> = {
  name: 'FILE_REGION_INPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const fileOffset = r.i64('FileOffset');
    const length = r.i64('Length');
    const usage = r.u32('DesiredUsage');
    r.skip(4, 'Reserved');
    return { fileOffset, length, usage };
  },
  encode(w, m) {
    w.i64(m.fileOffset);
    w.i64(m.length);
    w.u32(m.usage);
    w.zero(4);
  },
};

/** FILE_REGION_OUTPUT: response of FSCTL_QUERY_FILE_REGIONS, [MS-FSCC] 2.3. */
export interface FileRegionOutput {
  readonly flags: number;
  /** How many regions exist. If the buffer was too small, that is more than the regions below. */
  readonly totalRegionEntryCount: number;
  readonly regions: readonly FileRegion[];
}

/** FILE_REGION_OUTPUT, [MS-FSCC] 2.3. */
export const fileRegionOutput: Codec<FileRegionOutput> = {
  name: 'FILE_REGION_OUTPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const flags = r.u32('Flags');
    const totalRegionEntryCount = r.u32('TotalRegionEntryCount');
    const count = r.u32('RegionEntryCount');
    r.skip(4, 'Reserved');
    const regions: FileRegion[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('Region', i);
      const fileOffset = r.i64('FileOffset');
      const length = r.i64('Length');
      const usage = r.u32('Usage');
      r.skip(4, 'Reserved');
      r.leave();
      regions.push({ fileOffset, length, usage });
    }
    return { flags, totalRegionEntryCount, regions };
  },
  encode(w, m) {
    w.u32(m.flags);
    w.u32(m.totalRegionEntryCount);
    w.u32(m.regions.length);
    w.zero(4);
    for (const region of m.regions) fileRegionInput.encode(w, region);
  },
};
