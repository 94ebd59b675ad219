import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_VC_*, [MS-FSCC] 2.5.2. */
export const FileSystemControlFlags = {
  QUOTA_TRACK: 0x0000_0001,
  QUOTA_ENFORCE: 0x0000_0002,
  CONTENT_INDEX_DISABLED: 0x0000_0008,
  LOG_QUOTA_THRESHOLD: 0x0000_0010,
  LOG_QUOTA_LIMIT: 0x0000_0020,
  LOG_VOLUME_THRESHOLD: 0x0000_0040,
  LOG_VOLUME_LIMIT: 0x0000_0080,
  QUOTAS_INCOMPLETE: 0x0000_0100,
  QUOTAS_REBUILDING: 0x0000_0200,
} as const;

/** Quota settings of a volume, [MS-FSCC] 2.5.2. */
export interface FileFsControlInformation {
  readonly freeSpaceStartFiltering: bigint;
  readonly freeSpaceThreshold: bigint;
  readonly freeSpaceStopFiltering: bigint;
  /** Bytes. */
  readonly defaultQuotaThreshold: bigint;
  /** Bytes. */
  readonly defaultQuotaLimit: bigint;
  /** Bits of FileSystemControlFlags. */
  readonly fileSystemControlFlags: number;
}

/** FileFsControlInformation, [MS-FSCC] 2.5.2. */
export const fileFsControlInformation: Codec<FileFsControlInformation> = {
  name: 'FileFsControlInformation',
  section: '[MS-FSCC] 2.5.2',
  decode(r) {
    const freeSpaceStartFiltering = r.i64('FreeSpaceStartFiltering');
    const freeSpaceThreshold = r.i64('FreeSpaceThreshold');
    const freeSpaceStopFiltering = r.i64('FreeSpaceStopFiltering');
    const defaultQuotaThreshold = r.u64('DefaultQuotaThreshold');
    const defaultQuotaLimit = r.u64('DefaultQuotaLimit');
    const fileSystemControlFlags = r.u32('FileSystemControlFlags');
    r.skip(4, 'Padding');
    return {
      freeSpaceStartFiltering,
      freeSpaceThreshold,
      freeSpaceStopFiltering,
      defaultQuotaThreshold,
      defaultQuotaLimit,
      fileSystemControlFlags,
    };
  },
  encode(w, m) {
    w.i64(m.freeSpaceStartFiltering);
    w.i64(m.freeSpaceThreshold);
    w.i64(m.freeSpaceStopFiltering);
    w.u64(m.defaultQuotaThreshold);
    w.u64(m.defaultQuotaLimit);
    w.u32(m.fileSystemControlFlags);
    w.zero(4);
  },
};
