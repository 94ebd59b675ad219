import type { Codec } from '@tsmbd/ms-dtyp';

/** CHECKSUM_TYPE_*, [MS-FSCC] 2.3. */
export const ChecksumType = { NONE: 0x0000, CRC32: 0x0001, CRC64: 0x0002, UNCHANGED: 0xffff } as const;

/** FSCTL_INTEGRITY_FLAG_*, [MS-FSCC] 2.3. */
export const IntegrityFlags = { CHECKSUM_ENFORCEMENT_OFF: 0x0000_0001 } as const;

/** Response of FSCTL_GET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3. */
export interface GetIntegrityInformation {
  /** One of ChecksumType. */
  readonly checksumAlgorithm: number;
  /** Bits of IntegrityFlags. */
  readonly flags: number;
  readonly checksumChunkSizeInBytes: number;
  readonly clusterSizeInBytes: number;
}

/** FSCTL_GET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3. */
export const getIntegrityInformation: Codec<GetIntegrityInformation> = {
  name: 'FSCTL_GET_INTEGRITY_INFORMATION_BUFFER',
  section: '[MS-FSCC] 2.3',
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

/** Request of FSCTL_SET_INTEGRITY_INFORMATION, [MS-FSCC] 2.3. */
export interface SetIntegrityInformation {
  /** One of ChecksumType. */
  readonly checksumAlgorithm: number;
  /** Bits of IntegrityFlags. */
  readonly flags: number;
}

/** FSCTL_SET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3. */
export const setIntegrityInformation: Codec<SetIntegrityInformation> = {
  name: 'FSCTL_SET_INTEGRITY_INFORMATION_BUFFER',
  section: '[MS-FSCC] 2.3',
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

/** Request of FSCTL_SET_INTEGRITY_INFORMATION_EX, [MS-FSCC] 2.3. */
export interface SetIntegrityInformationEx {
  readonly enableIntegrity: boolean;
  readonly keepIntegrityStateUnchanged: boolean;
  /** Bits of IntegrityFlags. */
  readonly flags: number;
  /** 1. */
  readonly version: number;
}

/** FSCTL_SET_INTEGRITY_INFORMATION_BUFFER_EX, [MS-FSCC] 2.3. */
export const setIntegrityInformationEx: Codec<SetIntegrityInformationEx> = {
  name: 'FSCTL_SET_INTEGRITY_INFORMATION_BUFFER_EX',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const enableIntegrity = r.u8('EnableIntegrity') !== 0;
    const keepIntegrityStateUnchanged = r.u8('KeepIntegrityStateUnchanged') !== 0;
    r.skip(2, 'Reserved');
    const flags = r.u32('Flags');
    const version = r.u8('Version');
    r.skip(7, 'Reserved2');
    return { enableIntegrity, keepIntegrityStateUnchanged, flags, version };
  },
  encode(w, m) {
    w.u8(m.enableIntegrity ? 1 : 0);
    w.u8(m.keepIntegrityStateUnchanged ? 1 : 0);
    w.zero(2);
    w.u32(m.flags);
    w.u8(m.version);
    w.zero(7);
  },
};
