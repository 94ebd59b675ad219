import type { Codec } from '@tsmbd/ms-dtyp';

/** Volume and 128-bit id of a file, [MS-FSCC] 2.4. */
export interface FileIdInformation {
  readonly volumeSerialNumber: bigint;
  /** 16 bytes. */
  readonly fileId: Uint8Array;
}

/** FileIdInformation, [MS-FSCC] 2.4. */
export const fileIdInformation: Codec<FileIdInformation> = {
  name: 'FileIdInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ volumeSerialNumber: r.u64('VolumeSerialNumber'), fileId: r.take(16, 'FileId') }),
  encode(w, m) {
    w.u64(m.volumeSerialNumber);
    w.bytes(m.fileId);
  },
};
