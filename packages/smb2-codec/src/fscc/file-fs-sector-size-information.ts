import type { Codec } from '@tsmbd/ms-dtyp';

/** SSINFO_FLAGS_*, [MS-FSCC] 2.5.7. */
export const SectorSizeFlags = {
  ALIGNED_DEVICE: 0x0000_0001,
  PARTITION_ALIGNED_ON_DEVICE: 0x0000_0002,
  NO_SEEK_PENALTY: 0x0000_0004,
  TRIM_ENABLED: 0x0000_0008,
} as const;

/** Sector sizes of a volume, bytes, [MS-FSCC] 2.5.7. */
export interface FileFsSectorSizeInformation {
  readonly logicalBytesPerSector: number;
  readonly physicalBytesPerSectorForAtomicity: number;
  readonly physicalBytesPerSectorForPerformance: number;
  readonly fileSystemEffectivePhysicalBytesPerSectorForAtomicity: number;
  /** Bits of SectorSizeFlags. */
  readonly flags: number;
  readonly byteOffsetForSectorAlignment: number;
  readonly byteOffsetForPartitionAlignment: number;
}

/** FileFsSectorSizeInformation, [MS-FSCC] 2.5.7. */
export const fileFsSectorSizeInformation: Codec<FileFsSectorSizeInformation> = {
  name: 'FileFsSectorSizeInformation',
  section: '[MS-FSCC] 2.5.7',
  decode: (r) => ({
    logicalBytesPerSector: r.u32('LogicalBytesPerSector'),
    physicalBytesPerSectorForAtomicity: r.u32('PhysicalBytesPerSectorForAtomicity'),
    physicalBytesPerSectorForPerformance: r.u32('PhysicalBytesPerSectorForPerformance'),
    fileSystemEffectivePhysicalBytesPerSectorForAtomicity: r.u32(
      'FileSystemEffectivePhysicalBytesPerSectorForAtomicity',
    ),
    flags: r.u32('Flags'),
    byteOffsetForSectorAlignment: r.u32('ByteOffsetForSectorAlignment'),
    byteOffsetForPartitionAlignment: r.u32('ByteOffsetForPartitionAlignment'),
  }),
  encode(w, m) {
    w.u32(m.logicalBytesPerSector);
    w.u32(m.physicalBytesPerSectorForAtomicity);
    w.u32(m.physicalBytesPerSectorForPerformance);
    w.u32(m.fileSystemEffectivePhysicalBytesPerSectorForAtomicity);
    w.u32(m.flags);
    w.u32(m.byteOffsetForSectorAlignment);
    w.u32(m.byteOffsetForPartitionAlignment);
  },
};
