import type { Codec } from '@tsmbd/ms-dtyp';

/** The current byte offset of a handle, [MS-FSCC] 2.4. */
export interface FilePositionInformation {
  /** Bytes. */
  readonly currentByteOffset: bigint;
}

/** FilePositionInformation, [MS-FSCC] 2.4. */
export const filePositionInformation: Codec<FilePositionInformation> = {
  name: 'FilePositionInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ currentByteOffset: r.u64('CurrentByteOffset') }),
  encode: (w, m) => w.u64(m.currentByteOffset),
};
