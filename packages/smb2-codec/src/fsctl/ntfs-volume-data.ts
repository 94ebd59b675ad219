import type { Codec } from '@tsmbd/ms-dtyp';

/** NTFS_VOLUME_DATA_BUFFER: response of FSCTL_GET_NTFS_VOLUME_DATA, [MS-FSCC] 2.3. */
export interface NtfsVolumeData {
  readonly volumeSerialNumber: bigint;
  readonly numberSectors: bigint;
  readonly totalClusters: bigint;
  readonly freeClusters: bigint;
  /** Clusters. */
  readonly totalReserved: bigint;
  readonly bytesPerSector: number;
  readonly bytesPerCluster: number;
  readonly bytesPerFileRecordSegment: number;
  readonly clustersPerFileRecordSegment: number;
  /** Bytes. */
  readonly mftValidDataLength: bigint;
  readonly mftStartLcn: bigint;
  readonly mft2StartLcn: bigint;
  readonly mftZoneStart: bigint;
  readonly mftZoneEnd: bigint;
}

/** NTFS_VOLUME_DATA_BUFFER. */
export const ntfsVolumeData: Codec<NtfsVolumeData> = {
  name: 'NTFS_VOLUME_DATA_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const volumeSerialNumber = r.u64('VolumeSerialNumber');
    const numberSectors = r.i64('NumberSectors');
    const totalClusters = r.i64('TotalClusters');
    const freeClusters = r.i64('FreeClusters');
    const totalReserved = r.i64('TotalReserved');
    const bytesPerSector = r.u32('BytesPerSector');
    const bytesPerCluster = r.u32('BytesPerCluster');
    const bytesPerFileRecordSegment = r.u32('BytesPerFileRecordSegment');
    const clustersPerFileRecordSegment = r.u32('ClustersPerFileRecordSegment');
    const mftValidDataLength = r.i64('MftValidDataLength');
    const mftStartLcn = r.i64('MftStartLcn');
    const mft2StartLcn = r.i64('Mft2StartLcn');
    const mftZoneStart = r.i64('MftZoneStart');
    const mftZoneEnd = r.i64('MftZoneEnd');
    return {
      volumeSerialNumber,
      numberSectors,
      totalClusters,
      freeClusters,
      totalReserved,
      bytesPerSector,
      bytesPerCluster,
      bytesPerFileRecordSegment,
      clustersPerFileRecordSegment,
      mftValidDataLength,
      mftStartLcn,
      mft2StartLcn,
      mftZoneStart,
      mftZoneEnd,
    };
  },
  encode(w, m) {
    w.u64(m.volumeSerialNumber);
    w.i64(m.numberSectors);
    w.i64(m.totalClusters);
    w.i64(m.freeClusters);
    w.i64(m.totalReserved);
    w.u32(m.bytesPerSector);
    w.u32(m.bytesPerCluster);
    w.u32(m.bytesPerFileRecordSegment);
    w.u32(m.clustersPerFileRecordSegment);
    w.i64(m.mftValidDataLength);
    w.i64(m.mftStartLcn);
    w.i64(m.mft2StartLcn);
    w.i64(m.mftZoneStart);
    w.i64(m.mftZoneEnd);
  },
};
