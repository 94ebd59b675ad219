import type { Codec } from '@tsmbd/ms-dtyp';

/** CHECKSUM_TYPE_*, [MS-FSCC] 2.3.22 and 2.3.73. */
export const ChecksumType = { NONE: 0x0000, CRC32: 0x0001, CRC64: 0x0002, UNCHANGED: 0xffff } as const;

/** FSCTL_INTEGRITY_FLAG_*, [MS-FSCC] 2.3.22. */
export const IntegrityFlags = { CHECKSUM_ENFORCEMENT_OFF: 0x0000_0001 } as const;

/** Response of FSCTL_GET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3.22. */
export interface GetIntegrityInformation {
  /** One of ChecksumType. */
  readonly checksumAlgorithm: number;
  /** Bits of IntegrityFlags. */
  readonly flags: number;
  readonly checksumChunkSizeInBytes: number;
  readonly clusterSizeInBytes: number;
}

/** FSCTL_GET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3.22. */
export const getIntegrityInformation: Codec<GetIntegrityInformation> = {
  name: 'FSCTL_GET_INTEGRITY_INFORMATION_BUFFER',
  decode(r) {
    const checksumAlgorithm = r.u16('ChecksumAlgorithm');
    r.skip(2, 'Reserved');
    return {
      checksumAlgorithm,
      flags: r.u32('Flags'),
      checksumChunkSizeInBytes: r.u32('ChecksumChunkSizeInBytes'),
      clusterSizeInBytes: r.u32('ClusterSizeInBytes'),
    };
  },
  encode(w, m) {
    w.u16(m.checksumAlgorithm);
    w.zero(2);
    w.u32(m.flags);
    w.u32(m.checksumChunkSizeInBytes);
    w.u32(m.clusterSizeInBytes);
  },
};

/** Request of FSCTL_SET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3.73. */
export interface SetIntegrityInformation {
  /** One of ChecksumType. */
  readonly checksumAlgorithm: number;
  /** Bits of IntegrityFlags. */
  readonly flags: number;
}

/** FSCTL_SET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3.73. */
export const setIntegrityInformation: Codec<SetIntegrityInformation> = {
  name: 'FSCTL_SET_INTEGRITY_INFORMATION_BUFFER',
  decode(r) {
    const checksumAlgorithm = r.u16('ChecksumAlgorithm');
    r.skip(2, 'Reserved');
    return { checksumAlgorithm, flags: r.u32('Flags') };
  },
  encode(w, m) {
    w.u16(m.checksumAlgorithm);
    w.zero(2);
    w.u32(m.flags);
  },
};
