import type { Codec } from '@tsmbd/ms-dtyp';

/** COMPRESSION_FORMAT_*, [MS-FSCC] 2.3. */
export const CompressionFormat = { NONE: 0x0000, DEFAULT: 0x0001, LZNT1: 0x0002 } as const;

/** Response of FSCTL_GET_COMPRESSION, request of FSCTL_SET_COMPRESSION, [MS-FSCC] 2.3. */
export interface CompressionState {
  /** One of CompressionFormat. */
  readonly compressionState: number;
}

/** FSCTL_COMPRESSION, [MS-FSCC] 2.3. */
export const compressionState: Codec<CompressionState> = {
  name: 'FSCTL_COMPRESSION',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ compressionState: r.u16('CompressionState') }),
  encode: (w, m) => w.u16(m.compressionState),
};
