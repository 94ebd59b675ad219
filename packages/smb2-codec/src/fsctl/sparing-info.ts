import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_QUERY_SPARING_BUFFER: response of FSCTL_QUERY_SPARING_INFO, [MS-FSCC] 2.3. */
export interface SparingInfo {
  /** Bytes. */
  readonly sparingUnitBytes: number;
  readonly softwareSparing: boolean;
  readonly totalSpareBlocks: number;
  readonly freeSpareBlocks: number;
}

/** FILE_QUERY_SPARING_BUFFER. */
export const sparingInfo: Codec<SparingInfo> = {
  name: 'FSCTL_QUERY_SPARING_INFO Reply',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const sparingUnitBytes = r.u32('SparingUnitBytes');
    const softwareSparing = r.u8('SoftwareSparing') !== 0;
    r.skip(3, 'Reserved');
    const totalSpareBlocks = r.u32('TotalSpareBlocks');
    const freeSpareBlocks = r.u32('FreeSpareBlocks');
    return { sparingUnitBytes, softwareSparing, totalSpareBlocks, freeSpareBlocks };
  },
  encode(w, m) {
    w.u32(m.sparingUnitBytes);
    w.u8(m.softwareSparing ? 1 : 0);
    w.zero(3);
    w.u32(m.totalSpareBlocks);
    w.u32(m.freeSpareBlocks);
  },
};
