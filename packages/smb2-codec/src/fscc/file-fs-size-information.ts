import type { Codec } from '@tsmbd/ms-dtyp';

/** Size of a volume, [MS-FSCC] 2.5.8. */
export interface FileFsSizeInformation {
  readonly totalAllocationUnits: bigint;
  readonly availableAllocationUnits: bigint;
  readonly sectorsPerAllocationUnit: number;
  readonly bytesPerSector: number;
}

/** FileFsSizeInformation, [MS-FSCC] 2.5.8. */
export const fileFsSizeInformation: Codec<FileFsSizeInformation> = {
  name: 'FileFsSizeInformation',
  section: '[MS-FSCC] 2.5.8',
  decode: (r) => ({
    totalAllocationUnits: r.u64('TotalAllocationUnits'),
    availableAllocationUnits: r.u64('AvailableAllocationUnits'),
    sectorsPerAllocationUnit: r.u32('SectorsPerAllocationUnit'),
    bytesPerSector: r.u32('BytesPerSector'),
  }),
  encode(w, m) {
    w.u64(m.totalAllocationUnits);
    w.u64(m.availableAllocationUnits);
    w.u32(m.sectorsPerAllocationUnit);
    w.u32(m.bytesPerSector);
  },
};

/** Size of a volume, with and without quota, [MS-FSCC] 2.5.4. */
export interface FileFsFullSizeInformation {
  readonly totalAllocationUnits: bigint;
  readonly callerAvailableAllocationUnits: bigint;
  readonly actualAvailableAllocationUnits: bigint;
  readonly sectorsPerAllocationUnit: number;
  readonly bytesPerSector: number;
}

/** FileFsFullSizeInformation, [MS-FSCC] 2.5.4. */
export const fileFsFullSizeInformation: Codec<FileFsFullSizeInformation> = {
  name: 'FileFsFullSizeInformation',
  section: '[MS-FSCC] 2.5.4',
  decode: (r) => ({
    totalAllocationUnits: r.u64('TotalAllocationUnits'),
    callerAvailableAllocationUnits: r.u64('CallerAvailableAllocationUnits'),
    actualAvailableAllocationUnits: r.u64('ActualAvailableAllocationUnits'),
    sectorsPerAllocationUnit: r.u32('SectorsPerAllocationUnit'),
    bytesPerSector: r.u32('BytesPerSector'),
  }),
  encode(w, m) {
    w.u64(m.totalAllocationUnits);
    w.u64(m.callerAvailableAllocationUnits);
    w.u64(m.actualAvailableAllocationUnits);
    w.u32(m.sectorsPerAllocationUnit);
    w.u32(m.bytesPerSector);
  },
};
