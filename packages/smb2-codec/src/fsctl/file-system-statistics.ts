import type { Codec } from '@tsmbd/ms-dtyp';

/** FileSystemType of FILESYSTEM_STATISTICS, [MS-FSCC] 2.3. */
export const StatisticsFileSystem = { NTFS: 0x0001, FAT: 0x0002, EXFAT: 0x0003 } as const;

/** The counters, in the order on the wire. Each has 32 bits and wraps. */
const COUNTERS = [
  ['userFileReads', 'UserFileReads'],
  ['userFileReadBytes', 'UserFileReadBytes'],
  ['userDiskReads', 'UserDiskReads'],
  ['userFileWrites', 'UserFileWrites'],
  ['userFileWriteBytes', 'UserFileWriteBytes'],
  ['userDiskWrites', 'UserDiskWrites'],
  ['metaDataReads', 'MetaDataReads'],
  ['metaDataReadBytes', 'MetaDataReadBytes'],
  ['metaDataDiskReads', 'MetaDataDiskReads'],
  ['metaDataWrites', 'MetaDataWrites'],
  ['metaDataWriteBytes', 'MetaDataWriteBytes'],
  ['metaDataDiskWrites', 'MetaDataDiskWrites'],
] as const;

/**
 * FILESYSTEM_STATISTICS of one processor: response of FSCTL_FILESYSTEM_GET_STATISTICS, [MS-FSCC]
 * 2.3.
 */
export interface FileSystemStatistics {
  /** One of StatisticsFileSystem. */
  readonly fileSystemType: number;
  readonly version: number;
  readonly counters: Readonly<Record<(typeof COUNTERS)[number][0], number>>;
  /**
   * The fields that the type of file system adds, still encoded, with the padding to a multiple of
   * 64 bytes.
   */
  readonly specific: Uint8Array;
}

const FIXED_SIZE = 56;

/** FILESYSTEM_STATISTICS for each processor, [MS-FSCC] 2.3: to the end of the buffer. */
export const fileSystemStatistics: Codec<readonly FileSystemStatistics[]> = {
  name: 'FILESYSTEM_STATISTICS',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const list: FileSystemStatistics[] = [];
    while (r.remaining > 0) {
      r.enter('', list.length);
      const fileSystemType = r.u16('FileSystemType');
      const version = r.u16('Version');
      const size = r.u32('SizeOfCompleteStructure');
      if (size < FIXED_SIZE) r.fail('SizeOfCompleteStructure', `${size}, must be ${FIXED_SIZE} or more`);
      const counters = {} as Record<(typeof COUNTERS)[number][0], number>;
      for (const [name, field] of COUNTERS) counters[name] = r.u32(field);
      list.push({ fileSystemType, version, counters, specific: r.take(size - FIXED_SIZE, 'Specific') });
      r.leave();
    }
    return list;
  },
  encode(w, list) {
    for (const { fileSystemType, version, counters, specific } of list) {
      w.u16(fileSystemType);
      w.u16(version);
      w.u32(FIXED_SIZE + specific.length);
      for (const [name] of COUNTERS) w.u32(counters[name]);
      w.bytes(specific);
    }
  },
};
